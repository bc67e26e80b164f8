"""Folders of files that belong together: `manifest.json` has the size and the SHA-256 of each, and of itself.

Digests show that something changed. Who can write the folder can make them anew: that is what a signature is for.
"""

import hashlib
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path, PurePosixPath
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from scanner.model.errors import InputError, NotWritten
from scanner.model.sanitize import clean
from scanner.store.host import mode_of_new_files

MANIFEST, SIGNATURE = "manifest.json", "manifest.json.sig"
#: No manifest is as large; more of one is not read.
_LARGEST = 1 << 24

Digest = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class FileEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of the folder: its path there, with `/` between names, its size and its SHA-256."""

    path: str
    bytes: Annotated[int, Meta(ge=0)]
    sha256: Digest


class FolderManifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a folder holds. `signed_by` is the Ed25519 public key, as hex, of who signed it; empty if nobody did.

    `self_sha256` is the SHA-256 of all of this with that member empty, so that a change to this file is found, too.
    """

    schema: Literal["mlposture/dossier-manifest/v1"] = "mlposture/dossier-manifest/v1"
    tool: str
    system: str
    audience: Literal["auditor", "customer"]
    inventories: tuple[Digest, ...]
    files: tuple[FileEntry, ...]
    signed_by: Annotated[str, Meta(pattern="^(?:[0-9a-f]{64})?$")] = ""
    self_sha256: Annotated[str, Meta(pattern="^(?:[0-9a-f]{64})?$")] = ""


#: What signs a manifest: its public key, and the signature of some bytes.
Signer = tuple[str, Callable[[bytes], bytes]]


