"""Compare findings one by one: ours with the peer's, with the planted truth, and two of our own reports. Pure.

Where the two tools mean different things by what looks like the same check, the difference is written down here with
its reason, and holds only for findings in which that reason shows. Every other difference fails the benchmark.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

#: (check id, resource id) → (verdict, message)
Ours = dict[tuple[str, str], tuple[str, str]]
#: (check id, resource id) → verdict
Verdicts = Mapping[tuple[str, str], str]
_SAME = {"PASS": "pass", "FAIL": "fail", "MANUAL": "unknown"}


@dataclass(frozen=True)
class Excuse:
    """The peer says `theirs`, we say `ours` with this message, and both are right in their own terms."""

    theirs: str
    ours: str
    message: str
    reason: str


@dataclass(frozen=True)
class Pair:
    """A check of the peer and the one of ours that asks the same."""

    theirs: str
    ours: str
    excuses: tuple[Excuse, ...] = ()


_NVME = "the peer fails resources whose disks are NVMe, which take no key: nobody can give them one"
_SERVERLESS = "the peer counts a serverless variant as one of no instances, or fails it for a volume it does not have"

PAIRS = (
    Pair("sagemaker_notebook_instance_without_direct_internet_access_configured", "MLP-1001"),
    Pair("sagemaker_notebook_instance_vpc_settings_configured", "MLP-1002"),
    Pair("sagemaker_notebook_instance_root_access_disabled", "MLP-1003"),
    Pair("sagemaker_notebook_instance_encryption_enabled", "MLP-1004"),
    Pair("sagemaker_models_network_isolation_enabled", "MLP-1101"),
    Pair("sagemaker_models_vpc_settings_configured", "MLP-1102"),
    Pair(
        "sagemaker_endpoint_config_kms_encryption_enabled",
        "MLP-1201",
        (
            Excuse("FAIL", "not_applicable", "with a variant on NVMe disks the configuration takes no key", _NVME),
            Excuse("FAIL", "not_applicable", "no variant runs on instances", _SERVERLESS),
        ),
    ),
    Pair(
        "sagemaker_endpoint_config_prod_variant_instances",
        "MLP-1202",
        (
            Excuse("FAIL", "not_applicable", "no variant runs on instances", _SERVERLESS),
            Excuse("FAIL", "pass", "every variant has more than one instance", _SERVERLESS),
        ),
    ),
    Pair(
        "sagemaker_training_jobs_intercontainer_encryption_enabled",
        "MLP-1301",
        (
            Excuse("FAIL", "not_applicable", "runs on one instance",
                   "a job of one instance has no traffic between instances; the peer fails it all the same"),
        ),
    ),
    Pair("sagemaker_training_jobs_network_isolation_enabled", "MLP-1302"),
    Pair("sagemaker_training_jobs_vpc_settings_configured", "MLP-1303"),
    Pair(
        "sagemaker_training_jobs_volume_and_output_encryption_enabled",
        "MLP-1304",
        (
            Excuse("FAIL", "not_applicable", "instance types with NVMe disks take no key", _NVME),
            Excuse("FAIL", "not_applicable", "runs on no instances of its own",
                   "a serverless job has no volume of its own; the peer fails it for having no key"),
        ),
    ),
)  # fmt: skip

#: Checks of the peer that none of ours answers, and why.
UNPAIRED = {
    "sagemaker_clarify_exists": "asks whether a region uses a product; it has no resource",
    "sagemaker_domain_sso_configured": "Studio domains are not read yet",
    "sagemaker_models_monitor_enabled": "asks whether a region uses a product; it has no resource",
    "sagemaker_models_registry_in_use": "asks whether a region uses a product; it has no resource",
    "sagemaker_notebook_instance_no_secrets": "lifecycle scripts are not read",
}


def load(path: Path) -> Ours:
    """The findings of one of our JSON reports."""
    found: Ours = {}
    for finding in msgspec.json.decode(path.read_bytes(), type=_Report).findings:
        found[(finding.check.id, finding.resource.id)] = (finding.verdict, finding.message)
    return found


class _Named(msgspec.Struct):
    id: str


class _Finding(msgspec.Struct):
    check: _Named
    resource: _Named
    verdict: str
    message: str


class _Report(msgspec.Struct):
    findings: list[_Finding]


def with_peer(ours: Ours, theirs: Verdicts, *, old: Collection[str] = ()) -> dict[str, Any]:
    """Compare resource by resource over all pairs.

    `old` are training jobs from before our window of 30 days, which only the peer judges. Returns totals, the explained
    differences with how many findings each covers, and up to 20 that nothing explains.
    """
    compared = faults = 0
    explained: Counter[tuple[str, str, str]] = Counter()
    unexplained: list[str] = []
    for pair in PAIRS:
        resources = {id for check, id in theirs if check == pair.theirs} | {
            id for check, id in ours if check == pair.ours
        }
        for resource in sorted(resources):
            their = theirs.get((pair.theirs, resource), "nothing")
            verdict, message = ours.get((pair.ours, resource), ("nothing", ""))
            compared += 1
            if _SAME.get(their) == verdict:
                faults += verdict == "fail"
            elif (reason := _excuse(pair, their, verdict, message, resource, old)) is not None:
                explained[(pair.theirs, pair.ours, reason)] += 1
            else:
                unexplained.append(f"{resource}: {pair.theirs} says {their}, {pair.ours} says {verdict} ({message})")
    unknown = sorted({check for check, _ in theirs} - {pair.theirs for pair in PAIRS} - UNPAIRED.keys())
    return {
        "compared": compared,
        "same_faults": faults,
        "explained": [
            {"theirs": theirs_, "ours": ours_, "reason": reason, "findings": count}
            for (theirs_, ours_, reason), count in sorted(explained.items())
        ],
        "unexplained": len(unexplained),
        "examples": unexplained[:20],
        "checks_without_pair": unknown,
    }


def _excuse(pair: Pair, theirs: str, ours: str, message: str, resource: str, old: Collection[str]) -> str | None:
    if ours == "nothing" and resource in old:
        return "the job is older than 30 days; finished jobs cannot be repaired, and the peer judges them for ever"
    for excuse in pair.excuses:
        if (theirs, ours, message) == (excuse.theirs, excuse.ours, excuse.message):
            return excuse.reason
    return None


def with_truth(ours: Ours, planted: Verdicts) -> dict[str, Any]:
    """Compare with what the world was made with: every planted verdict must be there, and nothing else may differ."""
    wrong = [
        f"{resource}: {check} says {ours.get((check, resource), ('nothing', ''))[0]}, planted was {verdict}"
        for (check, resource), verdict in planted.items()
        if ours.get((check, resource), ("nothing", ""))[0] != verdict
    ]
    return {"planted": len(planted), "wrong": len(wrong), "examples": sorted(wrong)[:20]}


def same(left: Ours, right: Ours) -> dict[str, Any]:
    """Compare two of our own reports."""
    differing = sorted(key for key in left.keys() | right.keys() if left.get(key) != right.get(key))
    missing = sum(key not in right for key in differing)
    examples = [f"{check} {resource}: {left.get((check, resource))} became {right.get((check, resource))}"
                for check, resource in differing[:20]]  # fmt: skip
    return {"findings": len(left), "wrong": len(differing), "missing": missing, "examples": examples}


#: Members of a report that two scans of the same account may differ in.
_VOLATILE = ("id", "started_at", "finished_at")


def identical(left: Path, right: Path) -> bool:
    """Whether two JSON reports are equal but for the id and the times of the scan."""
    return _settled(left) == _settled(right)


def _settled(path: Path) -> Any:
    report = msgspec.json.decode(path.read_bytes())
    for member in _VOLATILE:
        report["scan"].pop(member, None)
    return report


def counts(ours: Ours) -> dict[str, int]:
    """Findings by verdict."""
    return dict(sorted(Counter(verdict for verdict, _ in ours.values()).items()))


def check_ids(findings: Iterable[tuple[str, str]]) -> set[str]:
    """The checks that found anything."""
    return {check for check, _ in findings}
