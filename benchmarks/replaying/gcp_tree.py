"""The hierarchy above the generated projects: an organisation, a folder, and in it a folder for ten projects each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from replaying.gcp_documents import Project

ORGANIZATION = "organizations/900000000001"
_TOP = 800000000000
_IN_A_FOLDER = 10


class Tree:
    """Which folder a project is in, and what is below a folder. Names are `folders/NUMBER` and the like."""

    def __init__(self, projects: Sequence[Project]) -> None:
        self._projects = projects
        self.top = f"folders/{_TOP}"
        number = -(-len(projects) // _IN_A_FOLDER)
        self.parents = {self.top: ORGANIZATION} | {f"folders/{_TOP + n + 1}": self.top for n in range(number)}

    def parent(self, project: Project) -> str:
        """The folder that a project is in."""
        return f"folders/{_TOP + 1 + project.index // _IN_A_FOLDER}"

    def ancestors(self, project: Project) -> list[str]:
        """The project (by number) and all above it, from the bottom up, as Cloud Asset Inventory lists them."""
        return [f"projects/{project.number}", self.parent(project), self.top, ORGANIZATION]

    def below(self, scope: str) -> Sequence[Project] | None:
        """The projects in or below a scope, which may be one of them; None for an unknown scope."""
        if scope in (ORGANIZATION, self.top):
            return self._projects
        if scope in self.parents:
            start = (int(scope.partition("/")[2]) - _TOP - 1) * _IN_A_FOLDER
            return self._projects[start : start + _IN_A_FOLDER]
        wanted = scope.removeprefix("projects/")
        found = [project for project in self._projects if wanted in (project.id, project.number)]
        return found or None

    def folder(self, name: str) -> dict[str, Any]:
        number = name.partition("/")[2]
        return {
            "name": name,
            "parent": self.parents[name],
            "displayName": f"folder {number}",
            "state": "ACTIVE",
            "createTime": "2025-01-01T09:00:00Z",
        }

    def project(self, project: Project) -> dict[str, Any]:
        return {
            "name": f"projects/{project.number}",
            "projectId": project.id,
            "parent": self.parent(project),
            "displayName": f"Replay {project.index}",
            "state": "ACTIVE",
            "createTime": "2025-02-03T09:00:00Z",
            "labels": {"team": f"team-{project.index % 7}"},
        }
