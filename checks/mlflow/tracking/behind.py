"""Which registered versions it is looked behind, and what is behind them."""

from collections.abc import Iterable, Iterator

from checks.mlflow.registry.resources import ModelVersion
from scanner.model.nouns import Observed

#: Versions of each model, the newest first, that are looked behind although no alias or stage leads to them.
NEWEST = 10
#: Stages that say that nobody is to use a version.
_IDLE = ("", "None", "Archived")


def in_use(version: ModelVersion) -> bool:
    """Whether an alias or a stage leads people to a version, as far as that was observed."""
    return bool(version.aliases) or is_stage_of_use(version.stage)


def is_stage_of_use(stage: Observed[str]) -> bool:
    """Whether a stage says that people are to use a version."""
    return isinstance(stage, str) and stage not in _IDLE


def looked_behind(versions: Iterable[ModelVersion]) -> Iterator[ModelVersion]:
    """Those in use, and the newest of each model."""
    newest: dict[str, list[tuple[int, ModelVersion]]] = {}
    for version in versions:
        if in_use(version):
            yield version
            continue
        of = newest.setdefault(version.name.rpartition("/")[0], [])
        of.append((_number(version), version))
        of.sort(key=lambda entry: -entry[0])
        del of[NEWEST:]
    for of in newest.values():
        yield from (version for _, version in of)


def logged_model_of(version: ModelVersion) -> str:
    """The id of the logged model that a version was registered from; empty if it names none."""
    if version.model_id:
        return version.model_id.removeprefix("models:/")
    source = version.source or ""
    return source.removeprefix("models:/") if source.startswith("models:/m-") else ""


def _number(version: ModelVersion) -> int:
    number = version.name.rpartition("/")[2]
    return int(number) if number.isdecimal() and len(number) < 19 else 0
