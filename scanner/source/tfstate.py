"""Terraform's state: which instance of which resource of the code a resource of a cloud is.

State holds secrets. Of an instance, the members that name it are decoded and no other is, so that none can leave.
"""

from __future__ import annotations

import mmap
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Raw, Struct

from scanner.model.errors import InputError

#: How a state, or what Terraform shows of one, begins in an encoding that is not read: PowerShell writes it.
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_UTF_8 = b"\xef\xbb\xbf"
_BYTE = re.compile(r"\(byte (\d+)\)")
VERSION = 4


class Instance(Struct, frozen=True):
    """One instance of a resource of the code: `module.chat["a"].aws_iam_role.this[0]`, and the members that name it."""

    module: str
    type: str
    name: str
    key: str
    named: dict[str, str]

    @property
    def address(self) -> str:
        return f"{self.module}.{self.type}.{self.name}{self.key}".removeprefix(".")


class _Instance(Struct):
    """As format 4 has it. One that is deposed waits to be destroyed."""

    index_key: int | str | None = None
    deposed: str = ""
    attributes: Raw = Raw(b"{}")


class _Resource(Struct):
    type: str
    name: str
    mode: str = "managed"
    module: str = ""
    instances: list[Raw] = []


class _Shown(Struct):
    """An instance as `terraform show -json` has it."""

    type: str
    name: str
    mode: str = "managed"
    index: int | str | None = None
    deposed_key: str = ""
    values: Raw = Raw(b"{}")


class _Module(Struct):
    address: str = ""
    resources: list[Raw] = []
    child_modules: list[_Module] = []


class _Values(Struct):
    root_module: _Module = msgspec.field(default_factory=_Module)


class _State(Struct):
    version: int | None = None
    resources: list[Raw] = []
    format_version: str | None = None
    values: _Values | None = None
    planned_values: Raw = Raw()
    encrypted_data: Raw = Raw()


def read_state(path: Path, members: Iterable[str], shown: str) -> Iterator[Instance]:
    """The managed instances of a state, with these of their members. Raises InputError for what is no state.

    The file is not in memory as a whole: places in it are noted, and one instance is decoded at a time.
    """
    content = _content(path, shown)
    try:
        state = msgspec.json.decode(content, type=_State)
        if state.format_version is not None:
            _refuse_plan(state, shown)
            found = _shown((state.values or _Values()).root_module, _Named(members))
        else:
            _refuse_version(state, shown)
            found = _stored(state.resources, _Named(members))
        yield from found
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(_broken(content, shown, error)) from error


def _content(path: Path, shown: str) -> memoryview:
    try:
        with path.open("rb") as file:
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except ValueError as error:  # no bytes can be mapped of a file that has none
        raise InputError(f"{shown}: is empty; give a state, or what `terraform show -json` prints") from error
    except OSError as error:
        raise InputError(f"{shown}: {error.strerror or error}") from error
    if bytes(content[:2]) in _UTF_16:
        raise InputError(f"{shown}: is UTF-16, as some shells write it; save it as UTF-8")
    return content[len(_UTF_8) :] if bytes(content[:3]) == _UTF_8 else content


def _refuse_plan(state: _State, shown: str) -> None:
    if bytes(state.planned_values):
        raise InputError(f"{shown}: is a plan, and not what exists; give a state, or what `terraform show -json` says")


def _refuse_version(state: _State, shown: str) -> None:
    if bytes(state.encrypted_data):
        raise InputError(f"{shown}: is an encrypted state; give what `tofu show -json` prints")
    if state.version is None:
        raise InputError(f"{shown}: is no Terraform state: it names no version; give a state of format {VERSION}")
    if state.version != VERSION:
        raise InputError(
            f"{shown}: is a state of format {state.version}, and {VERSION} is read; "
            "give what `terraform show -json` prints, with a version of Terraform that reads it"
        )


def _broken(content: memoryview, shown: str, error: Exception) -> str:
    place = _BYTE.search(str(error))
    line = f":{bytes(content[: int(place[1])]).count(10) + 1}" if place else ""
    said = str(error).partition(" (byte")[0] if not isinstance(error, RecursionError) else "it is nested too deeply"
    return f"{shown}{line}: is no Terraform state ({said}); give a state, or what `terraform show -json` prints"


class _Named:
    """Decodes the members that name things, and those that are text alone: of others, there may be secrets in them."""

    def __init__(self, members: Iterable[str]) -> None:
        made = msgspec.defstruct("Members", [(name, Any, None) for name in sorted(members)])
        self._decode = msgspec.json.Decoder(made).decode

    def of(self, attributes: Raw) -> dict[str, str]:
        decoded = msgspec.structs.asdict(self._decode(attributes))
        return {name: value for name, value in decoded.items() if isinstance(value, str) and value}


def _stored(resources: Iterable[Raw], named: _Named) -> Iterator[Instance]:
    of_resource, of_instance = msgspec.json.Decoder(_Resource), msgspec.json.Decoder(_Instance)
    for raw in resources:
        made = of_resource.decode(raw)
        for each in made.instances if made.mode == "managed" else ():
            one = of_instance.decode(each)
            if not one.deposed:
                yield Instance(made.module, made.type, made.name, key(one.index_key), named.of(one.attributes))


def _shown(module: _Module, named: _Named) -> Iterator[Instance]:
    decoder = msgspec.json.Decoder(_Shown)
    for raw in module.resources:
        one = decoder.decode(raw)
        if one.mode == "managed" and not one.deposed_key:
            yield Instance(module.address, one.type, one.name, key(one.index), named.of(one.values))
    for child in module.child_modules:
        yield from _shown(child, named)


def key(index: int | str | None) -> str:
    """What tells instances of one resource apart, as addresses have it: `[0]`, `["a"]`, or nothing."""
    if isinstance(index, str):
        escaped = index.replace("\\", "\\\\").replace('"', '\\"').replace("${", "$${").replace("%{", "%%{")
        return f'["{escaped}"]'
    return "" if index is None else f"[{index}]"
