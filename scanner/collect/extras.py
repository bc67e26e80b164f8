"""What only an extra brings. One package of it that is missing or broken is told in a sentence, and is no defect."""

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from scanner.model.errors import CannotScan, how_to_install

_HOME = Path(__file__).resolve().parent.parent.parent
_OURS = ("scanner", "checks", "reports")
_STOPS = (KeyboardInterrupt, SystemExit, GeneratorExit)


@contextmanager
def needs(extra: str, what: str, *, failing: type[BaseException] = BaseException) -> Iterator[None]:
    """Around imports of `what`. Raises CannotScan, with what to install, if others than we keep them from succeeding.

    With ImportError as `failing`, around code of an SDK that imports as it runs: its other errors mean other things.
    """
    try:
        yield
    except BaseException as error:  # a panic of a module written in Rust is no Exception
        if not isinstance(error, failing) or isinstance(error, _STOPS) or _is_ours(error):
            raise
        raise CannotScan(f"{what} {_said(error, extra)}") from error


def _said(error: BaseException, extra: str) -> str:
    first = error
    while isinstance(first.__cause__, ImportError):  # libraries say in their own words that another is missing
        first = first.__cause__
    if isinstance(first, ModuleNotFoundError):
        return f"is not installed, or not all of it (there is no module {first.name}); {how_to_install(extra)}"
    why = str(error).strip().partition("\n")[0]
    return f"cannot be imported ({type(error).__name__}: {why}); {how_to_install(extra, again=True)}"


def _is_ours(error: BaseException) -> bool:
    """Whether a module of ours cannot be imported because of itself, whatever is installed: a defect."""
    if isinstance(error, SyntaxError | OSError) and error.filename and str(error.filename).endswith(".py"):
        # It could not be compiled or read, so that no frame is of it.
        return any(Path(error.filename).resolve().is_relative_to(_HOME / name) for name in _OURS)
    names = [str(frame.f_globals.get("__name__", "")) for frame, _ in traceback.walk_tb(error.__traceback__)]
    # A module that is missing, or lacks what is asked of it, is to blame before the one that asks.
    if isinstance(error, ImportError) and error.name:
        names.append(error.name)
    if isinstance(error, AttributeError) and isinstance(error.obj, ModuleType):
        names.append(error.obj.__name__)
    tops = (name.partition(".")[0] for name in reversed(names))
    return next(top for top in tops if top not in sys.stdlib_module_names) in _OURS
