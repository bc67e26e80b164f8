"""Ed25519 signatures of files. They show that the bytes are as they were, and that who holds a key signed: not when.

Only whoever signs or looks at a signature imports this: cryptography is an extra.
"""

from pathlib import Path

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from scanner.model.errors import InputError
from scanner.store.sealed_folder import Signer

_MAKE = "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out public.pem"


def signer(path: Path) -> Signer:
    """The public key of a private one, as hex, and what signs with it. Raises InputError."""
    what = f"--sign-key {path}"
    content = _read(path, what)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError as error:
        raise InputError(f"{what}: is encrypted, and nobody is asked for a password; give a plain key") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError(f"{what}: holds no private key in PEM; make one: {_MAKE}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError(f"{what}: holds no Ed25519 key; make one: {_MAKE}")
    return key.public_key().public_bytes_raw().hex(), key.sign


def public_key(path: Path) -> str:
    """A public key, as hex. Raises InputError."""
    what = f"--public-key {path}"
    content = _read(path, what)
    try:
        key = serialization.load_pem_public_key(content)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise InputError(f"{what}: holds no public key in PEM; take it from the private one: {_MAKE}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise InputError(f"{what}: holds no Ed25519 key; make one: {_MAKE}")
    return key.public_bytes_raw().hex()


def is_signed(content: bytes, signature: bytes, key: str) -> bool:
    """Whether a signature, as it is written to a file, is that of these bytes by this key."""
    try:
        raw = bytes.fromhex(signature.decode("ascii"))
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(raw, content)
    except (InvalidSignature, ValueError):
        return False
    return signature == written(raw)


def written(signature: bytes) -> bytes:
    """A signature as it is written to a file."""
    return signature.hex().encode() + b"\n"


def _read(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{what}: {getattr(error, 'strerror', None) or error}") from error
