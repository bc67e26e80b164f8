"""The active projects below folders and organisations, as Resource Manager lists them."""

import itertools
from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from checks.gcp.client.discovery import Discovery, items
from checks.gcp.names import PROJECTS
from scanner.model.errors import CallFailed, CannotScan, InputError
from scanner.model.nouns import Reason
from scanner.model.patterns import pattern

FOLDERS_LIST = "resourcemanager.folders.list"
PROJECTS_LIST = "resourcemanager.projects.list"

_LISTED_BY = {
    "folders": "`gcloud resource-manager folders list --organization NUMBER`",
    "organizations": "`gcloud organizations list`",
}

#: The project that Google makes for each Apps Script; there is one for every script that anybody ever wrote.
_OF_A_SCRIPT = pattern(r"sys-\d{20,}")

#: levels of folders that are walked down; Google allows ten, see
#: https://cloud.google.com/resource-manager/docs/limits
_DEEPEST = 20


class Unlisted(Struct, frozen=True):
    """A folder or organisation (`folders/NUMBER`) whose children one operation did not give."""

    parent: str
    operation: str
    failure: CallFailed


class Tree(Struct):
    """Projects by id: their numbers, names, and below which of the given roots they are; what could not be listed."""

    numbers: dict[str, str]
    roots: dict[str, str]
    unlisted: list[Unlisted]
    names: dict[str, str] = {}


def root(collection: str, number: str) -> str:
    """`folders/NUMBER` or `organizations/NUMBER`, from either spelling. Raises InputError."""
    bare = number.removeprefix(f"{collection}/")
    if not bare.isdigit():
        raise InputError(f"Google Cloud: {number!r} is no number; {_LISTED_BY[collection]} shows those of {collection}")
    return f"{collection}/{bare}"


def projects_below(discovery: Discovery, roots: Iterable[str]) -> Tree:
    """Walk down, one level at a time, all parents of a level at once. Raises CannotScan if it finds nothing.

    A folder that cannot be listed is left out and noted: the others are scanned all the same.
    """
    tree = Tree({}, {}, [])
    level = {parent: parent for parent in roots}
    seen: set[str] = set()
    for depth in itertools.count():
        if not level:
            break
        if depth == _DEEPEST:
            endless = CallFailed(Reason.MALFORMED, f"there are folders more than {_DEEPEST} levels below")
            tree.unlisted += [Unlisted(top, FOLDERS_LIST, endless) for top in sorted(set(level.values()))]
            break
        seen |= level.keys()
        asked = [
            (parent, operation, discovery.start(_children, discovery, parent, operation))
            for parent in sorted(level)
            for operation in (FOLDERS_LIST, PROJECTS_LIST)
        ]
        below: dict[str, str] = {}
        for parent, operation, answer in asked:
            try:
                found = answer.result()
            except CallFailed as failure:
                tree.unlisted.append(Unlisted(parent, operation, failure))
                continue
            if operation == FOLDERS_LIST:
                below |= {str(folder.get("name")): level[parent] for folder in found}
            else:
                _add(tree, found, level[parent])
        level = {parent: top for parent, top in below.items() if parent not in seen}
    if not tree.numbers and seen:
        why = "; ".join(f"{one.parent}: {one.operation}: {one.failure.detail}" for one in tree.unlisted)
        raise CannotScan(f"Google Cloud: no active project below {', '.join(sorted(roots))}{why and f' ({why})'}")
    return tree


def _children(discovery: Discovery, parent: str, operation: str) -> list[Mapping[str, Any]]:
    collection = operation.split(".")[1]
    # The quota is of the project that asks, whatever it asks about: all these calls share one pace.
    pages = discovery.pages(
        "", "resourcemanager", operation, f"{PROJECTS}/v3/{collection}", parent=parent, pageSize=500
    )
    return [item for page in pages for item in items(page, collection) if item.get("state") == "ACTIVE"]


def _add(tree: Tree, projects: Iterable[Mapping[str, Any]], top: str) -> None:
    for project in projects:
        id, name = project.get("projectId"), project.get("name")
        if isinstance(id, str) and isinstance(name, str) and not _OF_A_SCRIPT.fullmatch(id):
            tree.numbers[id] = name.removeprefix("projects/")
            tree.roots[id] = top
            if called := project.get("displayName"):
                tree.names[id] = called
