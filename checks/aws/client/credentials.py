"""The credentials that a scan of AWS begins with, and what is said when there are none that work.

They are used once before anything else is asked, so that whatever can go wrong with them goes wrong in one place.
"""

import json
import os
import warnings
from typing import Any

import botocore.exceptions
from botocore.session import Session

from scanner.calls.token_files import fault
from scanner.model.errors import CannotScan

_NONE = "no credentials found"
_ADVICE = "set AWS_PROFILE, pass --profile, or run where a role is attached"
#: What credentials are made from, by variables and in profiles.
_VARIABLES = (
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
_SETTINGS = (
    *("source_profile", "credential_source", "web_identity_token_file", "sso_session", "sso_start_url"),
    *("login_session", "credential_process"),
)
_SSO = (botocore.exceptions.SSOError, botocore.exceptions.TokenRetrievalError)
#: What the SDK stumbles over in texts of another form.
_UNREADABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


def usable(session: Session) -> Any:
    """Credentials that gave keys. Raises CannotScan, with the cause, for whatever does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a code cannot be asked for is said below, once
            found = session.get_credentials()
            if found is not None:
                found.get_frozen_credentials()
    except Exception as error:
        said = f"the credentials{_whose(session)} cannot be used: {cause(error, session)}"
        raise CannotScan(f"AWS: {said}{_made_from(session, said)}") from error
    if found is None:
        raise CannotScan(f"AWS: {_NONE}{_made_from(session)}; {_ADVICE}")
    return found


def _made_from(session: Session, said: str = "") -> str:
    """The settings that credentials are made from, but for those that were named already."""
    profile = session.get_scoped_config()
    names = [name for name in _VARIABLES if os.environ.get(name)] + [name for name in _SETTINGS if profile.get(name)]
    left = [name for name in names if name not in said]
    return f" (look at {' and '.join(left)}{_whose(session)})" if left else ""


def cause(error: BaseException, session: Session) -> str:
    """Why credentials cannot be had, and what to do, in one sentence."""
    if file := _token_file(error, session):
        return file
    match error:
        case botocore.exceptions.LoginError():
            return f"the login has expired or was never made ({_said(error)}); run `aws login{_option(session)}`"
        case _ if isinstance(error, _SSO):
            return f"the login has expired or was never made ({_said(error)}); run `aws sso login{_option(session)}`"
        case EOFError():
            return "they ask for an MFA code and nobody can type one here; use `aws sts get-session-token` beforehand"
        case json.JSONDecodeError():
            return "what credential_process printed is no JSON; run its command by hand and look"
        case OSError() if error.filename:
            return f"{error.filename}: {error.strerror} (a token file or the command of credential_process?)"
        case botocore.exceptions.ParamValidationError():
            return f"a file or a setting that they are made from is empty or odd: {_said(error)}"
        case _ if isinstance(error, _UNREADABLE):
            return f"what they are made from cannot be read: {_said(error)}"
        case botocore.exceptions.ClientError():
            return f"AWS refused them: {_said(error)}"
    return _said(error)


def _token_file(error: BaseException, session: Session) -> str:
    """The file that an error is about, if a token should be in it and is not, and by what it is named."""
    named = {name: os.environ.get(name) for name in _VARIABLES if name.endswith("_FILE")}
    named["web_identity_token_file"] = session.get_scoped_config().get("web_identity_token_file")
    for name, path in named.items():
        about = path and (getattr(error, "filename", None) == path or "WebIdentityToken" in str(error))
        if path and about and (why := fault(path)):
            return f"{name} names {path}, which {why}"
    return ""


def _whose(session: Session) -> str:
    return "" if session.profile is None else f" of profile {session.profile}"


def _option(session: Session) -> str:
    return "" if session.profile is None else f" --profile {session.profile}"


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
