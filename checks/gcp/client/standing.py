"""What the credentials lack in a project, from the one call that everybody may make about itself."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from checks.gcp.client.api import GcpProvider
from checks.gcp.names import PROJECTS
from checks.gcp.permissions import TEST, is_above_projects
from scanner.model.credentials import Held
from scanner.model.errors import CallFailed
from scanner.model.needs import Need
from scanner.model.nouns import ANYWHERE, Scope

#: Permissions that one call is about at most.
_MOST = 100


def held(provider: GcpProvider, needs: Sequence[Need], settings: Mapping[str, Any]) -> Held:  # noqa: ARG001 - as of the others
    """What Google says of the first project. Raises CannotScan where there is none.

    What counts above projects cannot be asked about there.
    """
    project = provider.projects[0]
    names = [need.permission for need in needs]
    asked = [name for name in names if not is_above_projects(name)]
    scope = Scope("gcp", project, ANYWHERE)
    path = f"{PROJECTS}/v3/projects/{project}:testIamPermissions"
    found: set[str] = set()
    try:
        for start in range(0, len(asked), _MOST):
            body = {"permissions": asked[start : start + _MOST]}
            reply = provider.calls.run(scope, "projects", TEST, partial(provider.send, TEST, "POST", path, {}, body))
            found.update(map(str, reply.get("permissions", ())))
    except CallFailed as failure:
        return Held(project, None, failure.detail)
    return Held(project, tuple(sorted(set(asked) - found)), unasked=tuple(sorted(set(names) - set(asked))))
