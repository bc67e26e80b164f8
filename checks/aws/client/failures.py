"""What the codes and exceptions of AWS mean: everything that goes wrong in a call becomes CallFailed."""

from collections.abc import Callable
from typing import TypeVar

import botocore.exceptions
import botocore.parsers
import urllib3.exceptions

from checks.aws.client.refusals import REFUSALS
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import find
from scanner.model.sanitize import quote

T = TypeVar("T")

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "AuthorizationError", "403", "Forbidden",
           "UnauthorizedException"}  # fmt: skip
#: Codes of a signature that is not accepted, for one of two causes.
_SIGNED = {"SignatureDoesNotMatch", "InvalidSignatureException"}
#: SageMaker says of what it does not have that the request is not valid, in words that differ by kind.
_NOT_FOUND = pattern(r"^(?:Could not find|RecordNotFound|Requested resource not found|ModelPackage \S+ does not exist)")
#: The ARN of the policy that denied, which AWS names to callers of the same organisation.
_POLICY = pattern(r" policy:? (arn:\S+:policy/\S+)")
#: What botocore's parsers raise: their own error, or whatever they stumble over in JSON that is no object.
_UNPARSED = (botocore.parsers.ResponseParserError, AttributeError, KeyError, TypeError, ValueError)


def translated(method: Callable[..., T], **parameters: object) -> T:
    """Call something of the SDK's; its failures become CallFailed."""
    try:
        return method(**parameters)
    except botocore.exceptions.ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
        raise refusal(code, status, str(error.response.get("Error", {}).get("Message", ""))) from error
    except (botocore.exceptions.HTTPClientError, botocore.exceptions.ConnectionError) as error:
        late = isinstance(error, botocore.exceptions.ReadTimeoutError)
        raise CallFailed(Reason.TIMEOUT if late else Reason.UNREACHABLE, type(error).__name__, retry=True) from error
    except botocore.exceptions.BotoCoreError as error:
        raise CallFailed(Reason.ERROR, type(error).__name__) from error
    except urllib3.exceptions.LocationValueError as error:
        raise CallFailed(Reason.UNREACHABLE, "an address, or that of a proxy, is none") from error
    except _UNPARSED as error:
        raise unparsed() from error


def refusal(code: str, status: int, message: str) -> CallFailed:
    """The failure that an error reply stands for."""
    if code == "ResourceNotFoundException" or (code == "ValidationException" and _NOT_FOUND.search(message)):
        code = "ResourceNotFound"
    known = find(REFUSALS, code, message if code in _DENIED or code in _SIGNED else "")
    if known is None and status == 429:
        known = find(REFUSALS, "Throttling", "")
    if known is not None:
        policy = _POLICY.search(message)
        failure = known.failure(code, named=policy[1] if policy else "")
        failure.add_note(f"{code}: {message}")  # it names who asked, which belongs in no report
        return failure
    if code in _DENIED:
        failure = CallFailed(Reason.DENIED, code, code=code)
        failure.add_note(message)
        return failure
    if status >= 500:
        return CallFailed(Reason.ERROR, f"{code or 'HTTP'} {status}", code=code, retry=True)
    return CallFailed(Reason.ERROR, f"{code}: {quote(message)}" if message else code, code=code)


def unparsed() -> CallFailed:
    return CallFailed(Reason.MALFORMED, "the reply does not parse")


def empty() -> CallFailed:
    return CallFailed(Reason.MALFORMED, "the reply is empty")


def told(failure: CallFailed) -> str:
    """All that is known of a failure, for the person who started the scan."""
    more = [*getattr(failure, "__notes__", ()), str(failure.__cause__ or "")]
    return ": ".join([failure.detail, *(quote(text) for text in more if text and text != failure.detail)])
