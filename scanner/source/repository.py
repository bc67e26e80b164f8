"""Which version of which repository a folder is a checkout of, as the files of git say it."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from scanner.model.notes import Checkout
from scanner.model.patterns import pattern

_ORIGIN = pattern(r"(?s)\[remote \"origin\"\][^\[]*?\n\s*url\s*=\s*(\S+)")
_SSH = pattern(r"(?:[\w.-]+@)?([\w.-]+):(?!//)(.+)")
_HASH = pattern(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
#: More of a file than git writes in one of these is not read.
_LONGEST = 1 << 22


def checkout(root: Path) -> Checkout | None:
    """None of a folder that is in no repository."""
    for folder in (root, *root.parents):
        git = folder / ".git"
        if git.is_dir() or git.is_file():
            # `git worktree` leaves a file that names the folder, which has a part in common with others.
            own = folder / _read(git).partition("gitdir:")[2].strip() if git.is_file() else git
            common = own / (_read(own / "commondir").strip() or ".")
            head = _read(own / "HEAD").strip()
            ref = head.partition("ref: ")[2]
            return Checkout(
                repository=address(found[1]) if (found := _ORIGIN.search(_read(common / "config"))) else "",
                revision=_revision(own, common, ref) if ref else head if _HASH.fullmatch(head) else "",
                branch=ref,
            )
    return None


def _revision(own: Path, common: Path, ref: str) -> str:
    """The commit that a branch is at: in a file of its own, or among the packed ones."""
    lines = (line.split() for line in _read(common / "packed-refs").splitlines())
    packed = next((words[0] for words in lines if len(words) == 2 and words[1] == ref), "")
    named = _read(own / ref).strip() or _read(common / ref).strip() or packed
    return named if _HASH.fullmatch(named) else ""


def address(url: str) -> str:
    """The address of a repository as a browser has it, without user and password; empty for one that is on a disk."""
    found = _SSH.fullmatch(url)
    if found and "://" not in url:
        url = f"ssh://{found[1]}/{found[2]}"
    try:
        parts = urlsplit(url)
        host, number = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("https", "http", "ssh", "git") or not host:
        return ""
    port = f":{number}" if number and parts.scheme in ("https", "http") else ""
    return urlunsplit(("https", host + port, parts.path.removesuffix(".git"), "", ""))


def _read(path: Path) -> str:
    """The text of a small file; empty where there is none, or it is no text."""
    try:
        with path.open("rb") as file:
            return file.read(_LONGEST).decode()
    except (OSError, UnicodeDecodeError, ValueError):
        return ""
