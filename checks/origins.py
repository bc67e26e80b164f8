"""What a cloud has of the model in MLflow that something in it comes from: in variables, metadata, tags and labels.

People and pipelines write it, and nobody makes sure that it is true. Only what has the form of such a name is kept.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from scanner.model.patterns import pattern

#: A run, a logged model, a version (`NAME/NUMBER`), an alias (`NAME@ALIAS`), what a stage or `latest` leads to
#: (`NAME/STAGE`), a job of Azure ML that is a run on the server of its workspace, and the digest of an artifact.
What = Literal["run", "logged model", "version", "alias", "stage", "job", "digest"]

_RUN, _LOGGED, _DIGEST = pattern(r"[\w.-]{8,128}"), pattern(r"m-[0-9a-f]{32}"), pattern(r"(?:sha256:)?[0-9a-f]{64}")
_URI = pattern(r"(models|runs):/([^/@?#\s]+)(?:@([\w.-]+)|/([^\s?#@]*))?")
_NUMBER, _NAME = pattern(r"[0-9]{1,18}"), pattern(r"[^/@:\s][^/@:]{0,255}")
_SERVER = pattern(r"(?:https?://|arn:)[^\s@?#]+")
#: Names of variables, tags and labels, in lower case and with one underscore for all between words.
_RUNS = frozenset({"mlflow_run_id", "mlflow_run_uuid", "mlflow_run", "mlflow_source_run_id"})
_MODELS = frozenset({"mlflow_model_id", "mlflow_logged_model_id", "mlflow_logged_model"})
_NAMES = ("mlflow_registered_model_name", "mlflow_registered_model", "mlflow_model_name")
_VERSIONS = ("mlflow_registered_model_version", "mlflow_model_version")
_SERVERS = ("mlflow_tracking_uri", "mlflow_tracking_server_arn", "mlflow_app_arn")
_OF_FILES, _OF_IMAGES = ("digest", "sha256"), ("image", "container")


class Origin(NamedTuple):
    """What is named, by which variable, tag or label; `server` is the one that is named beside it, if any is."""

    what: What
    name: str
    said: str
    server: str = ""


def kept(pairs: Any) -> dict[str, str]:
    """Of names and values, those that name something of MLflow."""
    if not isinstance(pairs, Mapping):
        return {}
    texts = {name: value for name, value in pairs.items() if isinstance(name, str) and isinstance(value, str)}
    return {name: value for name, value in sorted(texts.items()) if _names_something(_plain(name), value)}


def origins(pairs: Mapping[str, str]) -> tuple[Origin, ...]:
    """What these name."""
    known = kept(pairs)
    by_name = {_plain(name): (name, value) for name, value in known.items()}
    server = next((by_name[name][1].rstrip("/") for name in _SERVERS if name in by_name), "")
    return tuple(one._replace(server=server) for one in _found(known, by_name))


def _found(known: Mapping[str, str], by_name: Mapping[str, tuple[str, str]]) -> Iterator[Origin]:
    for said, value in known.items():
        plain = _plain(said)
        if uri := _URI.fullmatch(value):
            yield from _of_uri(uri, said)
        elif plain in _RUNS:
            yield Origin("run", value, said)
        elif plain in _MODELS:
            yield Origin("logged model", value, said)
        elif _is_digest(plain, value):
            yield Origin("digest", value.lower().removeprefix("sha256:"), said)
    name, version = (next((by_name[each] for each in names if each in by_name), None) for names in (_NAMES, _VERSIONS))
    if name and version:
        yield Origin("version", f"{name[1]}/{version[1]}", version[0])


def _of_uri(uri: re.Match[str], said: str) -> Iterator[Origin]:
    scheme, name, alias, rest = uri.groups()
    if scheme == "runs":
        yield Origin("run", name, said)
    elif alias:
        yield Origin("alias", f"{name}@{alias}", said)
    elif _LOGGED.fullmatch(name):
        yield Origin("logged model", name, said)
    elif rest and _NUMBER.fullmatch(rest):
        yield Origin("version", f"{name}/{rest}", said)
    elif rest and "/" not in rest:
        yield Origin("stage", f"{name}/{rest}", said)


def _plain(name: str) -> str:
    return re.sub("[^a-z0-9]+", "_", name.lower()).strip("_")


def _names_something(plain: str, value: str) -> bool:
    return bool(
        _URI.fullmatch(value)
        or (plain in _RUNS and _RUN.fullmatch(value))
        or (plain in _MODELS and _LOGGED.fullmatch(value))
        or (plain in _NAMES and _NAME.fullmatch(value))
        or (plain in _VERSIONS and _NUMBER.fullmatch(value))
        or (plain in _SERVERS and _SERVER.fullmatch(value))
        or _is_digest(plain, value)
    )


def _is_digest(plain: str, value: str) -> bool:
    of_files = any(word in plain for word in _OF_FILES) and not any(word in plain for word in _OF_IMAGES)
    return of_files and bool(_DIGEST.fullmatch(value.lower()))
