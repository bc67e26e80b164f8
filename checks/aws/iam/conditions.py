"""Conditions of policy statements, evaluated in three values against what is known of a request.

A key of the request is known (its values, none where it is absent), or left to the caller (`Choice`), or neither; a
test of the last kind is `unknown`. What the caller picks is tried value by value: see `choices`.
"""

import ipaddress
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from itertools import product
from typing import Any, NamedTuple

from msgspec import Struct

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer, both, either, opposite
from checks.aws.iam.matching import filled, glob, without_variables
from scanner.model.patterns import pattern

#: Values of a key in a request: none where it is absent.
Values = tuple[str, ...]
_ABSENT: Values = ()
_VARIABLE = pattern(r"\$\{([^},]*)(?:,[^}]*)?\}")
#: So many combinations of what a caller may pick are tried; of more, nothing is said.
_MOST = 256
_NEGATED = "not"


class Choice(NamedTuple):
    """What a caller may put under a key: any value that `can` says so of, one of `others`, or nothing at all.

    `others` are there whatever policies name: mostly a value that none does; `unsure` may be. `absent` says whether
    there may be none. `fill` makes a value of a pattern.
    """

    can: Callable[[str], Answer]
    others: Values = ()
    absent: Answer = YES
    fill: Callable[[str], str] = filled
    unsure: Values = ()


class Later(Struct, frozen=True):
    """Some moment after this one, in seconds: all that is known of when a request is made."""

    since: float

    def compare(self, operator: str, wanted: str) -> Answer:
        """What a comparison with a moment comes to, if it does so at any time from then on."""
        moment, order = _size(wanted), operator.removeprefix("date").removeprefix("numeric")
        if moment is None or not moment <= self.since or order not in _ORDERS:
            return UNKNOWN
        return YES if order.startswith("greater") else NO


class Alike(Struct, frozen=True):
    """Whatever another key holds: the organisation of a resource is that of a role of the same account."""

    key: str

    def compare(self, operator: str, wanted: str) -> Answer:
        """Whether it is what a policy names: only the variable of that other key certainly is."""
        match = _VARIABLE.fullmatch(wanted)
        return YES if operator in _TEXTS and match and match[1].lower() == self.key else UNKNOWN


class Asked(Struct, frozen=True):
    """What is looked up only where a policy tests it: a verdict rests on nothing that no policy asks for."""

    look: "Callable[[], Values | Choice | None]"


#: What is known of the keys of a request, in lower case; a key that ends in `*` stands for all that begin so.
Keys = Mapping[str, "Values | Choice | Later | Alike | Asked"]


class Test(NamedTuple):
    """One line of a condition: an operator without its prefix and suffix, a key and the values to compare with."""

    operator: str
    key: str
    values: tuple[str, ...]
    every: bool
    some: bool
    if_exists: bool

    @property
    def negated(self) -> bool:
        return _NEGATED in self.operator

    def met(self, keys: Keys) -> Answer:
        """Whether a request meets it."""
        given = look_up(keys, self.key)
        if self.operator == "null":
            return self._is_null(given)
        if isinstance(given, Later | Alike):
            operator = self.operator.replace(_NEGATED, "")
            answer = either(NO, *(given.compare(operator, each) for each in self.values))
            return opposite(answer) if self.negated else answer
        if given is None or isinstance(given, Choice):
            return self._whatever()
        if not given:
            return YES if self.if_exists or self.every or (self.negated and not self.some) else NO
        found = [self._holds(value, keys) for value in given]
        return both(*found) if self.every else either(*found)

    def _is_null(self, given: "Values | Choice | Later | Alike | None") -> Answer:
        if given is None or isinstance(given, Choice | Alike) or len(self.values) != 1:
            return UNKNOWN
        wanted = self.values[0].lower()
        return UNKNOWN if wanted not in ("true", "false") else YES if (wanted == "true") is (not given) else NO

    def _whatever(self) -> Answer:
        """The answer where the value is not known: only a pattern for everything, if there is any, is met by all."""
        everything = self.operator in ("stringlike", "arnlike", "arnequals") and "*" in self.values
        return YES if everything and (self.if_exists or self.every) else UNKNOWN

    def _holds(self, value: str, keys: Keys) -> Answer:
        if not self.negated:
            given = [each for each in self.values if not has_no_value(each, keys)]
            return either(NO, *(_compare(self.operator, value, each, keys) for each in given))
        return opposite(
            either(NO, *(_compare(self.operator.replace(_NEGATED, ""), value, each, keys) for each in self.values))
        )


