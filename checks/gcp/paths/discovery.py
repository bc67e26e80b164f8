"""Whether somebody looks for personal data in what models are trained with. What was found is not read."""

from collections.abc import Iterable, Iterator
from typing import Any, Literal, NamedTuple

from msgspec import UNSET, Struct

from checks.gcp.dlp.resources import (
    Conditions,
    DatasetFilter,
    DatasetTarget,
    DiscoveryConfig,
    JobTrigger,
    StoreFilter,
    StoreTarget,
)
from checks.gcp.names import bucket_of
from checks.gcp.vertex_ai.resources import Dataset
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.patterns import pattern
from scanner.model.views import All, View

_CONFIG, _TRIGGER = ("status", "last_run_time", "targets"), ("status", "last_run_time", "file_set")
#: What a name of a bucket is made of: a pattern without anything else fits that name alone.
_PLAIN = pattern(r"[a-z0-9_-]+")
_ALL = {None, (), ("ALL_SUPPORTED_BUCKETS",), ("ALL_SUPPORTED_OBJECTS",)}
_ABOVE = "discovery configurations of folders and of the organisation"


class _Answer(NamedTuple):
    """Whether something is looked at, what is said of that, and the resource that says so.

    `open` is what is not known, and `nothing` where nobody says anything of it.
    """

    state: Literal["covered", "open", "left", "nothing"]
    said: str = ""
    by: str = ""


class _Searches(Struct, frozen=True):
    """What looks for sensitive data in each project: configurations, of which there is one, and triggers by bucket.

    `unread` are fields that were not read, by project. `more` are buckets with more triggers than are kept, by project
    and name.
    """

    configs: dict[str, list[DiscoveryConfig]]
    triggers: dict[tuple[str, str], list[JobTrigger]]
    unread: dict[str, set[str]]
    more: set[tuple[str, str]]
    found: tuple[All[DiscoveryConfig], All[JobTrigger]]

    def note_unread(self, one: DiscoveryConfig | JobTrigger, fields: tuple[str, ...]) -> None:
        """Note which fields of one were not read."""
        missing = {f"{type(one).__name__}.{field}" for field in fields if getattr(one, field) is UNSET}
        if missing:
            self.unread.setdefault(one.scope.account, set()).update(missing)

    def unread_of(self, project: str) -> tuple[str, ...]:
        """What was not read of a project."""
        configs, triggers = self.found
        lists = [] if configs.complete_in(project) else ["DiscoveryConfig.targets"]
        lists += [] if triggers.complete_in(project) else ["JobTrigger.file_set"]
        return tuple(dict.fromkeys((*lists, *sorted(self.unread.get(project, ())))))


_NOTHING = _Answer("nothing", _ABOVE)
#: So many configurations of a project are looked at, which may have one, and so many triggers on a bucket.
_MOST = 5
_STOPPED = ("PAUSED", "CANCELLED")
#: The best of several answers for one thing, and the one that decides where all of several things are meant.
_BEST, _DECIDES = ("covered", "open", "left", "nothing"), ("left", "open", "nothing", "covered")


@check(
    id="MLP-5621",
    severity=Severity.MEDIUM,
    objective="data-classification",
    since="0.1.0",
    needs=(DiscoveryConfig, JobTrigger),
    blind_to=("discovery by other tools", "job triggers in other regions", "objects that a sample did not touch"),
)
def vertex_training_data_outside_discovery(dataset: Dataset, view: View) -> Verdict:
    """Data of a served model version is left out where its project looks for sensitive data.

    Judged is the dataset of Vertex AI that the version was trained with. Sensitive Data Protection looks at it where
    the discovery configuration of its project, which is running and has run, has it or the bucket of its data in scope,
    or where a job trigger inspects the address of its data and has run. Where the project has neither, one of a folder
    or of the organisation may look at it: the scan does not read these, and the verdict stays open. It stays open as
    well where a pattern or a condition decides. Data in BigQuery is looked at by the dataset alone: where that is left
    out, a target for tables, which is not read, may have it. What was found is not read.

    ## Why it matters
    A model remembers what it was trained with. Personal data that nobody knew of in a training set is found by a person
    who asks about it, or by whoever gets the model to repeat it. Where discovery is on, its reports are believed to
    speak of all that there is.

    ## How to fix
    Take the dataset, or the bucket of its data, out of the targets that are disabled, and resume a configuration that
    is paused. Or create a job trigger that inspects the bucket.

    Console: Sensitive Data Protection, Discovery, Scan configurations. REST: `targets` and `status` in
    `projects.locations.discoveryConfigs.patch`. Terraform: `google_data_loss_prevention_discovery_config`.

    ## References
    - https://cloud.google.com/sensitive-data-protection/docs/data-profiles
    - https://cloud.google.com/sensitive-data-protection/docs/reference/rest/v2/projects.locations.discoveryConfigs
    - https://cloud.google.com/sensitive-data-protection/docs/reference/rest/v2/projects.locations.jobTriggers
    """
    if missing := unobserved(dataset, "sources", "buckets"):
        return missing
    searches = view.derive(_searches)
    if unread := searches.unread_of(dataset.scope.account):
        return unknown(*unread)
    configs = searches.configs.get(dataset.scope.account, [])
    whole = _best(_of_dataset(config, dataset) for config in configs)
    if whole.state == "left" and any(uri.startswith("bq://") for uri in dataset.sources or ()):
        whole = _Answer("open", "targets for tables of BigQuery", whole.by)
    places = [uri for uri in dataset.sources or () if uri.startswith("gs://") and _is_there(dataset, uri)]
    parts = [_of_place(dataset, uri, searches) for uri in places]
    if whole.state == "nothing" and not parts:
        return not_applicable("none of its data is in Cloud Storage", sources=dataset.sources)
    found = _best([whole, min(parts, key=lambda one: _DECIDES.index(one.state))] if parts else [whole])
    buckets = {bucket_of(uri) or "" for uri in places}
    triggers = [one for name in sorted(buckets) for one in searches.triggers.get((dataset.scope.account, name), ())]
    return _verdict(dataset, found, configs, triggers)


