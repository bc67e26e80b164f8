"""What an inventory of MLflow has for the gate: evaluations, and the version that an alias would lead to."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from scanner.model.errors import InputError
from scanner.model.globs import matcher

if TYPE_CHECKING:
    from checks.mlflow.registry.resources import ModelVersion
    from scanner.model.evaluations import Evaluation
    from scanner.model.views import View
    from scanner.systems.manifest import System


class Registered(Struct, frozen=True, kw_only=True):
    """What registered versions of a system record, why some were not seen, and the model to be deployed, if asked.

    `models` is what that is called, and `known_by` how it was chosen. `sha256` is that of the one inventory.
    """

    evaluations: "tuple[Evaluation, ...]" = ()
    unseen: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    known_by: str = ""
    sha256: str = ""


def registered(system: "System", options: Mapping[str, Any], facets: Sequence[str]) -> Registered:
    """What the inventories have. Raises InputError where nothing says which version is meant."""
    alias, wanted = options["before_alias"], options["model_version"]
    if not options["inventories"]:
        if alias or wanted:
            raise InputError("--before-alias and --model-version are about an inventory of MLflow; add --inventory")
        return Registered()
    from checks.mlflow.tracking.recorded_evaluations import ALSO, NEEDS, evaluations_of, names_of
    from checks.mlflow.tracking.tabled import evaluations_in_tables
    from scanner.cli.judging import load_saved
    from scanner.store.inventory import InventoryView

    inventory, _, _ = load_saved(options["inventories"])
    view = InventoryView(inventory, NEEDS, ALSO)
    versions = _versions(system, view)
    models: tuple[str, ...] = ()
    known_by = ""
    if alias or wanted:
        chosen = _candidate(versions, system.id, wanted, view)
        versions, models = [chosen], names_of(chosen)
        known_by = f"{chosen.name}, {_chosen_by(chosen, alias)}"
    else:
        _refuse_two(versions, options["model_id"])
    evaluations: list[Evaluation] = []
    unseen = []
    for version in versions:
        found = evaluations_of(version, view, facets)
        if isinstance(found, str):
            unseen.append(f"{version.id}: {found}")
        else:
            evaluations += found
        for table in evaluations_in_tables(version, view, facets):
            if isinstance(table, str):
                unseen.append(f"{version.id}: {table}")
            else:
                evaluations.append(table)
    return Registered(
        evaluations=tuple(evaluations),
        unseen=tuple(unseen),
        models=models,
        known_by=known_by,
        sha256=inventory.digests[0] if len(inventory.digests) == 1 else "",
    )


def _versions(system: "System", view: "View") -> "list[ModelVersion]":
    """The registered versions that the selectors of a system name."""
    from checks.mlflow.registry.resources import ModelVersion

    selectors = [one for one in system.selectors.include if one.provider == "mlflow"]

    def selected(version: ModelVersion) -> bool:
        model = version.name.rpartition("/")[0]
        return any(
            (not one.registered_models or any(matcher(glob).fullmatch(model) for glob in one.registered_models))
            and (one.tracking_uri is None or one.tracking_uri.rstrip("/") == version.scope.account)
            for one in selectors
        )

    return [version for version in view.all(ModelVersion) if selected(version)]


def _candidate(versions: "Sequence[ModelVersion]", system: str, wanted: int | None, view: "View") -> "ModelVersion":
    """The version that is meant: the one named, else the newest. Raises InputError if that is not known."""
    from checks.mlflow.registry.resources import ModelVersion

    models = sorted({version.id.rpartition("/versions/")[0] for version in versions})
    if not models:
        raise InputError(
            f"the inventory has no registered model of {system}; name it in its selectors, as in "
            "{provider: mlflow, registered_models: […]}, and scan its server with mlposture scan mlflow"
        )
    if len(models) > 1:
        raise InputError(f"{system} has several registered models ({', '.join(models)}); let its selectors name one")
    if wanted is not None:
        named = [version for version in versions if _number(version) == wanted]
        if not named:
            raise InputError(f"--model-version {wanted}: the inventory has no such version of {models[0]}")
        return named[0]
    if not view.all(ModelVersion).complete:
        raise InputError("the list of versions is incomplete, so that the newest is not known; say --model-version")
    return max(versions, key=_number)


def _chosen_by(chosen: "ModelVersion", alias: str | None) -> str:
    if alias is None:
        return "by --model-version"
    return (
        f"which has the alias {alias} already"
        if alias in (chosen.aliases or ())
        else f"before it gets the alias {alias}"
    )


def _refuse_two(versions: "Sequence[ModelVersion]", model: str | None) -> None:
    """Raise InputError for an id that versions on several servers have: the one is no evaluation of the other."""
    from checks.mlflow.tracking.recorded_evaluations import names_of

    named = sorted(version.id for version in versions if model in names_of(version) and version.name == model)
    if len(named) > 1:
        raise InputError(
            f"--model-id {model}: is called so on several servers ({', '.join(named)}); name one with "
            "tracking_uri in the selectors of the system"
        )


def _number(version: "ModelVersion") -> int:
    number = version.name.rpartition("/")[2]
    return int(number) if number.isdecimal() and len(number) < 19 else 0
