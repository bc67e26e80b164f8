"""A role for Google Cloud as documents: JSON, Terraform, and commands of gcloud."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from checks.gcp.permissions import DOCUMENTS, is_above_projects
from scanner.model.hcl_text import listed, quoted, variable
from scanner.model.needs import Need, Role

_MEMBER = "Who scans, such as serviceAccount:scanner@PROJECT.iam.gserviceaccount.com"


class _Part(Struct, frozen=True):
    """A custom role of a project or of an organisation: what one holds, the other may not."""

    id: str
    title: str
    #: `project` or `organization`
    level: str
    needs: Sequence[Need]


def notes(role: Role) -> Iterator[str]:
    """What whoever grants it has to know."""
    parts = _parts(role)
    if len(parts) > 1:
        yield (
            "two roles: no role of a project may hold what reads folders and the organisation above it. The second is "
            "for the organisation; a project that belongs to none does without"
        )
    elif parts[0].level == "organization":
        yield "a role of the organisation, to be granted there: none of a project may hold all of it"
    if any(need.permission in DOCUMENTS for need in role.needs):
        yield (
            "storage.objects.get reads every object of the project, and no role can limit it to names: leave it out, "
            "and grant Storage Object Viewer on the buckets of models alone"
        )


def as_json(role: Role) -> str:
    """The role as IAM's API and `gcloud iam roles create --file` take it, or a list of two."""
    made = [_definition(part, role) for part in _parts(role)]
    return json.dumps(made if len(made) > 1 else made[0], indent=2) + "\n"


def as_terraform(role: Role) -> str:
    """The roles, and a member that is granted them."""
    blocks = [f"# {role.note}", variable("mlposture_member", _MEMBER)]
    for part in _parts(role):
        blocks.append(variable(f"mlposture_{part.level}", _VARIABLES[part.level]))
        place = "project" if part.level == "project" else "org_id "
        blocks.append(
            f'resource "google_{part.level}_iam_custom_role" "{part.id}" {{\n'
            f"  {place}     = var.mlposture_{part.level}\n  role_id     = {quoted(part.id)}\n"
            f"  title       = {quoted(part.title)}\n  description = {quoted(role.note)}\n"
            f"  permissions = {listed(part.needs, 2)}\n}}"
        )
        blocks.append(
            f'resource "google_{part.level}_iam_member" "{part.id}" {{\n'
            f"  {place} = var.mlposture_{part.level}\n"
            f"  role    = google_{part.level}_iam_custom_role.{part.id}.name\n  member  = var.mlposture_member\n}}"
        )
    return "\n\n".join(blocks) + "\n"


def as_gcloud(role: Role) -> str:
    """Commands for a shell, with each definition as YAML in between."""
    parts = _parts(role)
    levels = [part.level for part in parts]
    lines = [f"# {role.note}", f"# Set {' and '.join(_SHELL[level] for level in levels)}, and MEMBER: {_MEMBER}"]
    for part in parts:
        place = f'--{part.level}="${_SHELL[part.level]}"'
        command, collection = _GRANTS[part.level]
        lines += [
            f"cat > {part.id}.yaml <<'EOF'",
            f"title: {part.title}",
            f"description: {json.dumps(role.note)}",
            "stage: GA",
            "includedPermissions:",
            *(f"- {need.permission} # {need.note}" for need in part.needs),
            "EOF",
            f"gcloud iam roles create {part.id} {place} --file={part.id}.yaml",
            f'gcloud {command} add-iam-policy-binding "${_SHELL[part.level]}" --member="$MEMBER" --condition=None '
            f'--role="{collection}/${_SHELL[part.level]}/roles/{part.id}"',
        ]
    return "\n".join(lines) + "\n"


#: By name: how a role for Google Cloud can be written.
FORMS = {"json": as_json, "terraform": as_terraform, "gcloud": as_gcloud}

_VARIABLES = {"project": "Id of the project that is scanned", "organization": "Number of the organisation above it"}
_SHELL = {"project": "PROJECT_ID", "organization": "ORGANIZATION_ID"}
_GRANTS = {"project": ("projects", "projects"), "organization": ("organizations", "organizations")}


def _parts(role: Role) -> list[_Part]:
    """One role of the organisation for whole organisations; else one of the project, and one for what is above it."""
    id = role.name.replace("-", "_")
    if role.wide:
        return [_Part(id, role.title, "organization", role.needs)]
    below = [need for need in role.needs if not is_above_projects(need.permission)]
    above = [need for need in role.needs if is_above_projects(need.permission)]
    project = [_Part(id, role.title, "project", below)] if below else []
    return project + ([_Part(f"{id}_above", f"{role.title} above projects", "organization", above)] if above else [])


def _definition(part: _Part, role: Role) -> Mapping[str, Any]:
    return {
        "title": part.title,
        "description": role.note,
        "stage": "GA",
        "includedPermissions": [need.permission for need in part.needs],
    }