def _verdict(dataset: Dataset, found: _Answer, configs: list[DiscoveryConfig], triggers: list[JobTrigger]) -> Verdict:
    """The verdict, with the configuration of its project and what inspects its buckets."""
    path = (dataset.id, found.by) if found.by else ()
    shown: dict[str, Any] = {"sources": dataset.sources, "buckets": dataset.buckets}
    shown |= {f"DiscoveryConfig.{field}": {one.id: getattr(one, field) for one in configs} for field in _CONFIG}
    shown |= {f"JobTrigger.{field}": {one.id: getattr(one, field) for one in triggers} for field in _TRIGGER}
    match found.state:
        case "covered":
            return passed(found.said, path=path, **shown)
        case "left":
            return failed(found.said, path=path, **shown)
        case _:
            return unknown(found.said, path=path)


def _searches(view: View) -> _Searches:
    """An index of what looks for sensitive data, to be derived once."""
    configs, triggers = view.all(DiscoveryConfig), view.all(JobTrigger)
    made = _Searches({}, {}, {}, set(), (configs, triggers))
    for config in configs:
        made.note_unread(config, _CONFIG)
        kept = made.configs.setdefault(config.scope.account, [])
        if len(kept) < _MOST:
            kept.append(config)
    for trigger in triggers:
        made.note_unread(trigger, _TRIGGER)
        if not trigger.file_set:
            continue
        regexes = trigger.file_set.regex_file_set
        key = (trigger.scope.account, (regexes.bucket_name if regexes else bucket_of(trigger.file_set.url)) or "")
        on = made.triggers.setdefault(key, [])
        on.insert(0 if trigger.status == "HEALTHY" and trigger.last_run_time else len(on), trigger)
        if len(on) > _MOST and on.pop().status not in _STOPPED:
            made.more.add(key)
    return made


def _best(answers: Iterable[_Answer]) -> _Answer:
    return min(answers, key=lambda one: _BEST.index(one.state), default=_NOTHING)


def _is_there(dataset: Dataset, uri: str) -> bool:
    """Whether the bucket of an address is not known to be gone."""
    return any(bucket.name == bucket_of(uri) and bucket.owned is not None for bucket in dataset.buckets or ())


# -- discovery ---------------------------------------------------------------------------------------------------------


def _of_dataset(config: DiscoveryConfig, dataset: Dataset) -> _Answer:
    """What a configuration says of a dataset."""
    targets = [one.vertex_dataset_target for one in config.targets or () if one.vertex_dataset_target]
    return _first(config, "dataset", ((one, _fits_dataset(one.filter, dataset)) for one in targets))


def _of_bucket(config: DiscoveryConfig, name: str) -> _Answer:
    """What a configuration says of a bucket of its project."""
    targets = [one.cloud_storage_target for one in config.targets or () if one.cloud_storage_target]
    return _first(config, f"bucket {name}", ((one, _fits_bucket(one.filter, name)) for one in targets))


def _first(
    config: DiscoveryConfig, what: str, targets: Iterator[tuple[StoreTarget | DatasetTarget, bool | None]]
) -> _Answer:
    """What the first target says that fits; where that is not known of one, what it and later ones say alike."""
    found = list[_Answer]()
    for target, fits in targets:
        if fits is not False:
            found.append(_said(config, target, what))
        if fits:
            break
    else:
        if found:  # one for all others, which Google adds, was not shown
            found.append(_Answer("open", "DiscoveryConfig.targets", config.id))
    states = {one.state for one in found}
    return (
        found[0] if len(states) == 1 else _Answer("open", "DiscoveryConfig.targets", config.id) if states else _NOTHING
    )


