"""Where a project of Terraform declares a resource of its state: folders, modules, blocks."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path, PurePosixPath

import msgspec
from msgspec import Struct

from scanner.model.errors import InputError
from scanner.model.notes import Site
from scanner.model.patterns import pattern
from scanner.source.hcl import Block, parse
from scanner.source.nodes import Node

#: What a module is installed in that is not the user's own code.
INSTALLED = ".terraform"
MANIFEST = f"{INSTALLED}/modules/modules.json"
SUFFIXES = (".tf", ".tofu")
#: Files that only change what others declare.
_OVERRIDE = pattern(r"(?:^|_)override\.\w+$")
_CALL = pattern(r"(?:^|\.)module\.([\w-]+)(?:\[(?:\"(?:[^\"\\]|\\.)*\"|-?\d+)\])?")
#: Folders that are looked for when a state does not lie beside its code.
_MOST = 20_000
PASSED_OVER = frozenset((INSTALLED, ".git", "node_modules", ".venv", "__pycache__"))


class _Entry(Struct, rename="pascal"):
    key: str
    dir: str


class _Manifest(Struct, rename="pascal"):
    modules: list[_Entry] = []


class Spot(Struct, frozen=True):
    """A block of a file, the module calls that lead to it, and whether it is one of these: that of a foreign module."""

    uri: str
    node: Node
    calls: tuple[Site, ...] = ()
    foreign: bool = False


class Folder(Struct, frozen=True):
    """The resources and module calls of one folder, by type and name; those of modules by `module` and name."""

    declared: Mapping[tuple[str, str], tuple[str, Block]]


class Code:
    """The Terraform files below a folder. Each is read once, and of them what may make what is scanned is kept."""

    def __init__(self, root: Path, wanted: Collection[str]) -> None:
        self.root, self._given = root.resolve(), root
        self._wanted = wanted
        self._folders: dict[Path, Folder] = {}
        self._installed: dict[Path, Mapping[str, str]] = {}

    def find(self, base: Path, module: str, type: str, name: str) -> Spot | None:
        """What declares a resource of a module, in the project that begins in the folder `base`. Raises InputError.

        What a registry, or a folder outside of the root, declares is at the call of its module.
        """
        folder, way, calls = base, "", list[Site]()
        for call in _CALL.findall(module):
            found = self.folder(folder).declared.get(("module", call))
            if found is None:
                return None
            uri, block = found
            way = f"{way}.{call}".removeprefix(".")
            inner = self._inner(base, folder, way, block)
            if inner is None:
                return Spot(uri, block.node, tuple(calls), foreign=True)
            calls.append(Site(uri=uri, line=block.node.line, address=f"module.{way.replace('.', '.module.')}"))
            folder = inner
        if (found := self.folder(folder).declared.get((type, name))) is None:
            return None
        return Spot(found[0], found[1].node, tuple(calls))

    def _inner(self, base: Path, folder: Path, way: str, block: Block) -> Path | None:
        """The folder of a module that is the user's own; None of another."""
        if (known := self._manifest(base).get(way)) is not None:
            inner = base / known
            if INSTALLED in PurePosixPath(known).parts:
                return None
        elif block.source.startswith(("./", "../")):
            inner = folder / block.source
        else:
            return None
        inner = inner.resolve()
        return inner if inner.is_relative_to(self.root) and inner.is_dir() else None

    def _manifest(self, base: Path) -> Mapping[str, str]:
        """The folders of modules, by their calls, as `terraform init` left them."""
        if base not in self._installed:
            path = base / MANIFEST
            try:
                made = msgspec.json.decode(path.read_bytes(), type=_Manifest)
            except FileNotFoundError:
                made = _Manifest()
            except (OSError, msgspec.DecodeError, UnicodeDecodeError) as error:
                raise InputError(f"{path}: is not as `terraform init` writes it ({error}); run it again") from error
            self._installed[base] = {one.key: one.dir for one in made.modules if one.key}
        return self._installed[base]

    def folder(self, path: Path) -> Folder:
        """What is declared in a folder. Raises InputError for a file that is no HCL, or cannot be read."""
        if path not in self._folders:
            declared: dict[tuple[str, str], tuple[str, Block]] = {}
            for file in _files(path):
                try:
                    content = file.read_bytes()
                except OSError as error:
                    raise InputError(f"{file}: {error.strerror or error}") from error
                uri = file.relative_to(self.root).as_posix()
                for block in parse(content, str(self._given / uri)):
                    if name := self._name(block):
                        declared.setdefault(name, (uri, block))
            self._folders[path] = Folder(declared)
        return self._folders[path]

    def _name(self, block: Block) -> tuple[str, str] | None:
        """What a block is found by, if it is of those that may be asked for."""
        if block.type == "module" and len(block.labels) == 1:
            return "module", block.labels[0]
        if block.type == "resource" and len(block.labels) == 2 and block.labels[0] in self._wanted:
            return block.labels[0], block.labels[1]
        return None

    def base_of(self, state: Path | None, shown: str, held: Collection[tuple[str, str]]) -> Path | None:
        """The folder in which the project of a state begins: where it lies, else that which declares the most of it.

        `held` is what the state has at its root. None where no folder declares any of it, or two as much.
        """
        if state is not None and (beside := state.resolve().parent).is_relative_to(self.root) and any(_files(beside)):
            return beside
        scored = sorted(((self._declares(path, held), path) for path in self._projects()), reverse=True)
        best = [path for score, path in scored if score and score == scored[0][0]]
        if len(best) > 1:  # several projects of one shape, as for stages: the backend of one names the state
            name = shown.partition("://")[2].partition("/")[2] or shown
            best = [path for path in best if self._names(path, name)] or best
        return best[0] if len(best) == 1 else None

    def _declares(self, path: Path, held: Collection[tuple[str, str]]) -> int:
        """How much of a state's root a folder declares. One that cannot be read is not that folder."""
        try:
            declared = self.folder(path).declared
        except InputError:
            return 0
        return sum(name in declared for name in held)

    def _names(self, path: Path, state: str) -> bool:
        """Whether a file of a folder names a state, as its backend does."""
        wanted = f'"{state}"'.encode(errors="replace")
        return any(wanted in file.read_bytes() for file in _files(path))

    def _projects(self) -> Iterator[Path]:
        """All folders with Terraform files."""
        for number, (folder, inner, names) in enumerate(os.walk(self.root)):
            inner[:] = sorted(name for name in inner if name not in PASSED_OVER)
            if number >= _MOST:
                raise InputError(f"{self._given}: has more than {_MOST} folders; give one below it as --source-root")
            if any(name.endswith(SUFFIXES) for name in names):
                yield Path(folder)


def _files(folder: Path) -> list[Path]:
    """The Terraform files of a folder, those last that only change what others declare."""
    found = (path for path in folder.iterdir() if path.suffix in SUFFIXES and path.is_file())
    return sorted(found, key=lambda path: (_OVERRIDE.search(path.name) is not None, path.name))
