"""Signatures, where the extra that they take is installed."""

from pathlib import Path

from scanner.collect.extras import needs
from scanner.store.sealed_folder import Signer

_WHAT = "cryptography, which signatures take,"


def signer(path: str) -> Signer:
    """What signs with the private key in a file. Raises InputError, and CannotScan without the extra."""
    with needs("sign", _WHAT):
        from scanner.store import signatures
    return signatures.signer(Path(path))


def public_key(path: str) -> str:
    """The public key in a file, as hex. Raises InputError, and CannotScan without the extra."""
    with needs("sign", _WHAT):
        from scanner.store import signatures
    return signatures.public_key(Path(path))


def is_signed(content: bytes, signature: bytes, key: str) -> bool:
    """Whether a signature is that of these bytes by this key. Raises CannotScan without the extra."""
    with needs("sign", _WHAT):
        from scanner.store import signatures
    return signatures.is_signed(content, signature, key)
