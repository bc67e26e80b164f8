"""From a manifest and evaluations to the answer of the gate, in its places."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from scanner import __version__
from scanner.cli.config import check_place, parse_outputs, refuse_undecoded
from scanner.cli.declared import DEFAULT, Declared, read_systems
from scanner.cli.gate_mlflow import Registered, registered
from scanner.cli.judging import places_of, write_to
from scanner.gate.admission import Wanted, admit
from scanner.gate.evaluation_file import from_csv, utc
from scanner.gate.gate_types import EXITS, GateResult, Signature
from scanner.gate.group_cells import facets_of
from scanner.gate.reading_evaluations import LARGEST, Stated, read_evaluation, with_sizes
from scanner.gate.resulting import Basis, result_of
from scanner.model.errors import InputError
from scanner.objects.transfer import content

if TYPE_CHECKING:
    from scanner.cli.config import Output
    from scanner.model.evaluations import Evaluation
    from scanner.store.sealed_folder import Signer
    from scanner.systems.manifest import System

_FORMATS = {"json": "reports.gate_json", "md": "reports.gate_markdown", "junit": "reports.gate_junit"}
_LARGER = "any evaluation; give the metrics of the thresholds alone"
_SUFFIXES = {".json": "json", ".md": "md", ".xml": "junit"}


def run_gate(name: str, options: Mapping[str, Any]) -> int:
    """Answer, write what was asked for, and print it unless JSON went to stdout; the exit code. Raises InputError."""
    from reports.gate_text import result_text

    refuse_undecoded({"system": name, **options})
    beside = [path for path in (options["group_sizes"], options["sign_key"]) if path]
    places = places_of(options, (*options["evaluations"], *options["inventories"], *beside))
    outputs = parse_outputs(options["output"], _FORMATS, _SUFFIXES, places)
    signing = _signing(options, outputs)
    for path in (_signature(output) for output in outputs if signing):
        if path:
            places.note(f"--sign-key: {path}", check_place("--sign-key", path))
    declared, system = _system(name, options)
    digests: dict[str, str] = {}
    facets = _facets(system, options)
    found = list(_evaluations(facets, options, digests))
    result = _answer(declared, system, found, registered(system, options, facets), digests, options, signing)
    for output in outputs:
        _write(output, result, signing)
    if not any(output.path is None for output in outputs):
        click.echo(result_text(result))
    return EXITS[result.answer]


def _answer(
    declared: Declared,
    system: "System",
    found: Sequence["Evaluation"],
    recorded: Registered,
    digests: Mapping[str, str],
    options: Mapping[str, Any],
    signing: "Signer | None",
) -> GateResult:
    ages = [age for age in (options["max_age"], system.expectations.max_evaluation_age_days) if age is not None]
    models, known_by = _models(options, recorded)
    wanted = Wanted(
        models=models,
        now=datetime.now(UTC),
        data=options["evaluation_data"],
        trained_on=options["training_data"],
        max_age_days=min(ages, default=None),
    )
    basis = Basis(
        tool=f"mlposture {__version__}",
        manifest=declared.path,
        manifest_sha256=declared.sha256,
        model_known_by=known_by,
        digests={**{one.source: recorded.sha256 for one in recorded.evaluations}, **digests},
        signature=Signature(name=options["signed_by"], public_key=signing[0]) if signing else None,
    )
    admitted = admit((*found, *recorded.evaluations), wanted)
    return result_of(system, admitted._replace(set_aside=(*admitted.set_aside, *recorded.unseen)), wanted, basis)


def _models(options: Mapping[str, Any], recorded: Registered) -> tuple[tuple[str, ...], str]:
    """What the model to be deployed is called, and how that is known. Raises InputError where nobody says."""
    given = {f"--{name.replace('_', '-')}": options[name] for name in ("model_digest", "model_id") if options[name]}
    if recorded.models and not given:
        return recorded.models, recorded.known_by
    if recorded.models:
        raise InputError(f"{' and '.join(given)} and an inventory say which model is meant; leave one of them out")
    if not given:
        raise InputError(
            "say which model is to be deployed: --model-digest, the SHA-256 of its artifact, --model-id, or "
            "--before-alias with an inventory of MLflow"
        )
    return tuple(given.values()), " and ".join(given)


def _system(name: str, options: Mapping[str, Any]) -> "tuple[Declared, System]":
    declared = read_systems(options)
    if declared is None:
        raise InputError(f"gate {name}: there is no ./{DEFAULT}; name a manifest with --systems")
    systems = {system.id: system for system in declared.manifest.systems}
    if name not in systems:
        raise InputError(f"{declared.path} declares no system {name!r}; it declares {', '.join(systems)}")
    return declared, systems[name]


def _facets(system: "System", options: Mapping[str, Any]) -> tuple[str, ...]:
    """The facets that the user or the manifest names."""
    asked = system.expectations
    of_thresholds = (facet for one in asked.thresholds for facet in facets_of(one))
    return tuple(dict.fromkeys((*options["facets"], *asked.bias_facets, *of_thresholds)))


def _evaluations(facets: Sequence[str], options: Mapping[str, Any], digests: dict[str, str]) -> Iterator["Evaluation"]:
    """What the files hold; `digests` gets the SHA-256 of each."""
    stated = Stated(
        model_digest=options["evaluated_model"] or "",
        data_digest=options["evaluation_data"] or "",
        trained_on=options["training_data"],
        at=_time(options["evaluated_at"]),
    )
    sizes = from_csv(content(path, LARGEST, _LARGER), path, facets) if (path := options["group_sizes"]) else ()
    for path in options["evaluations"]:
        held = content(path, LARGEST, _LARGER)
        digests[path] = hashlib.sha256(held).hexdigest()
        yield with_sizes(read_evaluation(held, path, facets, stated), sizes)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return utc(datetime.fromisoformat(text))
    except ValueError as error:
        raise InputError(f"--evaluated-at {text}: give a time such as 2027-03-01T12:00:00Z") from error


def _signing(options: Mapping[str, Any], outputs: "Sequence[Output]") -> "Signer | None":
    """What signs the result. Raises InputError for half of what that takes."""
    key, person = options["sign_key"], options["signed_by"]
    if key is None and person is None:
        return None
    if key is None or person is None:
        raise InputError("a person signs with a key: give --sign-key and --signed-by, or neither")
    if not any(map(_signature, outputs)):
        raise InputError("--sign-key: the JSON is what is signed; write it to a file, with -o gate.json")
    from scanner.cli.evidence_signing import signer

    return signer(key)


def _write(output: "Output", result: GateResult, signing: "Signer | None") -> None:
    import importlib

    rendered: bytes = importlib.import_module(_FORMATS[output.format]).render(result)
    write_to(output.path, [rendered])
    if signing and (path := _signature(output)):
        write_to(path, [signing[1](rendered).hex().encode() + b"\n"])


def _signature(output: "Output") -> str:
    """Where the signature of an output is written; empty for one that is not signed."""
    return f"{output.path}.sig" if output.format == "json" and output.path else ""
