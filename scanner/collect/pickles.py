"""What a cluster sends is data: no pickle of it may name anything that this process would look up.

Dask pickles its errors, the types of results, and whatever else is no msgpack, and loads on its own what comes from a
scheduler and from workers through it. A pickle can run whatever it can name. Python tells an audit hook of each name
before it is looked up, whoever loads the pickle: without a name it makes numbers, texts and lists of these.
"""

import pickletools
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

#: Dask puts it before bytes, which are what our tasks answer with.
_HARMLESS = ("builtins", "bytes")
#: Bytes of a pickled error in which its name must be.
_READ = 4096
_ERRORS = ("Error", "Exception", "KilledWorker")

_watching = 0
_hooked = False


class NotLoaded(EOFError, TypeError):
    """A pickle named something.

    Dask takes an EOFError for a broken connection, and does without a traceback for a TypeError.
    """


@contextmanager
def nothing_loaded() -> Iterator[None]:
    """Have every thread of this process refuse pickles that name anything."""
    global _hooked, _watching  # noqa: PLW0603 - a hook is for the process, and for good
    if not _hooked:
        sys.addaudithook(_look)
        _hooked = True
    _watching += 1
    try:
        yield
    finally:
        _watching -= 1


def _look(event: str, named: tuple[Any, ...]) -> None:
    if event == "pickle.find_class" and _watching and named != _HARMLESS:
        raise NotLoaded(f"a pickle names {named[0]}.{named[1]}")


def error_name(pickled: bytes) -> str:
    """What a pickled error is called, as far as that can be seen without loading it."""
    with suppress(ValueError):  # it ends before its end, or is no pickle
        for _, word, _ in pickletools.genops(pickled[:_READ]):
            name = word.rpartition(" ")[2] if isinstance(word, str) else ""
            if name.isidentifier() and name.endswith(_ERRORS):
                return name
    return "an error that was not read"
