"""Scans of a world that changes from night to night, in a history: the same steps as those of a scan."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from factories.aws import HERE, notebook
from msgspec import UNSET
from msgspec.structs import replace
from support import NOW, registered

from checks.aws.sagemaker.resources import NotebookInstance
from scanner.evaluate.report import build_report
from scanner.evaluate.suppressing import Suppressing
from scanner.frameworks import load
from scanner.history.store import Store, open_store
from scanner.model.notes import Suppression
from scanner.model.nouns import Gap, Listing, Reason, Resource, Scope
from scanner.model.reported import Report
from scanner.store.inventory import Inventory

CHECK = "MLP-1001"
THERE = Scope("aws", "444455556666", HERE.region)
#: What a notebook may be: its way to the internet is open, closed, or was not seen.
OPEN, CLOSED, UNSEEN = "Enabled", "Disabled", UNSET


def lab(name: str = "lab", state: Any = OPEN, scope: Scope = HERE) -> Resource:
    arn = f"arn:aws:sagemaker:{scope.region}:{scope.account}:notebook-instance/{name}"
    return replace(notebook(name, direct_internet_access=state), id=arn, scope=scope)


def inventory_of(
    at: datetime, *resources: Resource, complete: bool = True, scopes: Iterable[Scope] = (HERE,)
) -> Inventory:
    """What a scan of that time observed in these accounts."""
    made = Inventory(at)
    for resource in resources:
        made.add(resource)
    made.scopes = tuple(scopes)
    for scope in made.scopes:
        observed = sum(resource.scope == scope for resource in resources)
        made.listings[NotebookInstance.kind, scope] = Listing(
            kind=NotebookInstance.kind, scope=scope, complete=complete, observed=observed
        )
    if not complete:
        operation = "sagemaker:ListNotebookInstances"
        made.gaps = tuple(
            Gap(kind=NotebookInstance.kind, operation=operation, scope=scope, reason=Reason.THROTTLED, permission="",
                detail="slow down") for scope in made.scopes
        )  # fmt: skip
    return made


class Nights:
    """Scans one after the other, each in the history at a URL. `reports` are those of all."""

    def __init__(self, url: str, began: datetime = NOW) -> None:
        self.url = url
        self.at = began
        self.reports: list[Report] = []

    def scan(self, *resources: Resource, checks: Iterable[str] = (CHECK,), accept: Iterable[Suppression] = (),
             **how: Any) -> Report:  # fmt: skip
        """Judge what a night saw, and write it."""
        with open_store(self.url) as store:
            report = self.judge(store, *resources, checks=checks, accept=accept, **how)
            store.write(report)
        return report

    def judge(self, store: Store, *resources: Resource, checks: Iterable[str] = (CHECK,),
              accept: Iterable[Suppression] = (), named: str = "", **how: Any) -> Report:  # fmt: skip
        """Judge what a night saw against a history that is open."""
        self.at += timedelta(days=1)
        known = registered()[0]
        report = build_report(
            inventory_of(self.at, *resources, **how), [known[id] for id in checks], load(()),
            scan_id=named or f"night-{len(self.reports) + 1}", started_at=self.at,
            finished_at=self.at + timedelta(minutes=5), earlier=store.earlier(),
            suppressing=Suppressing(tuple(accept), self.at.date()),
        )  # fmt: skip
        self.reports.append(report)
        return report

    def states(self, scan: str = "") -> dict[str, str]:
        """What a scan said of each notebook, by name; of the last one by default."""
        with open_store(self.url) as store:
            return {one.name: str(one.state) for one in store.findings(scan or self.reports[-1].scan_id)}


def day(number: int) -> datetime:
    """When a night's scan began, counted from 1."""
    return (NOW + timedelta(days=number)).astimezone(UTC)
