"""Addresses of files in buckets: which text is one, and what is wrong with one that leads nowhere."""

import msgspec

from scanner.model.errors import InputError
from scanner.model.patterns import pattern

_SCHEME = pattern(r"([A-Za-z][A-Za-z0-9+.-]*)://")
_FORMS = {"s3": "s3://BUCKET/KEY", "gs": "gs://BUCKET/KEY", "az": "az://ACCOUNT/CONTAINER/KEY"}
_BUCKET = pattern(r"[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9]")
#: The account becomes part of a host name that a token is sent to, so nothing else may pass for one.
_ACCOUNT = pattern(r"[a-z0-9]{3,24}")
_CONTAINER = pattern(r"\$(?:root|web|logs)|[a-z0-9](?:-?[a-z0-9]){2,62}")
#: What an address that is signed has, a SAS of Azure or a presigned one: whoever has it may read or write.
_SIGNED = pattern(r"\?(?:\S*&)?(?i:sig|x-amz-signature|x-amz-security-token|x-goog-signature|signature)=")


class Address(msgspec.Struct, frozen=True):
    """One object. `text` is what the user typed, which is what errors name; `account` is of Azure alone."""

    text: str
    scheme: str
    bucket: str
    key: str
    account: str = ""

    @property
    def content_type(self) -> str:
        """What a browser should take the object for."""
        import mimetypes

        return mimetypes.guess_type(self.key)[0] or "application/octet-stream"


def parse(text: str) -> Address | None:
    """The address that a text is, None for a path on disk. Raises InputError for an address that leads nowhere."""
    found = _SCHEME.match(text)
    if found is None:
        return None
    scheme, rest = found[1], text[found.end() :]
    if scheme not in _FORMS:  # the rest is left out, for it may hold a password or a signature
        raise InputError(f"{scheme}://…: a file is a path, or {_FORMS['s3']}, {_FORMS['gs']} or {_FORMS['az']}")
    if signed := _SIGNED.search(rest):
        raise InputError(
            f"{scheme}://{rest[: signed.start()]}: leave the signature out of the address, and revoke it if others may "
            "have seen it; files in buckets take the credentials of this process"
        )
    account = ""
    if scheme == "az":
        account, _, rest = rest.partition("/")
        if not _ACCOUNT.fullmatch(account):
            raise InputError(f"{text}: no storage account has such a name; {_FORMS[scheme]} is expected")
    bucket, _, key = rest.partition("/")
    if not (_CONTAINER if scheme == "az" else _BUCKET).fullmatch(bucket):
        what = "container" if scheme == "az" else "bucket"
        raise InputError(f"{text}: no {what} has such a name; {_FORMS[scheme]} is expected")
    if not key or key.endswith("/"):
        raise InputError(f"{text}: names no file in the bucket; {_FORMS[scheme]} is expected")
    if {".", ".."} & set(key.split("/")):  # to HTTP they are steps, which may lead into another container
        raise InputError(f"{text}: no object can be reached whose name has a part that is . or ..")
    try:
        key.encode()
    except UnicodeEncodeError as error:
        raise InputError(f"{text}: is not UTF-8") from error
    return Address(text, scheme, bucket, key, account)


def refuse_remote(option: str, text: str | None) -> None:
    """Raise InputError for an address where only a disk will do."""
    if text is not None and parse(text) is not None:
        raise InputError(f"{option} {text}: must be on a disk, for it is written piece by piece while the scan runs")
