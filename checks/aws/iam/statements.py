"""Statements of policies made ready to be asked: what they speak of, whom, and when."""

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import UNSET, Struct

from checks.aws.iam.answers import NO, NOTHING, UNKNOWN, YES, Answer, Marks, both, opposite
from checks.aws.iam.conditions import Condition, Keys, filled_in, has_no_value
from checks.aws.iam.matching import ANY_SERVICE, Targets, by_service, speaks_of
from checks.aws.iam.resources import Policy
from scanner.model.nouns import Observed


class Rule(Struct, frozen=True):
    """A statement made ready to be asked which actions it speaks of: its patterns by service, None if it has none.

    `but` says that the patterns are what it leaves out. The rest is read of the few statements that speak of an action.
    """

    statement: Mapping[str, Any]
    policy: str
    denies: bool
    actions: Mapping[str, tuple[str, ...]] | None
    but: bool
    condition: Condition

    def speaks_of(self, action: str) -> Answer:
        """Whether it is about an action, given in lower case."""
        if self.actions is None:
            return UNKNOWN
        found = speaks_of(self.actions, action)
        return opposite(found) if self.but else found

    def holds_for(self, targets: Targets, keys: Keys) -> Marks:
        """Which of the targets it is about, in a request with these keys."""
        resources, but = _member(self.statement, "Resource")
        if resources is None:
            return Marks(0, targets.everything)
        # What a variable without a value would spare, nobody documents; what it would allow or deny is nothing.
        meant = resources if but else (each for each in resources if not has_no_value(each, keys))
        found = targets.matched(filled_in(each, keys) for each in meant)
        return found.opposite(targets.everything) if but else found

    def applies(self, action: str, targets: Targets, keys: Keys) -> Marks:
        """For which targets it decides about an action."""
        spoken = self.speaks_of(action)
        met = NO if spoken is NO else both(spoken, self.condition.met(keys))
        if met is NO:  # most statements are about something else; spare them the rest
            return NOTHING
        found = self.holds_for(targets, keys)
        return found if met is YES else found.doubted()

    def spelled_out(self) -> tuple[str, ...]:
        """Patterns of what it allows, or of what it leaves alone of all that it denies; none where it says neither."""
        patterns, but = _member(self.statement, "Resource")
        return patterns if patterns is not None and but is self.denies else ()


class Rules(Struct, frozen=True):
    """What a set of policies says together; `read_in_full` unless some text is missing or no policy.

    The statements of a policy `of_resource` name whom they speak of.
    """

    rules: tuple[Rule, ...]
    read_in_full: bool
    of_resource: bool = False

    def about(self, action: str) -> "Rules":
        """Those that may speak of an action: few, mostly."""
        service = action.partition(":")[0]
        spoken = tuple(
            rule
            for rule in self.rules
            if (rule.but or rule.actions is None or service in rule.actions or ANY_SERVICE in rule.actions)
            and rule.speaks_of(action) is not NO
        )
        return Rules(spoken, self.read_in_full, self.of_resource)

    def services(self) -> frozenset[str] | None:
        """Services that its Allow statements speak of, by the prefix of their actions; None for any."""
        found: set[str] = set()
        for rule in self.rules:
            if not rule.denies:
                if rule.but or rule.actions is None or ANY_SERVICE in rule.actions:
                    return None
                found.update(rule.actions)
        return frozenset(found)


def rules_of(policies: Iterable[Policy | None]) -> Rules:
    """The statements of all these policies; None stands for a policy that was not read."""
    rules: list[Rule] = []
    read_in_full = True
    for policy in policies:
        if policy is None or policy.document is UNSET:
            read_in_full = False
        else:
            rules += rules_in(policy.document, policy.name)
            read_in_full = read_in_full and is_understood(policy.document)
    return Rules(tuple(rules), read_in_full)


def rules_of_resource(document: Observed[Mapping[str, Any]]) -> Rules:
    """The statements of the policy of a resource; none where it has no policy."""
    if document is UNSET:
        return Rules((), read_in_full=False, of_resource=True)
    return Rules(tuple(rules_in(document)), is_understood(document), of_resource=True)


def rules_in(document: Mapping[str, Any] | None, policy: str = "") -> list[Rule]:
    return [rule_of(s, policy) for s in statements(document) if s.get("Effect") in ("Allow", "Deny")]


def rule_of(statement: Mapping[str, Any], policy: str = "") -> Rule:
    """A statement made ready to be asked."""
    actions, but = _member(statement, "Action")
    denies = statement.get("Effect") == "Deny"
    ready = None if actions is None else by_service(actions)
    return Rule(statement, policy, denies, ready, but, Condition(statement.get("Condition")))


def is_understood(document: Mapping[str, Any] | None) -> bool:
    """Whether every statement of a document is one, with an effect."""
    found = listed((document or {}).get("Statement"))
    return all(isinstance(each, Mapping) and each.get("Effect") in ("Allow", "Deny") for each in found)


def _member(statement: Mapping[str, Any], name: str) -> tuple[tuple[str, ...] | None, bool]:
    """The patterns under a name or its opposite (None if it has neither), and whether it was the opposite."""
    for key in (name, f"Not{name}"):
        if key in statement:
            return tuple(map(str, listed(statement[key]))), key is not name
    return None, False


def statements(document: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    """Statements of a policy document, which may be one object instead of a list."""
    return [statement for statement in listed((document or {}).get("Statement")) if isinstance(statement, Mapping)]


def listed(value: Any) -> list[Any]:
    """A member that may be one value or a list of them."""
    return list(value) if isinstance(value, (list, tuple)) else [] if value is None else [value]