def _compare(operator: str, value: str, wanted: str, keys: Keys) -> Answer:
    wanted, varies = _substituted(wanted, keys)
    compare = _COMPARISONS.get(operator)
    if compare is None:
        return UNKNOWN
    if varies:  # a variable whose value is not known may stand for anything
        return UNKNOWN if operator not in _TEXTS or glob(wanted.lower(), value.lower()) else NO
    found = compare(value, wanted)
    return UNKNOWN if found is None else YES if found else NO


def _substituted(wanted: str, keys: Keys) -> tuple[str, bool]:
    """A value with the variables that are known in place, and whether it still has others (a star each)."""
    return without_variables(filled_in(wanted, keys))


def filled_in(text: str, keys: Keys) -> str:
    """A text of a policy with the variables that are known in place."""

    def known(match: Any) -> str:
        given = look_up(keys, match[1].lower())
        return given[0] if isinstance(given, tuple) and len(given) == 1 else str(match[0])

    return _VARIABLE.sub(known, text) if "${" in text else text


def has_no_value(text: str, keys: Keys) -> bool:
    """Whether a text has a variable that the request has no value for, and no other in its place: it matches nothing.

    Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
    """
    return "${" in text and any(
        "," not in found[0] and look_up(keys, found[1].lower()) == () for found in _VARIABLE.finditer(text)
    )


def look_up(keys: Keys, key: str) -> Values | Choice | Later | Alike | None:
    """What is known under a key, in lower case; of one that is like another, what is known under that."""
    found = keys.get(key)
    if isinstance(found, Asked):
        return found.look()
    if isinstance(found, Alike) and not isinstance(keys.get(found.key), Alike):
        return look_up(keys, found.key) or found
    if found is None:
        found = next((each for name, each in keys.items() if name[-1] == "*" and key.startswith(name[:-1])), None)
    return None if isinstance(found, Asked) else found


def arn_like(value: str, wanted: str) -> bool:
    """Whether an ARN matches a pattern of one, each of its six parts for itself."""
    parts, patterns = value.split(":", 5), wanted.split(":", 5)
    if len(patterns) < 6:  # a short pattern can only match by its last star
        return glob(wanted, value)
    return len(parts) == 6 and all(map(glob, patterns, parts))


def _in_network(value: str, wanted: str) -> bool | None:
    try:
        return ipaddress.ip_address(value) in ipaddress.ip_network(wanted, strict=False)
    except ValueError:
        return None


def _size(text: str) -> float | None:
    """A number, or a date as seconds; None for neither."""
    try:
        return float(text)
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _ordered(compare: Callable[[float, float], bool]) -> Callable[[str, str], bool | None]:
    def compared(value: str, wanted: str) -> bool | None:
        one, other = _size(value), _size(wanted)
        return None if one is None or other is None or math.isnan(one + other) else compare(one, other)

    return compared


