"""What Vertex ML Metadata says of where the versions come from that endpoints serve.

It has artifacts and executions, and events that say which execution read or made which artifact, see
https://cloud.google.com/vertex-ai/docs/ml-metadata/data-model. Pipelines write it, and people by the SDK. Asked are the
artifacts that stand for a version: the one that its upload made, those that have its address, and its folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from msgspec import UNSET, Struct

from checks.gcp.error_kinds import NOT_FOUND, PRECONDITION
from checks.gcp.names import AIPLATFORM, full_name, with_project_id
from checks.gcp.vertex_ai.collect import served_models
from checks.gcp.vertex_ai.resources import ARTIFACTS, Endpoint, LineageArtifact, LineageStep, Model, ModelLineage
from scanner.model.collectors import Found, collector
from scanner.model.errors import CallFailed
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern

if TYPE_CHECKING:
    from checks.gcp.client.api import GcpApi

_LINEAGE = "aiplatform.artifacts.queryArtifactLineageSubgraph"
_PROJECT = "resourcemanager.projects.get"
#: Where pipelines and the SDK write unless they are told otherwise. Other stores are not looked through.
_STORE = "metadataStores/default"
#: Steps between an artifact and an execution that a query follows. It follows them in both directions, and is refused
#: where that comes to more than a thousand of something: then so many fewer.
HOPS = (20, 6, 2)
_FIELDS = "artifacts(name,uri,schemaTitle,metadata),executions(name,displayName,schemaTitle,state,metadata),events"
_VERTEX = pattern(
    r"(?:https://(?:[a-z0-9-]+-)?aiplatform\.googleapis\.com/v1(?:beta1)?/|aiplatform://v1/)?(projects/[^/]+/locations/.+)"
)
_TABLE = pattern(
    r"https://(?:www|bigquery)\.googleapis\.com/bigquery/v2/projects/([^/]+)/datasets/([^/]+)/tables/([^/]+)"
)
_JOB = pattern(r"projects/[^/\"\s]+/locations/[^/\"\s]+/(?:customJobs|trainingPipelines)/\d+")
_ADDRESS = pattern(r"(?:gs://|bq://|bigquery://|/gcs/)[^\s\"'\\,]+")


class _Wanted(Struct, frozen=True):
    """A version that serves, and what the filter asks for that finds its artifacts."""

    model: Model
    uris: tuple[str, ...]


@collector(ModelLineage, operations=(ARTIFACTS, _LINEAGE, _PROJECT), follows=(Endpoint, Model), opt_in="systems")
def model_lineage(api: GcpApi, found: Found) -> Iterator[ModelLineage]:
    """That of each artifact which stands for a version of this location that an endpoint serves."""
    served = served_models(api, found)
    number = api.number(_PROJECT, api.project) if served else None
    if any(number is None or one.artifact_uri is UNSET or one.metadata_artifact is UNSET for one in served):
        api.recorder.listed(ModelLineage.kind, api.scope, complete=False)  # some was not sought
    artifacts: dict[str, set[str]] = {}
    wanted = sorted((_Wanted(one, _uris(api, one, number)) for one in served), key=lambda each: each.model.id)
    for one, names in zip(wanted, api.each(partial(_artifacts, api), wanted), strict=True):
        for name in names:
            artifacts.setdefault(name, set()).add(one.model.id)
    for made in api.each(partial(_lineage, api), sorted(artifacts.items())):
        if made is not None:
            yield made


def _uris(api: GcpApi, model: Model, number: str | None) -> tuple[str, ...]:
    """How an artifact is addressed that is this version, or its folder."""
    path = f"locations/{api.scope.region}/models/{model.id.partition('@')[0].rpartition('/')[2]}@{model.version}"
    projects = [name for name in (number, api.project) if name]
    uris = [f"https://{api.scope.region}-{AIPLATFORM}/v1/projects/{name}/{path}" for name in projects]
    folder = (model.artifact_uri or "").rstrip("/")
    return (*uris, *((folder, f"{folder}/") if folder else ()))


def _artifacts(api: GcpApi, wanted: _Wanted) -> list[str]:
    """The names of the artifacts that stand for a version; a location without a store has no metadata."""
    own = [wanted.model.metadata_artifact] if isinstance(wanted.model.metadata_artifact, str) else []
    path = f"{api.regional(AIPLATFORM)}/v1/projects/{api.project}/locations/{api.scope.region}/{_STORE}/artifacts"
    text = " OR ".join(f'uri="{_escaped(uri)}"' for uri in wanted.uris)
    found = api.walk(ARTIFACTS, path, "artifacts", pageSize=100, filter=text)
    try:
        return [*own, *(with_project_id(item, api.project)["name"] for item in found)]
    except CallFailed as failure:
        if failure.code != NOT_FOUND:
            api.incomplete(ARTIFACTS, failure)
        return own


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _lineage(api: GcpApi, record: tuple[str, set[str]]) -> ModelLineage | None:
    name, models = record
    known: dict[str, Any] = {
        "id": full_name(AIPLATFORM, name),
        "name": name.rpartition("/")[2],
        "models": tuple(sorted(models)),
    }
    for hops in HOPS:
        path = f"{api.regional(AIPLATFORM)}/v1/{name}:queryArtifactLineageSubgraph"
        try:
            reply = api.fetch(_LINEAGE, path, maxHops=hops, fields=_FIELDS)
            facts = _Subgraph(reply, api.project).facts(name, hops)
            return api.decode(ModelLineage, {}, {_LINEAGE: reply}, **known, **facts)
        except CallFailed as failure:
            if failure.code == NOT_FOUND:  # deleted since it was listed, or since a model named it
                api.gone()
                return None
            if failure.code != PRECONDITION or hops == HOPS[-1]:
                api.gap(_LINEAGE, failure)
                break
    return api.decode(ModelLineage, {}, **known)


class _Subgraph:
    """Artifacts and executions of a reply, and what each read and made. Raises CallFailed where it does not say it."""

    def __init__(self, reply: Mapping[str, Any], project: str) -> None:
        self._project, self._number = project, ""
        for item in _objects(reply, "artifacts")[:1]:  # all are in one store; names in it have its project's number
            self._number = f"{item.get('name')}/".split("/")[1]
        self.artifacts = self._by_name(reply, "artifacts")
        self.executions = self._by_name(reply, "executions")
        self.reads: dict[str, list[str]] = {}
        self.makers: dict[str, list[str]] = {}
        for event in _objects(reply, "events"):
            artifact, execution = (self._name(event.get(end)) for end in ("artifact", "execution"))
            if artifact not in self.artifacts or execution not in self.executions:
                continue  # beyond what was asked for
            if event.get("type") == "OUTPUT":
                self.makers.setdefault(artifact, []).append(execution)
            elif event.get("type") == "INPUT":
                self.reads.setdefault(execution, []).append(artifact)

    def facts(self, start: str, hops: int) -> dict[str, Any]:
        """What led to an artifact, in the order of names, and how far that was followed, if it was not to the end."""
        if start not in self.artifacts:
            raise _malformed("the reply is not about the artifact")
        seen, edge, depth = {start}, {start}, 0
        ran: set[str] = set()
        while edge:
            makers = {one for artifact in edge for one in self.makers.get(artifact, ())} - ran
            before = {one for execution in makers for one in self.reads.get(execution, ())} - seen
            depth += (1 if makers else 0) + (1 if before else 0)
            ran |= makers
            seen |= before
            edge = before
        return {
            "uri": self._artifact(start).uri,
            "steps": tuple(self._step(one, seen) for one in sorted(ran)),
            "cut": hops if depth >= hops else None,
        }

    def _step(self, name: str, seen: set[str]) -> LineageStep:
        item = self.executions[name]
        texts = list(_texts(item.get("metadata")))
        jobs = {_named(found, self._project, self._number) for text in texts for found in _JOB.findall(text)}
        writes = (artifact for artifact, makers in self.makers.items() if name in makers and artifact in seen)
        return LineageStep(
            execution=full_name(AIPLATFORM, name),
            name=str(item.get("displayName") or name.rpartition("/")[2]),
            type=_text(item.get("schemaTitle")),
            state=_text(item.get("state")),
            job=full_name(AIPLATFORM, jobs.pop()) if len(jobs) == 1 else None,
            reads=self._sorted(self.reads.get(name, ())),
            writes=self._sorted(writes),
            addresses=tuple(sorted({found for text in texts for found in _ADDRESS.findall(text)})),
        )

    def _sorted(self, names: Iterable[str]) -> tuple[LineageArtifact, ...]:
        return tuple(map(self._artifact, sorted(set(names))))

    def _artifact(self, name: str) -> LineageArtifact:
        item = self.artifacts[name]
        uri = _text(item.get("uri"))
        return LineageArtifact(
            id=full_name(AIPLATFORM, name),
            uri=self._address(uri) if uri else None,
            type=_text(item.get("schemaTitle")),
        )

    def _address(self, uri: str) -> str:
        if found := _VERTEX.fullmatch(uri):
            return full_name(AIPLATFORM, _named(found[1], self._project, self._number))
        table = _TABLE.fullmatch(uri)
        return f"bq://{table[1]}.{table[2]}.{table[3]}" if table else uri

    def _by_name(self, reply: Mapping[str, Any], member: str) -> dict[str, Mapping[str, Any]]:
        return {self._name(item.get("name")): item for item in _objects(reply, member)}

    def _name(self, text: Any) -> str:
        if not isinstance(text, str):
            raise _malformed("an artifact, an execution or an event has no name")
        return _named(text, self._project, self._number)


def _named(name: str, project: str, number: str) -> str:
    """A name with the project's id, which may have its number."""
    rest = name.removeprefix(f"projects/{number}/")
    return name if rest == name else f"projects/{project}/{rest}"


def _objects(reply: Mapping[str, Any], member: str) -> list[Mapping[str, Any]]:
    found = reply.get(member, [])
    if not isinstance(found, list) or not all(isinstance(item, Mapping) for item in found):
        raise _malformed(f"{member} is not a list of objects")
    return found


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _texts(value: Any) -> Iterator[str]:
    """The texts in properties of an execution."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list):
        for one in value:
            yield from _texts(one)


def _malformed(detail: str) -> CallFailed:
    return CallFailed(Reason.MALFORMED, detail)
