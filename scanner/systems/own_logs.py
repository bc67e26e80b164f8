"""Logs that the manifest names: which log each text names, and why one cannot be judged. Pure."""

from collections.abc import Iterator

from scanner.model.patterns import pattern
from scanner.model.yaml_text import Path, brief
from scanner.systems.manifest import Manifest, System

_GROUP = pattern(r"(arn:aws[a-z-]*:logs:[a-z0-9-]+:[0-9]{12}:log-group:[.\-_/#A-Za-z0-9]{1,512})(?::\*)?")
_BUCKET = pattern(r"(?://logging\.googleapis\.com/)?(projects/[^/\s*?]+/locations/[a-z0-9-]+/buckets/[\w.-]+)")
_WORKSPACE = (
    r"/subscriptions/[^/\s]+/resourcegroups/[^/\s]+/providers/microsoft\.operationalinsights/workspaces/[^/\s*?]+"
)
_TABLE = pattern(rf"(?i){_WORKSPACE}/tables/(\w+)")
_ALL_TABLES = pattern(rf"(?i){_WORKSPACE}/?")
_FILES = pattern(r"(?:s3|gs)://[a-z0-9][a-z0-9._-]+(?:/[^\s*?]*)?|https://[a-z0-9]+\.blob\.[a-z0-9.]+/[^\s*?]+")
#: Where clouds keep who changed what in an account: the log of the account, and not of a system.
_AUDIT_BUCKET = "/buckets/_required"
_AUDIT_TABLES = frozenset({"azureactivity", "auditlogs", "signinlogs"})
_FORMS = (
    "the ARN of a log group, projects/…/locations/…/buckets/…, the id of a table of a Log Analytics workspace, "
    "s3://…, gs://… or the address of a blob container"
)


def log_id(text: str) -> str:
    """The id of the log that a text of the manifest names: one id for each, whatever spelling a cloud shows."""
    if found := _GROUP.fullmatch(text):
        return found[1]
    if found := _BUCKET.fullmatch(text):
        return f"//logging.googleapis.com/{found[1]}"
    return text


def same_log(text: str) -> str:
    """The same for any two texts that name one log. Capitals count on AWS alone."""
    id = log_id(text)
    return id if id.startswith("arn:") else id.lower()


def named(manifest: Manifest) -> tuple[str, ...]:
    """The ids of all that a scan looks up because systems name it: their logs, and the pipelines that release them."""
    pipelines = {id for system in manifest.systems for id in pipelines_of(system)}
    return tuple(sorted({*named_logs(manifest), *pipelines}))


def pipelines_of(system: System) -> tuple[str, ...]:
    """The pipelines that a system names as those that release it."""
    return system.oversight.pipelines if system.oversight else ()


def named_logs(manifest: Manifest) -> tuple[str, ...]:
    """The ids of all logs that systems name, sorted. Ids of Azure are in capitals as they were written."""
    return tuple(sorted({log_id(text) for system in manifest.systems for text in system.logs}))


def is_read(id: str) -> bool:
    """Whether there is a kind for such a log. How long files in buckets are kept, no kind says."""
    return not _FILES.fullmatch(id)


def problems_of(system: System) -> Iterator[tuple[Path, str]]:
    """What is wrong with the logs and pipelines that a system names, and where."""
    first: dict[str, int] = {}
    for number, text in enumerate(system.logs):
        if said := _wrong(text):
            yield ("logs", number), said
        elif first.setdefault(same_log(text), number) != number:
            yield ("logs", number), f"{brief(text)!r} stands here twice; remove one of the two"
    named = pipelines_of(system)
    for number, text in enumerate(named):
        if text in named[:number]:
            yield ("oversight", "pipelines", number), f"{brief(text)!r} stands here twice; remove one of the two"


def notes_on(system: System) -> Iterator[tuple[Path, str]]:
    """What a reader should know of the logs that a system names."""
    for number, text in enumerate(system.logs):
        if not is_read(text):
            yield ("logs", number), f"no scan reads how long {brief(text)!r} keeps its files; it is shown as declared"


def _wrong(text: str) -> str:
    if _ALL_TABLES.fullmatch(text):
        return f"{brief(text)!r} is a workspace, whose tables are kept as long as each says; add /tables/ and a name"
    if table := _TABLE.fullmatch(text):
        return _audit(text) if table[1].lower() in _AUDIT_TABLES else ""
    if _BUCKET.fullmatch(text):
        return _audit(text) if text.lower().endswith(_AUDIT_BUCKET) else ""
    return "" if _GROUP.fullmatch(text) or _FILES.fullmatch(text) else f"{brief(text)!r} names no log; give {_FORMS}"


def _audit(text: str) -> str:
    return f"{brief(text)!r} keeps what people did in an account, and is no log of the system; remove it"
