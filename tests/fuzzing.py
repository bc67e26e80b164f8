"""Files that somebody damaged: inventories, configurations and entries of trust, changed in one or a few places."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

from commandline import mlposture
from scanning import calm
from support import ROOT

#: A scan of AWS that takes next to no time.
FEW = ("--check", "MLP-1001", "--region", "eu-west-1", "--no-cache", "--fail-on", "never")
#: Put in the place of any value.
ODD: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, 10**30, float("inf"), "", " ", "\x00", "\ud800", "é", "a" * 5000, "2026-02-30", "[]",
    "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "https://[", "arn:aws:s3:::", "//", "*", [], [None], {},
    {"": None}, [[]], {"a": {"b": []}},
)  # fmt: skip
#: Put in the place of any bytes.
ODD_BYTES = (
    b"",
    b"\x00",
    b"\xff",
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\\ud800",
    b"1e999",
    b"\xef\xbb\xbf",
)
#: Put in the place of any value of a YAML file.
ODD_YAML = (
    "", "null", "{}", "[]", "- x", "a: b", "true", "1e999", "0x" + "f" * 5000, "9" * 5000, "12:30:45", "2026-13-01",
    "*a", "&a x", "<<: *a", "\t", "'", "[[", "? x", ".nan", "!!int x", "!!int ''", "!!bool x", "!!timestamp x",
    "!!binary aGk=", "!!python/name:os.system x", "2026-01-01T00:00:00+99:00", "\u2028", "|\n      a\n      b",
)  # fmt: skip
_KEPT = 1
_WORDS = re.compile(r"[\w.\-]+|\S")

Change = Callable[[bytes, random.Random], bytes]


def inventory(provider: str, folder: Path) -> bytes:
    """A saved inventory of the demo organisation, with a few resources of each kind."""
    path = folder / "seed.json"
    calm(provider)[0].save(path)
    document = json.loads(path.read_bytes())
    document["resources"] = {kind: found[:_KEPT] for kind, found in document["resources"].items()}
    return json.dumps(document).encode()


def configuration() -> bytes:
    """The example, with entries of trust."""
    return (ROOT / "examples" / "mlposture.toml").read_bytes() + trust()


def few() -> bytes:
    """A configuration that asks for next to nothing."""
    return b'verdicts = "all"\nfail-on = "never"\noutput = ["x.json"]\n[aws]\nregions = ["eu-west-1"]\n' + trust()


def trust() -> bytes:
    """An entry of trust."""
    return b'[[trust.accounts]]\nvalue = "444455556666"\nreason = "partner"\nuntil = 2027-01-31\n'


def journal(folder: Path) -> bytes:
    """What a scan of the demo organisation on AWS leaves whose report could not be written. AWS is running."""
    path = folder / "seed.journal"
    done = mlposture("scan", "aws", *FEW, "--journal", str(path), "-o", "json:/dev/full")
    assert done.returncode == 2, done.stderr
    return path.read_bytes()


# -- JSON --------------------------------------------------------------------------------------------------------------


def members(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in a document, as what holds it and the key or index there."""
    places = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ())
    for key, item in places:
        yield value, key
        yield from members(item)


def taken(places: list[tuple[Any, Any]]) -> list[Any]:
    """The values that are still where they were."""
    return [holder[key] for holder, key in places if (key in holder if isinstance(holder, dict) else key < len(holder))]


def change_value(content: bytes, chance: random.Random) -> bytes:
    """Another value, another name, one less, or one from elsewhere, in one to three places.

    Mostly of the same type, as the rest is refused before it is judged.
    """
    document = json.loads(content)
    for _ in range(chance.randint(1, 3)):
        places = list(members(document))
        if not places:
            break
        holder, key = chance.choice([place for place in places if place[0] is document or place[0]])
        match chance.randrange(9):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, dict):
                holder[chance.choice(["", "id", "kind", "\ud800", "unheard"])] = holder.pop(key)
            case 2:
                holder[key] = deepcopy(chance.choice(taken(places)))
            case 3:
                holder[key] = [holder[key]]
            case 4:
                holder[key] = chance.choice(ODD)
            case _:
                kind = type(holder[key])
                same = [one for one in (*ODD, *taken(places)) if type(one) is kind]
                holder[key] = deepcopy(chance.choice(same)) if same else None
    return json.dumps(document).encode()


def change_bytes(content: bytes, chance: random.Random) -> bytes:
    """A few bytes replaced, or the end lost."""
    at = chance.randrange(len(content))
    if chance.random() < 0.2:
        return content[:at]
    return content[:at] + chance.choice(ODD_BYTES) + content[at + chance.randint(0, 3) :]


def change_words(content: bytes, chance: random.Random) -> bytes:
    """Words of a text exchanged, doubled, lost, or made odd."""
    text = content.decode()
    words = list(_WORDS.finditer(text))
    for found in sorted(chance.sample(words, chance.randint(1, 3)), key=lambda word: -word.start()):
        new = chance.choice(["", found[0] * 2, chance.choice(words)[0], json.dumps(chance.choice(ODD)), "\n", "[", "="])
        text = text[: found.start()] + new + text[found.end() :]
    return text.encode("utf-8", "surrogatepass")


def change_lines(content: bytes, chance: random.Random) -> bytes:
    """Lines of a YAML file lost, doubled, indented otherwise, or with another value."""
    lines = content.decode().splitlines()
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(lines))
        match chance.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(at, chance.choice(lines))
            case 2:
                lines[at] = " " * chance.randint(0, 9) + lines[at].strip()
            case _:
                lines[at] = f"{lines[at].partition(':')[0]}: {chance.choice(ODD_YAML)}"
    return "\n".join(lines).encode()