_TEXTS = ("stringequals", "stringlike", "stringequalsignorecase", "arnequals", "arnlike")
_ORDERS: dict[str, Callable[[float, float], bool]] = {
    "equals": lambda a, b: a == b,
    "lessthan": lambda a, b: a < b,
    "lessthanequals": lambda a, b: a <= b,
    "greaterthan": lambda a, b: a > b,
    "greaterthanequals": lambda a, b: a >= b,
}
_COMPARISONS: dict[str, Callable[[str, str], bool | None]] = {
    "stringequals": lambda value, wanted: value == wanted,
    "stringequalsignorecase": lambda value, wanted: value.lower() == wanted.lower(),
    "stringlike": lambda value, wanted: glob(wanted, value),
    "arnequals": arn_like,
    "arnlike": arn_like,
    "bool": lambda value, wanted: value.lower() == wanted.lower(),
    "binaryequals": lambda value, wanted: value == wanted,
    "ipaddress": _in_network,
    **{f"{kind}{name}": _ordered(compare) for kind in ("numeric", "date") for name, compare in _ORDERS.items()},
}


class Condition:
    """The condition of a statement, taken apart when it is first asked; none is always met.

    `None` among the tests stands for a part that is no condition as AWS documents them.
    """

    def __init__(self, written: Any) -> None:
        self._written = written

    @cached_property
    def tests(self) -> tuple[Test | None, ...]:
        if self._written is None or self._written == {}:
            return ()
        if not isinstance(self._written, Mapping):
            return (None,)
        return tuple(_tests(self._written))

    def met(self, keys: Keys) -> Answer:
        return both(YES, *(UNKNOWN if test is None else test.met(keys) for test in self.tests))

    def unclear(self, keys: Keys) -> tuple[str, ...]:
        """What cannot be told: names of keys."""
        return tuple(
            "a condition" if test is None else test.key
            for test in self.tests
            if test is None or test.met(keys) is UNKNOWN
        )

    @property
    def keys(self) -> frozenset[str]:
        return frozenset(test.key for test in self.tests if test is not None)


def _tests(written: Mapping[Any, Any]) -> Iterator[Test | None]:
    for name, block in written.items():
        if not isinstance(block, Mapping):
            yield None
            continue
        operator = str(name).lower()
        every, some = operator.startswith("forallvalues:"), operator.startswith("foranyvalue:")
        operator = operator.rpartition(":")[2]
        exists = operator.endswith("ifexists")
        for key, values in block.items():
            listed = values if isinstance(values, (list, tuple)) else [values]
            texts = tuple(_text(value) for value in listed)
            yield Test(operator.removesuffix("ifexists"), str(key).lower(), texts, every, some, exists)


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def choices(conditions: Iterable[Condition], keys: Keys) -> Iterator[tuple[Keys, bool]]:
    """What a caller may pick for the keys that these conditions test, and whether it certainly can.

    Each comes as the keys of the request with a value in place of every `Choice` that matters. Where there are too
    many, the keys come once, as they are: a test of a `Choice` is `unknown`.
    """
    tests = [test for condition in conditions for test in condition.tests if test is not None]
    if not tests:
        yield keys, True
        return
    asked = {test.key for test in tests} | {
        found[1].lower() for test in tests for value in test.values for found in _VARIABLE.finditer(value)
    }
    open_keys = {key: found for key in asked if isinstance(found := look_up(keys, key), Choice)}
    options = [list(_options(key, choice, tests, keys)) for key, choice in sorted(open_keys.items())]
    combinations = 1
    for each in options:
        combinations *= len(each)
    if combinations > _MOST:
        yield keys, True
        return
    for picked in product(*options):
        values = {key: each[0] for key, each in zip(sorted(open_keys), picked, strict=True)}
        yield ({**keys, **values} if values else keys), all(certain for _, certain in picked)


def _options(key: str, choice: Choice, tests: list[Test], keys: Keys) -> Iterator[tuple[Values, bool]]:
    if choice.absent is not NO:
        yield _ABSENT, choice.absent is YES
    for other in choice.others:
        yield (other,), True
    for other in choice.unsure:
        yield (other,), False
    named = (value for test in tests if test.key == key and test.operator != "null" for value in test.values)
    for value in dict.fromkeys(named):
        wanted = choice.fill(_substituted(value, keys)[0])
        if wanted not in choice.others and (can := choice.can(wanted)) is not NO:
            yield (wanted,), can is YES
