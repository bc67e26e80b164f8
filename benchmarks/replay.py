"""A cloud to measure scans against: a generated world of any size, served fast on loopback.

    python benchmarks/replay.py --cloud aws --per-kind 1000 --latency-ms 50 --limit 'sagemaker:*=20/100'

Prints one line of JSON when it listens, `{"url": ..., "env": {...}}`: put `env` into the environment of the scan.
`GET /_replay/counters` tells what was asked, `POST /_replay/reset` starts to count anew and fills the buckets of the
limits, `POST /_replay/faults` with `{"deny": [patterns]}` changes what is denied. What is wrong with the world is
planted by index, see the modules of `replaying`. Needs msgspec; for Azure cryptography; runs until it is terminated.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import importlib
import json
import selectors
import signal
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from replaying.cloud import Cloud, Size
from replaying.counters import Counters
from replaying.limits import Denials, Limit, Limits
from replaying.server import Replay, listening

_CLOUDS = {"aws": "AwsCloud", "gcp": "GcpCloud", "azure": "AzureCloud"}


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Serve a generated cloud on loopback.")
    parser.add_argument("--cloud", choices=_CLOUDS, required=True)
    parser.add_argument("--per-kind", type=int, default=100, metavar="N", help="resources of each kind and account")
    parser.add_argument("--count", action="append", default=[], metavar="KIND=N", help="how many of one kind instead")
    parser.add_argument("--buckets", type=int, metavar="N", help="default: a tenth of --per-kind")
    parser.add_argument("--roles", type=int, metavar="N", help="roles or service accounts; default: a tenth")
    parser.add_argument("--accounts", type=int, default=1, metavar="N", help="accounts, projects or subscriptions")
    parser.add_argument("--regions", type=int, default=None, metavar="N", help="enabled regions or locations")
    parser.add_argument("--populated-regions", type=int, default=1, metavar="N", help="regions that hold resources")
    parser.add_argument("--latency-ms", type=float, default=0.0, metavar="MS", help="time every reply takes")
    parser.add_argument("--jitter-ms", type=float, default=0.0, metavar="MS", help="up to so much more, at random")
    parser.add_argument("--limit", action="append", default=[], type=Limit.parse, metavar="PATTERN=RATE/BURST")
    parser.add_argument("--retry-after", action="store_true", help="Google's refusals say when to try again")
    parser.add_argument("--deny", action="append", default=[], metavar="OP", help="deny OP or OP@ACCOUNT/REGION")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write a line of JSON for each call")
    parser.add_argument("--now", type=datetime.fromisoformat, metavar="TIME", help="what ages are counted from")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="for jitter and invented digests")
    return parser.parse_args(argv)


def _cloud(options: argparse.Namespace) -> Cloud:
    """The world that the options ask for. Raises ValueError."""
    module = importlib.import_module(f"replaying.{options.cloud}")
    found = getattr(module, _CLOUDS[options.cloud])
    counts = {}
    for text in options.count:
        kind, _, number = text.replace("_", "-").partition("=")
        if kind not in found.kinds:
            raise ValueError(f"--count: {kind!r} is not one of {', '.join(found.kinds)}")
        counts[kind] = int(number)
    tenth = options.per_kind // 10
    regions = options.regions or found.default_regions
    if not 1 <= options.populated_regions <= regions or options.accounts < 1:
        raise ValueError("there must be an account, and at least as many regions as populated ones")
    now = options.now or datetime.now(UTC)
    size = Size(
        per_kind=options.per_kind,
        counts=counts,
        buckets=counts.pop("buckets", tenth if options.buckets is None else options.buckets),
        roles=counts.pop("roles", tenth if options.roles is None else options.roles),
        accounts=options.accounts,
        regions=regions,
        populated=options.populated_regions,
        now=now if now.tzinfo else now.replace(tzinfo=UTC),
        seed=options.seed,
        retry_after=options.retry_after,
    )
    return found(size)  # type: ignore[no-any-return]


def _precise() -> asyncio.AbstractEventLoop:
    """A loop that wakes when it is time: the default one rounds up to milliseconds, which would add to each reply."""
    return asyncio.SelectorEventLoop(selectors.SelectSelector())


async def _serve(replay: Replay) -> None:
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    async with listening(replay, replay.cloud.tls()) as url:
        gc.collect()
        gc.freeze()
        print(json.dumps({"url": url, "env": replay.cloud.env(url)}), flush=True)
        await stopped.wait()


def main(argv: list[str]) -> None:
    """Serve until terminated."""
    options = _arguments(argv)
    try:
        cloud = _cloud(options)
    except ValueError as error:
        raise SystemExit(f"replay: {error}") from error
    with ExitStack() as stack:
        log = stack.enter_context(options.log.open("wb")) if options.log else None
        replay = Replay(
            cloud,
            Counters(log),
            Limits(options.limit),
            Denials(options.deny),
            latency=options.latency_ms / 1000,
            jitter=options.jitter_ms / 1000,
            seed=options.seed,
        )
        with asyncio.Runner(loop_factory=_precise) as runner:
            runner.run(_serve(replay))


if __name__ == "__main__":
    main(sys.argv[1:])
