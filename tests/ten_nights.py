"""Ten nights of a changing account: what each finds, what goes wrong, and what is to come of it, on every cloud.

Two resources of a kind are there, the lab and another one, and one check of high severity judges them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import yaml
from scanning import document as read
from worlds.base import Fault, Request, World
from worlds.receiver import Receiver

from scanner.history.store import open_store

OPEN, SHUT = "open", "shut"


class Night(NamedTuple):
    """What is there, what goes wrong, and what is to come of it.

    `lab` and `other` are how these are, None where deleted. `state` is that of the lab in the history, empty for any,
    `alerts` are those of both, where each fails or once did. `code` is how the scan ends, `said` how the message
    begins.
    """

    lab: str | None
    other: str
    state: str
    alerts: dict[str, str]
    said: str
    unseen: bool = False
    accepted: bool = False
    broken: str = ""
    code: int = 0

    def there(self) -> list[tuple[str, str]]:
        """What is there, by its name, and how it is."""
        return [(name, way) for name, way in (("lab", self.lab), ("other", self.other)) if way is not None]

    def told(self, check: str) -> str:
        """How the message begins, where this check judges."""
        return self.said.format(check=check)


_SINCE = "Since the last scan: "
NIGHTS = (
    Night(OPEN, SHUT, "not compared", {"lab": "open"}, "This scan: 1 failure, 1 high among them, nothing earlier to "),
    Night(SHUT, SHUT, "fixed", {"lab": "fixed"}, f"{_SINCE}nothing new, 1 fixed."),
    Night(OPEN, SHUT, "reopened", {"lab": "open"}, f"{_SINCE}1 reopened (worst: high {{check}} "),
    Night(OPEN, SHUT, "unknown", {"lab": "open"}, f"{_SINCE}nothing new in what was seen, 1 not seen because ",
          unseen=True, code=4),
    Night(OPEN, SHUT, "suppressed", {"lab": "dismissed"}, f"{_SINCE}nothing new.", accepted=True),
    Night(OPEN, SHUT, "reopened", {"lab": "open"}, f"{_SINCE}1 reopened (worst: high {{check}} "),
    # The bucket takes no report, and all else goes on.
    Night(OPEN, OPEN, "persisting", {"lab": "open", "other": "open"}, f"{_SINCE}1 new (worst: high {{check}} ",
          broken="bucket", code=2),
    Night(SHUT, OPEN, "persisting", {"lab": "open", "other": "open"}, "", broken="killed", code=137),
    Night(OPEN, SHUT, "persisting", {"lab": "open", "other": "fixed"}, f"{_SINCE}nothing new, 1 fixed."),
    Night(None, SHUT, "gone", {"lab": "fixed", "other": "fixed"}, f"{_SINCE}nothing new, 1 gone."),
)  # fmt: skip


Document = dict[str, Any]


class Cloud(NamedTuple):
    """What stands for the two resources in a cloud, whose check has high severity."""

    check: str
    #: what each night begins with
    lists: str
    #: a document of that cloud with nothing else of their kind, as of a night
    holding: Callable[[Document, Night, int], Document]
    #: what keeps the lab from being seen where it is denied, asked of these
    reads: str = ""
    about: str = "*"
    #: another check, which has nothing to judge: where nothing at all can be read, there is no scan
    beside: tuple[str, ...] = ()


def _notebooks(document: Document, night: Night, number: int) -> Document:
    """Notebooks of SageMaker, in the only region with anything; they say when they were changed."""
    whole = read("aws")["regions"]["eu-west-1"]["sagemaker"]["NotebookInstance"][0]
    ways = {OPEN: "Enabled", SHUT: "Disabled"}
    changed = (datetime.now(UTC) - timedelta(20 - number)).isoformat()
    made = [
        {**whole, "NotebookInstanceName": name, "DirectInternetAccess": ways[way], "LastModifiedTime": changed}
        for name, way in night.there()
    ]
    return {**document, "regions": {"eu-west-1": {"sagemaker": {"NotebookInstance": made}}}}


def _instances(document: Document, night: Night, _: int) -> Document:
    """Instances of Workbench, the lab in a zone that is out of reach in the night in which it is not seen."""
    service, zones = "notebooks.googleapis.com/v2", {"lab": "us-central1-b", "other": "europe-west4-a"}
    whole = read("gcp")["collections"][service]["instances"][0]
    project = whole["name"].partition("/locations/")[0]
    made = [
        {
            **whole,
            "name": f"{project}/locations/{zones[name]}/instances/{name}",
            "gceSetup": {**whole["gceSetup"], "disablePublicIp": way == SHUT},
        }
        for name, way in night.there()
    ]
    collections = {**document["collections"], service: {"instances": made}}
    return {**document, "collections": collections, "unreachable": {"notebooks": [zones["lab"]] * night.unseen}}


def _accounts(document: Document, night: Night, _: int) -> Document:
    """Accounts of Azure OpenAI, and nothing else."""
    kind = "Microsoft.CognitiveServices/accounts"
    whole = next(one for one in read("azure")["resources"] if one["type"] == kind)
    made = [
        {
            **whole,
            "id": f"{whole['id'].rpartition('/')[0]}/{name}",
            "properties": {**whole["properties"], "disableLocalAuth": way == SHUT},
        }
        for name, way in night.there()
    ]
    return {**document, "resources": made, "role_assignments": [], "diagnostic_settings": {}}


_ACCOUNTS = "Microsoft.CognitiveServices/accounts/read"
#: By the scheme of a bucket's address there.
CLOUDS = {
    "s3": Cloud(
        "MLP-1001", "sagemaker:ListNotebookInstances", _notebooks, "sagemaker:DescribeNotebookInstance", "*lab*"
    ),
    "gs": Cloud("MLP-2001", "notebooks.instances.list", _instances),
    "az": Cloud("MLP-3304", _ACCOUNTS, _accounts, _ACCOUNTS, beside=("MLP-3001",)),
}


def suppressions(night: Night, check: str) -> bytes:
    """The file of that night."""
    entry = {"check": check, "resource": "*/lab", "reason": "It is moved this week.", "owner": "ml-platform",
             "until": datetime.now(UTC).date() + timedelta(30)}  # fmt: skip
    entries = {"schema": "suppressions/1", "suppressions": [entry] if night.accepted else []}
    return yaml.safe_dump(entries).encode()


class OfReports(Fault):
    """A fault for reports alone, of all that is in the bucket."""

    def strikes(self, request: Request) -> bool:
        # Where the address does not name an object that is written, what is sent does at its beginning.
        named = f"{request.params.get('Key', '')} {request.path} {request.body[:200].decode(errors='replace')}"
        return "report." in named and super().strikes(request)


def go_wrong(night: Night, cloud: Cloud, world: World, kept: World, write: str) -> None:
    """What goes wrong that night, in the cloud and in what keeps the bucket, where `write` is how an object is made."""
    world.faults[:] = kept.faults[:] = []
    if night.unseen:
        world.faults.append(Fault(cloud.reads, "deny", resource=cloud.about))
    if night.broken == "bucket":
        kept.faults.append(OfReports(write, "deny"))
    if night.broken == "killed":
        world.faults.append(Fault(cloud.lists, "timeout"))
        world.hold_seconds = 2.0


class Nights:
    """What is there from night to night, beside alerts: a history and whoever listens. `report` is what is kept now."""

    def __init__(self, receiver: Receiver, store: str, check: str) -> None:
        self._receiver = receiver
        self._store = store
        self._check = check
        self._scans: set[str] = set()

    def after(self, night: Night, report: bytes) -> None:
        """A night has left what it should."""
        assert self._state_of_the_lab() == night.state
        messages, self._receiver.taken[:] = self._receiver.taken[:], []
        kept: Any = json.loads(report)["scan"]["id"]
        if night.broken == "killed":
            assert (messages, kept in self._scans) == ([], True)
            return
        [message] = messages
        assert message["text"].startswith(night.told(self._check))
        assert (message["id"] == kept) is (night.broken != "bucket")
        self._scans.add(message["id"])

    def _state_of_the_lab(self) -> str:
        with open_store(self._store) as store:
            found = {one.name: str(one.state) for one in store.findings(store.scans()[-1].id)}
        return found["lab"]
