"""The scenarios in the order they run, and what each is for."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.running import aws, clouds, endurance, installs
from benchmarks.running.bench import Scenario


@dataclass(frozen=True)
class Entry:
    """One scenario. `quick` ones make up `make bench-quick`."""

    name: str
    title: str
    run: Scenario
    quick: bool = False


SCENARIOS = (
    Entry("thousand", "1,000 of each SageMaker kind, beside the peer", aws.thousand, quick=True),
    Entry("five-thousand", "5,000 of each SageMaker kind: memory", aws.five_thousand),
    Entry("ten-thousand", "10,000 of each SageMaker kind: time to the floor", aws.ten_thousand),
    Entry("everything", "1,000 of each SageMaker kind with endpoints, buckets and roles: all checks", aws.everything),
    Entry("one-check", "One check of notebooks alone", aws.one_check, quick=True),
    Entry("cached", "A second scan with the cache of the first", aws.cached, quick=True),
    Entry("empty", "An empty account in 17 regions", aws.empty, quick=True),
    Entry("throttled", "A provider that limits calls", aws.throttled, quick=True),
    Entry("curve", "Cost of 1,000 to 100,000 resources", aws.curve, quick=True),
    Entry("organization", "200 accounts in 4 regions, by one process and by four", endurance.organization),
    Entry("killed", "Killed at random moments and resumed", endurance.killed, quick=True),
    Entry("google", "Google Cloud, 1,000 of each kind", clouds.google, quick=True),
    Entry("azure", "Azure, 1,000 of each kind", clouds.azure, quick=True),
    Entry("install", "Install size and start of the program", installs.install),
)
BY_NAME = {entry.name: entry for entry in SCENARIOS}
