"""`--baseline`: what earlier reports say of failures, and what an inventory of then would have said."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from scanner.cli.config import NEW
from scanner.history.earlier import Earlier, Failure
from scanner.history.reading import INVENTORY, form, read_report
from scanner.model.errors import InputError
from scanner.model.reported import Finding
from scanner.objects.transfer import reading


def with_baseline(options: Mapping[str, Any], taken_at: datetime) -> dict[str, Any]:
    """The options, with the failures that the files of `--baseline` hold, for a scan of that time. Raises InputError.

    What is newer than the scan is no earlier report: what has failed since would be taken for fixed.
    """
    paths = options.get("baseline") or ()
    if not paths:
        return dict(options)
    from scanner.model.registry import load

    load()  # a failure of any check may be carried forward, also of one that is not asked now
    earlier = Earlier()
    for text in paths:
        with reading(text) as path:
            if form(path) == INVENTORY:
                _judge(path, options, earlier)
            else:
                read_report(path, earlier)
        if earlier.made_at is not None and earlier.made_at > taken_at:
            raise InputError(
                f"--baseline {text}: is of {_shown(earlier.made_at)} and newer than what is judged, of "
                f"{_shown(taken_at)}; give the report of an earlier scan"
            )
        if earlier.cut and str(options.get("fail_on")).startswith(NEW):
            raise InputError(f"--baseline {text}: leaves failures out, so that nobody knows what is new; give JSON")
    return {**options, "earlier": earlier}


def _judge(path: Path, options: Mapping[str, Any], earlier: Earlier) -> None:
    """Take over what a saved inventory fails now, by the same options."""
    from scanner.cli.declared import ownership
    from scanner.cli.judging import judge, load_saved, select
    from scanner.cli.undeclared import prepared

    options = {**options, "verdicts": "fail"}
    inventory, checks, collectors = load_saved([str(path)])
    chosen = prepared(inventory, select(checks, options), collectors, options)
    built = judge(inventory, chosen, options, inventory.taken_at, ownership(inventory, options))
    for finding in built.findings:
        earlier.add(_failure(finding))
    for account in sorted({(scope.provider, scope.account) for scope in built.scopes}):
        earlier.know(account, account in built.settled)
        earlier.ask(account, built.asked(account)[account])
    earlier.seal(built.started_at)


def _failure(finding: Finding) -> Failure:
    resource = finding.resource
    return Failure(
        fingerprint=finding.fingerprint,
        check_id=finding.check_id,
        score=finding.score,
        message=finding.message,
        kind=resource.kind,
        id=resource.id,
        name=resource.name,
        scope=resource.scope,
        console_url=resource.console_url,
        source=finding.source,
        systems=finding.systems,
        accepted=finding.suppression is not None,
    )


def _shown(time: datetime) -> str:
    return time.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
