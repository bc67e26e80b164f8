"""How the process begins and ends, whatever happens in between: its exit code and its last words."""

import io
import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from scanner import OWNER
from scanner.collect.stops import STOPS
from scanner.model.exits import Exit
from scanner.model.patterns import pattern
from scanner.store.host import settle_streams

#: An address as somebody typed it: beyond the host it may say who may send, or hold a login.
_ADDRESS = pattern(r"(https?://)(?:[^\s/@]*@)?([^\s/?#@)]*)[^\s)]*")


def run(command: click.Command) -> None:
    """Run the command line and end the process. No two outcomes share an exit code, and only a defect has a traceback.

    click is kept from ending the process itself: its code for an interruption, 1, is the one for findings.
    """
    settle_streams()
    try:
        with STOPS.heeded():
            code = command.main(prog_name="mlposture", standalone_mode=False) or 0
            if sys.stdout is not None:
                sys.stdout.flush()
    except (click.Abort, KeyboardInterrupt):
        code = _say("interrupted" if STOPS.code is Exit.INTERRUPTED else f"stopped by {STOPS.name}", STOPS.code)
        os._exit(code)  # threads may be inside calls that time out much later
    except SystemExit as ended:  # click ends it where nobody reads, and having told a shell how to complete
        code = _explain(BrokenPipeError()) if ended.code else Exit.DONE
    except BaseException as error:  # Python itself would end with 1 where it is no Exception, which is findings
        code = _explain(error)
    if sys.stderr is not None:
        with suppress(OSError):
            sys.stderr.flush()
    # Everything is written and closed. Python would take a twentieth of a second to take what is left apart.
    os._exit(code)


def leave(code: int) -> NoReturn:
    """End the process at once, without waiting for threads; what was written is kept."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            try:
                stream.flush()
            except OSError:
                if STOPS.signal is None:  # else its terminal was closed, perhaps
                    raise
    os._exit(code)


def verify_packages() -> None:
    """Refuse to run when somebody else's `checks` or `reports` shadows ours: the names are generic."""
    import importlib

    home = Path(__file__).resolve().parent.parent.parent
    for name in ("scanner", "checks", "reports"):
        try:
            module = importlib.import_module(name)
        except ImportError as error:
            advice = f"its package {name!r} does not import ({error}); reinstall it in its own environment"
            sys.exit(_say(advice, Exit.USAGE))
        where = Path(str(module.__file__)).resolve().parent.parent
        if getattr(module, "OWNER", None) != OWNER or where != home:
            sys.exit(_say(f"{where}/{name} is not ours; give mlposture an environment of its own", Exit.USAGE))


def _explain(error: BaseException) -> Exit:
    """Say what went wrong; the exit code for it."""
    from scanner.model.errors import CannotScan, InputError  # here, because `--help` must not pay for it

    match error:
        case InputError():
            for line in error.shown:
                say(line)
            return error.exit_code
        case CannotScan():
            return _say(str(error), error.exit_code)
        case click.ClickException():
            said = io.StringIO()
            error.show(said)
            with suppress(OSError):
                click.echo(_ADDRESS.sub(r"\1\2/…", _shown(said.getvalue(), lines=True)), err=True, nl=False)
            return Exit(error.exit_code)
        case OSError() if STOPS.signal is not None:  # with its terminal, our output is gone
            _discard_output()
            return STOPS.code
        case BrokenPipeError():
            _discard_output()
            return Exit.NO_READER
        case OSError():
            _discard_output()
            return _say(f"{error.filename or 'output'}: {error.strerror or error}", InputError.exit_code)
    import traceback

    with suppress(OSError):
        click.echo(_shown("".join(traceback.format_exception(error)), lines=True), err=True)
    return _say("a defect of mlposture, not of your set-up; please report it with the lines above", Exit.DEFECT)


def say(text: str) -> None:
    """One line on standard error, if anybody still reads there."""
    with suppress(OSError):
        click.echo(f"mlposture: {_shown(text)}", err=True)


def _say(text: str, code: Exit) -> Exit:
    say(text)
    return code


def _shown(text: str, *, lines: bool = False) -> str:
    from scanner.model.sanitize import clean, redact_wholly

    return clean(redact_wholly(text), lines=lines)


def _discard_output() -> None:
    """Send what is still buffered nowhere; Python would try to write it at exit, and complain."""
    if sys.stdout is not None:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
