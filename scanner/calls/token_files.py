"""Files that an environment names as holding a credential."""

from pathlib import Path


def fault(path: str) -> str:
    """Why a file holds no credential, to be read after its name and "which"; empty if it may hold one."""
    place = Path(path)
    try:
        if not place.exists():
            return "is not there"
        if place.is_dir():
            return "is a folder"
        # What is no regular file, such as a pipe, may have been read already.
        return "is empty" if place.is_file() and not place.read_bytes().strip() else ""
    except OSError:
        return "cannot be read"
