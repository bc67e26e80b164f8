"""From selected checks, or from what reports say was refused, to a role in the form that was asked for."""

import importlib
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from scanner.cli.config import check_place, refuse_undecoded
from scanner.cli.judging import places_of, select, write_to
from scanner.cli.permission_commands import TEXT
from scanner.cli.process import say
from scanner.cli.refused_permissions import refused
from scanner.collect.needed import needs_of
from scanner.collect.plan import Plan, make_plan
from scanner.model.errors import InputError
from scanner.model.needs import Need, Role
from scanner.model.registry import load

NAMES = {"aws": "AWS", "gcp": "Google Cloud", "azure": "Azure"}
#: What the roles are called.
READER, ADDED = "mlposture-reader", "mlposture-added"
Form = Callable[[Role], str]


def write_role(cloud: str, options: Mapping[str, Any]) -> None:
    """The role, in its form, to its place; what to know of it to standard error. Raises InputError."""
    refuse_undecoded(options)
    output, forms = options["output"], forms_of(cloud)
    if options["form"] not in forms:
        raise InputError(f"--format {options['form']}: there is none for {NAMES[cloud]}; use one of {', '.join(forms)}")
    places = places_of({}, options["missing"])
    if output != "-":
        places.note(f"-o {output}", check_place("-o", output))
    elif sys.stdout is None:
        raise InputError("-o: standard output is closed")
    role = missing_role(cloud, options) if options["missing"] else reader(cloud, options)
    if not role.needs:
        return
    for note in importlib.import_module(f"checks.{cloud}.role").notes(role):
        say(note)
    write_to(None if output == "-" else output, [forms[options["form"]](role).encode()])


def forms_of(cloud: str) -> dict[str, Form]:
    """By name: how a role for a cloud can be written."""
    forms: dict[str, Form] = importlib.import_module(f"checks.{cloud}.role").FORMS
    return {TEXT: lambda role: as_text(role, forms), **forms}


def plan_of(cloud: str, options: Mapping[str, Any]) -> Plan:
    """What a scan of a cloud with these options does. Raises InputError for checks that there are not."""
    checks, collectors = load((cloud,))
    chosen = select(checks.values(), {**options, "framework_file": ()})
    tags = (cloud,) if options["tags"] else ()
    return make_plan(chosen, collectors, verify=options["verify"], tags=tags, documents=options["read_documents"])


def reader(cloud: str, options: Mapping[str, Any]) -> Role:
    """The role that a scan with these options needs."""
    plan = plan_of(cloud, options)
    needs = needs_of(cloud, plan, wide=options["organization"], causes=options["causes"])
    every = len(load((cloud,))[0])
    checks = "all checks" if len(plan.checks) == every else f"{len(plan.checks)} of {every} checks"
    return Role(
        name=READER,
        note=f"What mlposture reads of {NAMES[cloud]} for {checks}",
        needs=tuple(need for need in needs if not (options["required"] and need.optional)),
        wide=options["organization"],
    )


def missing_role(cloud: str, options: Mapping[str, Any]) -> Role:
    """What reports say was refused, as a role beside the one there is. What none can help with is said."""
    found = refused(options["missing"], cloud)
    for cause, count in sorted(found.others.items()):
        say(f"{count} refused that no permission of the role opens: {cause}")
    documents = getattr(importlib.import_module(f"checks.{cloud}.permissions"), "DOCUMENTS", ())
    for name in found.unknown:
        say(f"left out, as it is no read that this version knows: {name}")
        if name in documents:
            say(f"with --read-documents, and without --missing, `mlposture permissions {cloud}` prints it")
    if not found.needs:
        say(f"{', '.join(options['missing'])}: nothing of {NAMES[cloud]} was refused that a permission would open")
    return Role(
        name=ADDED,
        note=f"What mlposture was refused of {NAMES[cloud]}",
        needs=found.needs,
        wide=options["organization"],
        added=True,
    )


def as_text(role: Role, forms: Iterable[str]) -> str:
    """Each permission and what it is for, for people."""
    widest = max(len(need.permission) for need in role.needs)
    lines = [role.note, "", *(_line(need, widest) for need in role.needs), ""]
    if any(need.optional for need in role.needs):
        lines.append("What is optional only saves calls: without it a scan sees the same.")
    return "\n".join([*lines, f"To grant it: --format {', '.join(forms)}"]) + "\n"


def _line(need: Need, widest: int) -> str:
    return f"  {need.permission:<{widest}}  {need.note}".rstrip()
