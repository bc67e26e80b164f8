"""The collector of the server itself: its version, and one read, asked in three ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from msgspec import UNSET

from checks.mlflow.server.resources import ANONYMOUS, EXPERIMENTS, FOREIGN, VERSION, Server
from scanner.model.collectors import collector
from scanner.model.nouns import Reply

if TYPE_CHECKING:
    from checks.mlflow.client.api import MlflowApi

#: An origin that no server can know.
ORIGIN = "https://origin.invalid"


@collector(Server, operations=(VERSION, EXPERIMENTS), per="account")
def servers(api: MlflowApi) -> Iterator[Server]:
    """One server. It is there as far as it answers that read, be it with a refusal: then nothing else is asked."""
    asked = api.probe(EXPERIMENTS, "experiments", say=True)
    if asked is UNSET:
        api.incomplete()
        return
    answers = asked["status"] == 200  # type: ignore[index]  # no such thing is not what it may say
    version = api.version(VERSION, "/version", "version") if answers else UNSET
    probes = {EXPERIMENTS: asked, ANONYMOUS: api.probe(EXPERIMENTS, "experiments", anonymous=True)}
    if answers:
        probes[FOREIGN] = api.probe(EXPERIMENTS, "experiments", origin=ORIGIN)
    said: dict[str, Reply] = {VERSION: version}
    said[EXPERIMENTS] = {name.partition("#")[2] or "asked": reply for name, reply in probes.items() if reply}
    facts = {"id": api.server, "name": api.server.rpartition("//")[2]}
    if "//" in api.server:  # and not the ARN of one that SageMaker manages
        facts["console_url"] = api.server
    yield api.decode(Server, {VERSION: version, **probes}, said, **facts, asked_with=api.form or None)
