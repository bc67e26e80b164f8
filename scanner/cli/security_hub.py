"""Brings the findings of a file into Security Hub: sends them, suppresses what is suppressed, archives what is gone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from reports.asff import PREFIX
from scanner.cli.asff_file import AsffFile, Destination
from scanner.model.errors import InputError

if TYPE_CHECKING:
    from checks.aws.client.security_hub import Hub, Refused

SUPPRESSED, OPEN = "SUPPRESSED", "NEW"
#: Who last wrote a note on a finding that this program suppressed: what people decide stays.
_US = "mlposture"
_NOT_SUPPRESSED = "The suppression has ended: it expired, or it was taken back."
#: Members of a finding without which none is taken, and those that say whether it is still true.
_KEPT = ("SchemaVersion", "Id", "ProductArn", "GeneratorId", "AwsAccountId", "CreatedAt", "Title", "Description",
         "Resources", "FindingProviderFields", "ProductFields", "Compliance")  # fmt: skip


class Outcome(NamedTuple):
    """What came of one destination. `imported` and `archived` were sent, `refused` among them."""

    imported: int
    archived: int
    refused: "list[Refused]"


class _There(NamedTuple):
    """A finding of the file that Security Hub has already."""

    created: str
    status: str
    noted_by: str


def synchronise(file: AsffFile, destination: Destination, hub: "Hub") -> Outcome:
    """Send what belongs to a destination, and archive there what is not true any more. Raises NotWritten, InputError.

    Creation times stay those of the first upload.
    """
    ids = {finding["Id"] for finding in file.of(destination)}
    there: dict[str, _There] = {}
    gone: list[dict[str, Any]] = []
    for finding in hub.active(destination.product, PREFIX):
        _refuse_older(file, finding, hub)
        if finding["Id"] in ids:
            there[finding["Id"]] = _known(finding)
        elif file.outdates(dict(finding)):
            gone.append(_archived(finding, file.updated_at))
    refused = _put(hub, (_created(finding, there) for finding in file.of(destination)))
    refused += _decide(file, destination, hub, there)
    refused += _put(hub, iter(gone))
    return Outcome(len(ids), len(gone), refused)


def _refuse_older(file: AsffFile, finding: Mapping[str, Any], hub: "Hub") -> None:
    """A report that is older than what is there of the same scopes would undo it."""
    if finding["GeneratorId"] != f"{PREFIX}completeness" or not file.looked_at(finding):
        return
    if finding["UpdatedAt"] > file.updated_at:
        when = finding["UpdatedAt"]
        raise InputError(f"Security Hub of {hub.name}: it has a later report, of {when}; nothing was sent there")


def _known(finding: Mapping[str, Any]) -> _There:
    status = (finding.get("Workflow") or {}).get("Status") or OPEN
    return _There(finding["CreatedAt"], status, (finding.get("Note") or {}).get("UpdatedBy") or "")


def _created(finding: dict[str, Any], there: Mapping[str, _There]) -> dict[str, Any]:
    known = there.get(finding["Id"])
    return {**finding, "CreatedAt": known.created} if known else finding


def _archived(finding: Mapping[str, Any], now: str) -> dict[str, Any]:
    kept = {name: finding[name] for name in _KEPT if name in finding}
    return {**kept, "RecordState": "ARCHIVED", "UpdatedAt": now}


def _decide(file: AsffFile, destination: Destination, hub: "Hub", there: Mapping[str, _There]) -> "list[Refused]":
    """Suppress what is suppressed, and open again what this program had suppressed: an import changes neither."""
    wanted: dict[tuple[str, str], list[str]] = {}
    for finding in file.of(destination):
        known = there.get(finding["Id"])
        if known is None:
            continue  # it came with what is decided of it
        suppressed = finding.get("Workflow", {}).get("Status") == SUPPRESSED
        if suppressed and known.status != SUPPRESSED:
            wanted.setdefault((SUPPRESSED, finding["Note"]["Text"]), []).append(finding["Id"])
        elif not suppressed and known.status == SUPPRESSED and known.noted_by == _US:
            wanted.setdefault((OPEN, _NOT_SUPPRESSED), []).append(finding["Id"])
    refused: list[Refused] = []
    for (status, note), ids in wanted.items():
        for start in range(0, len(ids), 100):
            refused += hub.decide(destination.product, ids[start : start + 100], status, note)
    return refused


def _put(hub: "Hub", findings: Iterator[dict[str, Any]]) -> "list[Refused]":
    refused: list[Refused] = []
    for batch in batches(findings):
        refused += hub.put(batch)
    return refused


def batches(findings: Iterable[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Findings as many at a time as a request takes, by number and by size."""
    from checks.aws.client.security_hub import AT_ONCE, BYTES

    batch: list[dict[str, Any]] = []
    size = 0
    for finding in findings:
        # As the SDK writes it: what is not ASCII takes up to three times as much.
        its = 3 * len(msgspec.json.encode(finding))
        if batch and (len(batch) == AT_ONCE or size + its > BYTES):
            yield batch
            batch, size = [], 0
        batch.append(finding)
        size += its
    if batch:
        yield batch
