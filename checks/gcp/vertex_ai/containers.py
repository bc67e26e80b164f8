"""What is worth knowing of a container's variables and arguments: names, never values."""

from collections.abc import Iterator, Mapping
from typing import Any

from checks import origins
from checks.gcp.names import bucket_of, buckets_in
from checks.gcp.vertex_ai.resources import CustomJob
from scanner.model.secrets.arguments import arguments, options, secret_arguments
from scanner.model.secrets.detect import suspicious_names

_REMOTE_CODE = "trust-remote-code"
_ON = {"1", "true", "yes", "on", "y", "t"}
_OFF = {"0", "false", "no", "off", "n", "f"}


def secret_names(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Variables and arguments of a container spec whose values look like credentials; `args[2]` for one without name.

    A value such as `$(TOKEN)` or `$TOKEN` is taken from a variable when the container starts. In a script for a shell
    the names are those that it sets.
    """
    found = {found for name, value in (*_variables(spec), *_headers(spec)) for found in suspicious_names({name: value})}
    for placed in _command_lines(spec):
        found.update(secret_arguments(placed))
    return tuple(sorted(found))


def remote_code_names(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Variables and arguments that switch on the execution of code shipped with a model."""
    return tuple(
        sorted({name for name, value in _settings(spec) if _trusts_remote_code(name, value.strip(" \"';").lower())})
    )


def mlflow_names(spec: Mapping[str, Any]) -> dict[str, str] | None:
    """Variables that name something of MLflow, with their values; None where there are none."""
    told = dict(_variables(spec))
    return origins.kept({name: told[name] for name in told.keys() - set(suspicious_names(told))}) or None


def bucket_names(spec: Mapping[str, Any]) -> tuple[str, ...]:
    """Buckets whose addresses stand anywhere in the variables, the command and the arguments of a container spec."""
    values = [variable.get("value") for variable in _list(spec.get("env")) if isinstance(variable, Mapping)]
    words = [*values, *(word for line in _command_lines(spec) for _, word in line)]
    return tuple(sorted({name for word in words if isinstance(word, str) for name in buckets_in(word)}))


def job_buckets(job: CustomJob) -> set[str]:
    """Buckets that a job writes to, has its packages from, or is told of in variables and arguments."""
    specs = [pool.python_package_spec for pool in job.worker_pools or ()]
    packages = [uri for spec in specs if spec for uri in spec.package_uris or ()]
    found = {bucket_of(uri) for uri in (job.output_uri, *packages)} | set(job.container_buckets or ())
    return {name for name in found if name}


def _trusts_remote_code(name: str, value: str) -> bool:
    words = name.lower().lstrip("-").replace("_", "-")
    if not words.endswith(_REMOTE_CODE) or words.startswith("no-"):
        return False
    # What follows a switch may be its value or an argument of its own, such as the model.
    return value not in _OFF if name.startswith("-") else value in _ON


def _settings(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and values of `env`, `command` and `args`, also inside a script for a shell or a variable for options."""
    for name, value in _variables(spec):
        yield name, value
        yield from options(value.split())
    for name, value in (pair for placed in _command_lines(spec) for pair in arguments(placed)):
        yield name, value
        yield from options(value.split())
        yield from _assignments(value.split())


def _variables(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for variable in _list(spec.get("env")):
        if isinstance(variable, Mapping) and isinstance(variable.get("value"), str):
            yield str(variable.get("name", "")), variable["value"]


def _command_lines(spec: Mapping[str, Any]) -> Iterator[list[tuple[str, str]]]:
    """The words of what is run, with their places: by the container itself, and in it to see whether it is well."""
    yield [*_placed(spec, "command"), *_placed(spec, "args")]
    for name, probe in _probes(spec):
        yield _placed(probe.get("exec"), "command", f"{name}.")


def _placed(holder: Any, member: str, before: str = "") -> list[tuple[str, str]]:
    words = _list(holder.get(member)) if isinstance(holder, Mapping) else []
    return [(f"{before}{member}[{number}]", word) for number, word in enumerate(words) if isinstance(word, str)]


def _probes(spec: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name in ("startupProbe", "healthProbe", "livenessProbe"):
        if isinstance(probe := spec.get(name), Mapping):
            yield name, probe


def _headers(spec: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Headers that probes send."""
    for _, probe in _probes(spec):
        request = probe.get("httpGet")
        for header in _list(request.get("httpHeaders")) if isinstance(request, Mapping) else []:
            if isinstance(header, Mapping) and isinstance(header.get("value"), str):
                yield str(header.get("name", "")), header["value"]


def _assignments(words: list[str]) -> Iterator[tuple[str, str]]:
    """`NAME=value`, as a script sets a variable."""
    for word in words:
        name, equals, value = word.partition("=")
        if equals and name.isidentifier():
            yield name, value


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
