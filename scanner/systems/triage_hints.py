"""What an inventory shows of an AI system that may bear on a question of the risk triage. It prompts, no more.

Names and tags are looked at, word by word: a model called `face-match` is worth a question, and proves nothing.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from scanner.model.patterns import pattern
from scanner.systems.assign import assign
from scanner.systems.graph import Graph
from scanner.systems.manifest import Manifest, System
from scanner.systems.triage_questions import HintRule, Questions

#: Resources that one hint names.
_MOST = 3
_WORD = pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[0-9]+")


class Hint(NamedTuple):
    """What is shown of a rule: `says` in general, `resources` in particular, of which there are `more`."""

    rule: str
    says: str
    resources: tuple[str, ...]
    more: int

    def __str__(self) -> str:
        more = f" and {self.more} more" if self.more else ""
        return f"the inventory shows {self.says} ({', '.join(self.resources)}{more}), which may bear on this"


class _Look(NamedTuple):
    """What of a resource is looked at."""

    kind: str
    name: str
    tags: Mapping[str, str]


def hints(questions: Questions, manifest: Manifest, system: System, graph: Graph) -> Mapping[str, Hint]:
    """What the resources of a system show, by the id of the rule. Those of other systems show nothing of this one."""
    claimed = sorted(assign(manifest, graph).systems[system.id].claimed.numbers)
    tags = graph.names.tags(frozenset(claimed))
    looks = [_Look(graph.kind(one).kind, graph.names.name(one), tags.get(one, {})) for one in claimed]
    found: dict[str, Hint] = {}
    for rule in questions.hints:
        shown = [_named(look, seen) for look in looks if (seen := _seen(rule, look))]
        if shown:
            found[rule.id] = Hint(rule.id, rule.says, tuple(shown[:_MOST]), max(len(shown) - _MOST, 0))
    return found


def _seen(rule: HintRule, look: _Look) -> str:
    """What of a resource a rule speaks of: a word of its name, kind or tags, or a tag; empty if nothing."""
    for name, value in look.tags.items():
        if name.lower().replace("_", "-") in rule.tags:
            return f"{name}={value}"
    words = _words((look.name, look.kind.rpartition(".")[2], *look.tags.values()))
    return next((word for word in rule.words if word in words), "")


def _words(texts: Iterable[str]) -> frozenset[str]:
    return frozenset(word.lower() for text in texts for word in _WORD.findall(text))


def _named(look: _Look, seen: str) -> str:
    return f"{look.kind} {look.name}" + (f": {seen}" if "=" in seen else "")