class Looked(Struct, frozen=True, kw_only=True):
    """A folder as it was found: its manifest, the digest of that, and what is wrong; nothing, and all is as written."""

    manifest: FolderManifest
    content: bytes
    problems: tuple[str, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def look(folder: Path) -> Looked:
    """Compare a folder with its manifest. Raises InputError where there is none that can be compared with."""
    content = _manifest_of(folder)
    try:
        manifest = msgspec.json.decode(content, type=FolderManifest)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{folder / MANIFEST}: not a manifest of a dossier: {error}") from error
    for entry in manifest.files:
        if not _is_inside(entry.path):
            raise InputError(f"{folder / MANIFEST}: names a path that leads out of the folder: {clean(entry.path)!r}")
    return Looked(manifest=manifest, content=content, problems=tuple(_problems(folder, manifest, content)))


def _manifest_of(folder: Path) -> bytes:
    path = folder / MANIFEST
    try:
        if not stat.S_ISDIR(folder.stat().st_mode):
            raise InputError(f"{folder}: is no folder")
        if not stat.S_ISREG(path.lstat().st_mode):
            raise InputError(f"{path}: is no file")
        with path.open("rb") as file:
            content = file.read(_LARGEST + 1)
    except OSError as error:
        raise InputError(f"{error.filename or path}: {error.strerror}") from error
    except ValueError as error:  # a null byte
        raise InputError(f"{folder}: {error}") from error
    if len(content) > _LARGEST:
        raise InputError(f"{path}: larger than any manifest")
    return content


def _is_inside(path: str) -> bool:
    """Whether a path of a manifest is one below the folder, spelled as this writes it."""
    parts = PurePosixPath(path).parts
    plain = path == "/".join(parts) and not path.startswith("/") and "\\" not in path and "\0" not in path
    return plain and bool(parts) and not {"..", "."} & set(parts) and path not in (MANIFEST, SIGNATURE)


def _problems(folder: Path, manifest: FolderManifest, content: bytes) -> Iterator[str]:
    """Each file that is changed, missing or additional."""
    if content != _encoded(manifest) or manifest.self_sha256 != _own_digest(manifest):
        yield f"{MANIFEST}: changed"
    found = {path: mode for path, mode in _walk(folder) if path != MANIFEST}
    known = {entry.path: entry for entry in manifest.files}
    if len(known) < len(manifest.files):
        yield f"{MANIFEST}: names a file twice"
    if manifest.signed_by and SIGNATURE not in found:
        yield f"{SIGNATURE}: missing"
    for path, entry in sorted(known.items()):
        if path not in found:
            yield f"{clean(path)}: missing"
        elif not stat.S_ISREG(found[path]):
            yield f"{clean(path)}: is a link or no file, and was not followed"
        elif not _is_as_written(folder / path, entry):
            yield f"{clean(path)}: changed"
    expected = known.keys() | ({SIGNATURE} if manifest.signed_by else set())
    if SIGNATURE in expected and not stat.S_ISREG(found.get(SIGNATURE, stat.S_IFREG)):
        yield f"{SIGNATURE}: is a link or no file, and was not followed"
    yield from (f"{clean(path)}: additional, and not of the dossier" for path in sorted(found.keys() - expected))


def _walk(folder: Path) -> Iterator[tuple[str, int]]:
    """All that a folder holds but the folders in it, with its mode; no link is followed. An empty folder counts."""
    for root, folders, files in os.walk(folder, onerror=_refuse, followlinks=False):
        for name in (*files, *(name for name in folders if (Path(root) / name).is_symlink())):
            path = Path(root) / name
            yield path.relative_to(folder).as_posix(), path.lstat().st_mode
        if not (files or folders) and Path(root) != folder:
            yield Path(root).relative_to(folder).as_posix() + "/", stat.S_IFDIR


def _refuse(error: OSError) -> None:
    """A folder that cannot be looked into may hold anything."""
    raise InputError(f"{error.filename}: {error.strerror}") from error


def _is_as_written(path: Path, entry: FileEntry) -> bool:
    """Whether a file has its size and digest. One of another size is not read; one that cannot be is not as written."""
    try:
        if path.stat().st_size != entry.bytes:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == entry.sha256
    except OSError:
        return False


def _encoded(manifest: FolderManifest) -> bytes:
    return msgspec.json.format(msgspec.json.encode(manifest), indent=1) + b"\n"


def _own_digest(manifest: FolderManifest) -> str:
    return hashlib.sha256(_encoded(msgspec.structs.replace(manifest, self_sha256=""))).hexdigest()


# -- writing -----------------------------------------------------------------------------------------------------------


def check_folder(option: str, target: Path) -> None:
    """Raise InputError where writing a folder would fail, or lose something: what is there and not ours as written."""
    try:
        parent = target.resolve().parent
        if not parent.is_dir():
            problem = "is no folder" if parent.exists() else "does not exist"
            raise InputError(f"{option} {target}: the folder {target.parent} {problem}")
        if not target.exists():
            return
        if not target.is_dir():
            raise InputError(f"{option} {target}: is there already, and is no folder")
        if Path.cwd().is_relative_to(target.resolve()):
            raise InputError(f"{option} {target}: you are in it, and it would be replaced; name a folder beside it")
        if not any(target.iterdir()):
            return
    except (OSError, RuntimeError) as error:  # a link that leads to itself
        raise InputError(f"{option} {target}: {getattr(error, 'strerror', None) or error}") from error
    if not (target / MANIFEST).exists():
        raise InputError(f"{option} {target}: is not empty, and holds no dossier; name another folder")
    if problems := look(target).problems:
        raise InputError(
            f"{option} {target}: holds a dossier that somebody changed ({problems[0]}), and would lose that; "
            "name another folder"
        )


def write_folder(
    target: Path, head: FolderManifest, files: Mapping[str, Iterable[bytes]], signer: Signer | None = None
) -> str:
    """Write a folder, or replace one that this wrote; the SHA-256 of its manifest. `head` names all but the files.

    It is made beside `target` and renamed, so that nobody sees half of it. Raises NotWritten; leaves no debris.
    """
    target = target.resolve()
    temporary = None
    try:
        temporary = Path(tempfile.mkdtemp(dir=target.parent, prefix=".mlposture-"))
        new = temporary / "new"
        new.mkdir()
        entries = tuple(_written(new, path, files[path]) for path in sorted(files))
        head = msgspec.structs.replace(head, files=entries, signed_by=signer[0] if signer else "", self_sha256="")
        content = _encoded(msgspec.structs.replace(head, self_sha256=_own_digest(head)))
        _written(new, MANIFEST, (content,))
        if signer:
            _written(new, SIGNATURE, (signer[1](content).hex().encode() + b"\n",))
        check_folder("-o", target)  # somebody may have come in between
        _put(new, target)
    except OSError as error:
        raise NotWritten(f"{target}: {error.strerror or error}") from error
    finally:
        if temporary is not None:
            shutil.rmtree(temporary, ignore_errors=True)
    return hashlib.sha256(content).hexdigest()


def _written(folder: Path, path: str, chunks: Iterable[bytes]) -> FileEntry:
    place = folder / path
    place.parent.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with place.open("xb") as file:
        for chunk in chunks:
            digest.update(chunk)
            size += file.write(chunk)
        file.flush()
        os.fsync(file.fileno())
    place.chmod(mode_of_new_files())
    return FileEntry(path=path, bytes=size, sha256=digest.hexdigest())


def _put(new: Path, target: Path) -> None:
    """Move a folder to its place. The one that is there goes only when the new one has come."""
    old = new.parent.with_name(f"{new.parent.name}-old")
    try:
        if target.exists():
            target.rename(old)
        new.rename(target)
    except BaseException:  # a signal may come at any line
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
