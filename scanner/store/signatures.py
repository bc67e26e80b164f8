"""Ed25519 signatures of files. They show that the bytes are as they were, and that who holds a key signed: not when."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from scanner.model.errors import InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_MAKE = "openssl genpkey -algorithm ed25519 -out key.pem; openssl pkey -in key.pem -pubout -out public.pem"


def _of_cryptography(module: str, option: str) -> Any:
    """A module of the library, which is an extra. Raises InputError if it is not installed."""
    try:
        return import_module(f"cryptography.{module}")
    except ImportError as error:
        raise InputError(f"{option} needs the package cryptography: pip install 'mlposture[sign]'") from error


def signer(path: Path) -> tuple[str, Callable[[bytes], bytes]]:
    """The public key of a private one, as hex, and what signs with it. Raises InputError."""
    key = _private(path)
    return key.public_key().public_bytes_raw().hex(), key.sign


def public_key(path: Path) -> str:
    """A public key, as hex. Raises InputError."""
    option = "--public-key"
    serialization = _of_cryptography("hazmat.primitives.serialization", option)
    kind = _of_cryptography("hazmat.primitives.asymmetric.ed25519", option).Ed25519PublicKey
    try:
        key = serialization.load_pem_public_key(_read(path, option))
    except Exception as error:  # which the library raises depends on what is wrong with the file
        raise InputError(f"{option} {path}: holds no public key in PEM") from error
    if not isinstance(key, kind):
        raise InputError(f"{option} {path}: holds no Ed25519 key; make one: {_MAKE}")
    found: str = key.public_bytes_raw().hex()
    return found


def is_signed(content: bytes, signature: bytes, key: str) -> bool:
    """Whether a signature is that of these bytes by this key. Raises InputError if the library is not installed."""
    kind = _of_cryptography("hazmat.primitives.asymmetric.ed25519", "a signature").Ed25519PublicKey
    invalid = _of_cryptography("exceptions", "a signature").InvalidSignature
    try:
        kind.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature.decode("ascii")), content)
    except (invalid, ValueError):
        return False
    return signature == bytes.fromhex(signature.decode("ascii")).hex().encode() + b"\n"


def _private(path: Path) -> "Ed25519PrivateKey":
    option = "--sign-key"
    serialization = _of_cryptography("hazmat.primitives.serialization", option)
    kind = _of_cryptography("hazmat.primitives.asymmetric.ed25519", option).Ed25519PrivateKey
    content = _read(path, option)
    try:
        key = serialization.load_pem_private_key(content, password=None)
    except TypeError as error:
        raise InputError(
            f"{option} {path}: is encrypted; nobody is asked for its password, so give a plain one"
        ) from error
    except Exception as error:  # which the library raises depends on what is wrong with the file
        raise InputError(f"{option} {path}: holds no private key in PEM; make one: {_MAKE}") from error
    if not isinstance(key, kind):
        raise InputError(f"{option} {path}: holds no Ed25519 key; make one: {_MAKE}")
    own: Ed25519PrivateKey = key
    return own


def _read(path: Path, option: str) -> bytes:
    try:
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise InputError(f"{option} {path}: {getattr(error, 'strerror', None) or error}") from error