def _said(config: DiscoveryConfig, target: StoreTarget | DatasetTarget, what: str) -> _Answer:
    """What a target that fits says."""
    if target.disabled is not None:
        return _Answer("left", f"discovery of its project leaves the {what} out", config.id)
    if config.status == "PAUSED":
        return _Answer("left", f"discovery of its project has the {what} in scope, and is paused", config.id)
    if config.status != "RUNNING" or _narrows(target.conditions):
        return _Answer("open", "DiscoveryConfig.targets", config.id)
    if config.last_run_time is None:
        return _Answer("left", f"discovery of its project has the {what} in scope, and has not run yet", config.id)
    return _Answer("covered", f"discovery of its project looks at the {what}", config.id)


def _narrows(conditions: Conditions | None) -> bool:
    """Whether something else has to hold, which is not known."""
    if conditions is None:
        return False
    inner = conditions.cloud_storage_conditions
    attributes = (inner.included_bucket_attributes, inner.included_object_attributes) if inner else ()
    return bool(conditions.created_after or conditions.min_age) or not _ALL.issuperset(attributes)


def _fits_dataset(filter: DatasetFilter | None, dataset: Dataset) -> bool | None:
    """Whether a target is for a dataset; None where that is not known."""
    if filter is None:
        return None
    if filter.vertex_dataset_resource_reference is not None:
        name = filter.vertex_dataset_resource_reference.dataset_resource_name or ""
        return name.rpartition("/")[2] == dataset.id.rpartition("/")[2]
    return True if filter.collection is not None or filter.others is not None else None


def _fits_bucket(filter: StoreFilter | None, name: str) -> bool | None:
    """Whether a target is for a bucket; None where a pattern or tags decide, or that is not known."""
    if filter is None:
        return None
    if filter.cloud_storage_resource_reference is not None:
        return filter.cloud_storage_resource_reference.bucket_name == name
    if filter.others is not None:
        return True
    collection = filter.collection
    if collection is None or collection.include_tags is not None or collection.include_regexes is None:
        return None
    regexes = [one.cloud_storage_regex for one in collection.include_regexes.patterns or () if one.cloud_storage_regex]
    names = [one.bucket_name_regex or "" for one in regexes]
    if "" in names or name in names:
        return True
    return False if names and all(_PLAIN.fullmatch(one) and one not in name for one in names) else None


# -- jobs --------------------------------------------------------------------------------------------------------------


def _of_place(dataset: Dataset, uri: str, searches: _Searches) -> _Answer:
    """What a project says of data at an address."""
    project, name = dataset.scope.account, bucket_of(uri) or ""
    found = [_inspects(trigger, uri, name) for trigger in searches.triggers.get((project, name), ())]
    if (project, name) in searches.more:
        found.append(_Answer("open", "JobTrigger.file_set"))
    if any(bucket.name == name and not bucket.owned for bucket in dataset.buckets or ()):
        return _best([*found, _Answer("open", f"discovery of the project that owns {name}")])
    return _best([*found, *(_of_bucket(config, name) for config in searches.configs.get(project, ()))])


def _inspects(trigger: JobTrigger, uri: str, name: str) -> _Answer:
    """What a trigger says of data at an address in a bucket of that name."""
    files = trigger.file_set
    if not files:
        return _NOTHING
    regexes = files.regex_file_set
    if regexes is not None and regexes.bucket_name == name:
        fits = None if regexes.include_regex or regexes.exclude_regex else True
    elif files.url and bucket_of(files.url) == name:
        fits = _reaches(files.url, uri)
    else:
        return _NOTHING
    if trigger.status in _STOPPED:
        return _Answer("left", "a job that inspects its data is paused or cancelled", trigger.id) if fits else _NOTHING
    if not fits or trigger.status != "HEALTHY":
        return _Answer("open", "JobTrigger.file_set", trigger.id)
    if trigger.last_run_time is None:
        return _Answer("left", "a job that inspects its data has not run yet", trigger.id)
    return _Answer("covered", "a job that looks for sensitive data looked at it", trigger.id)


def _reaches(url: str, uri: str) -> bool | None:
    """Whether objects at an address are among those that an address with a wildcard means; None if that is not sure."""
    if url == uri:
        return True
    folder = url.rstrip("*")
    if not uri.startswith(folder) or not folder.endswith("/"):
        return None
    below = uri.removeprefix(folder)
    # Without a second asterisk folders in the folder are left out.
    return True if url.endswith("**") or not ("/" in below or "**" in below) else None
