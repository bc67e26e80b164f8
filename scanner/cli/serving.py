"""From a report or a history to pages that are served, until somebody ends it."""

import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from scanner.collect.extras import needs
from scanner.model.sanitize import clean
from scanner.serve.listening import Place, on_port, on_socket
from scanner.serve.shown import Site
from scanner.store.host import stop_signals

if TYPE_CHECKING:
    from uvicorn import Server

#: Seconds that an answer may still take when it is to end.
_GRACE = 3
#: Requests that are answered at a time; a browser has six.
_AT_ONCE = 64


class Where(NamedTuple):
    """An address of this machine, or a socket instead."""

    host: str
    port: int
    socket: Path | None

    def listen(self) -> AbstractContextManager[Place]:
        """Begin to listen. Raises InputError."""
        return on_socket(self.socket) if self.socket else on_port(self.host, self.port)


def run_serve(report: str | None, store: str | None, dossiers: Path | None, where: Where) -> None:
    """Serve pages until a signal comes. Raises InputError, CannotScan without the extra."""
    with needs("serve", "serve: Starlette", failing=ImportError):
        import uvicorn

        from scanner.serve.app import Pages, headers
        from scanner.serve.guard import Guard
    from scanner.serve.dossiers import pages_in

    class Server(uvicorn.Server):
        @contextmanager
        def capture_signals(self) -> Iterator[None]:
            """Leave them to us: it would heed Ctrl-C also where that is ignored, as in jobs in the background."""
            yield

    pages = pages_in(dossiers) if dossiers else {}
    with where.listen() as place:
        site = _site(report, store)
        app = Guard(Pages(site, pages).app(), place.hosts, headers())
        config = uvicorn.Config(
            app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            proxy_headers=False,
            server_header=False,
            limit_concurrency=_AT_ONCE,
            timeout_graceful_shutdown=_GRACE,
        )
        click.echo(f"mlposture: {clean(site.said)} at {place.said} (Ctrl-C ends it)", err=True)
        server = Server(config)
        with _heard(server):
            server.run(sockets=[place.socket])


@contextmanager
def _heard(server: "Server") -> Iterator[None]:
    """Have a server end for the signals that end a command, and pass them on then. The second one ends it at once.

    What a signal raises in the middle of an event loop can be lost there. What was ignored stays ignored.
    """
    told: list[int] = []

    def hear(number: int, _: object) -> None:
        server.force_exit = server.should_exit
        server.should_exit = True
        told.append(number)

    own = {number: signal.getsignal(number) for number in stop_signals()}
    before = {number: handler for number, handler in own.items() if handler is not signal.SIG_IGN}
    try:
        for number in before:
            signal.signal(number, hear)
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    for one in told:
        signal.raise_signal(one)


def _site(report: str | None, store: str | None) -> Site:
    if store is not None:
        from scanner.cli.config import refuse_undecoded
        from scanner.model.registry import load
        from scanner.serve.from_history import site_of_history

        refuse_undecoded({"store": store})
        load()  # titles of checks
        return site_of_history(store)
    from scanner.objects.transfer import reading
    from scanner.serve.from_report import site_of_report

    with reading(str(report)) as path:
        return site_of_report(path, str(report))
