"""The credentials that a scan of AWS begins with, and what is said when there are none that work.

They are used once before anything else is asked, so that whatever can go wrong with them goes wrong in one place.
"""

import json
import warnings
from typing import Any

import botocore.exceptions
from boto3.session import Session

from scanner.model.errors import CannotScan

_NONE = "no credentials found; set AWS_PROFILE, pass --profile, or run where a role is attached"
_SSO = (botocore.exceptions.SSOError, botocore.exceptions.TokenRetrievalError)


def usable(session: Session) -> Any:
    """Credentials that gave keys. Raises CannotScan, with the cause, for whatever does not."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that a code cannot be asked for is said below, once
            found = session.get_credentials()
            if found is not None:
                found.get_frozen_credentials()
    except Exception as error:
        raise CannotScan(f"AWS: the credentials{_whose(session)} cannot be used: {cause(error, session)}") from error
    if found is None:
        raise CannotScan(f"AWS: {_NONE}")
    return found


def cause(error: BaseException, session: Session) -> str:
    """Why credentials cannot be had, and what to do, in one sentence."""
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
        case botocore.exceptions.ClientError():
            return f"AWS refused them: {_said(error)}"
    return _said(error)


def _whose(session: Session) -> str:
    return "" if session.profile_name == "default" else f" of profile {session.profile_name}"


def _option(session: Session) -> str:
    return "" if session.profile_name == "default" else f" --profile {session.profile_name}"


def _said(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
