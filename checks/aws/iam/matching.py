"""Matching the patterns of policies, so that neither many patterns nor many things to match cost their product."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import permutations

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer, Marks
from scanner.model.patterns import pattern

_WILDCARD = pattern(r"[*?]")
#: What stands for wildcards where a name is made of a pattern: nothing that a policy would spell out, one letter and
#: more of them, as some patterns ask for a length.
_FILLS = ("q", "qzjxqzjxqzjx")
_VARIABLE = pattern(r"\$\{[^}]*\}")
#: Under this key are the action patterns that may speak of any service.
ANY_SERVICE = "*"
#: How many patterns are remembered with what they match; each takes a bit for every thing.
_REMEMBERED = 1024


@lru_cache(maxsize=65536)  # the same few patterns meet the same few actions for every role
def glob(pattern: str, value: str) -> bool:
    """Whether a pattern of `*` and `?` matches all of a value. Never slower than the product of their lengths."""
    if pattern in ("*", value):
        return True
    at = star = 0
    anchor = -1
    index = 0
    while index < len(value):
        if at < len(pattern) and pattern[at] == "*":
            anchor, star = at, index
            at += 1
        elif at < len(pattern) and pattern[at] in ("?", value[index]):
            at += 1
            index += 1
        elif anchor >= 0:  # let the last star take one more character
            star += 1
            at, index = anchor + 1, star
        else:
            return False
    return not pattern[at:].strip("*")


def without_variables(pattern: str) -> tuple[str, bool]:
    """A pattern with a star for each policy variable, whose value is not known here, and whether it has any."""
    return (_VARIABLE.sub("*", pattern), True) if "${" in pattern else (pattern, False)


def filled(pattern: str, fill: str = _FILLS[1]) -> str:
    """A name that a pattern matches."""
    return pattern.replace("*", fill).replace("?", _FILLS[0])


@lru_cache(maxsize=65536)  # as for `glob`
def _literal(pattern: str) -> str:
    """What a pattern begins with, up to its first wildcard."""
    return _WILDCARD.split(pattern, maxsplit=1)[0]


@lru_cache(maxsize=65536)  # as for `glob`
def below(pattern: str, prefix: str) -> tuple[str, ...]:
    """Names that begin with a prefix and match a pattern, one of each shape and length; none if there are none."""
    places = _after_stars({0}, pattern)
    for letter in prefix:
        moved = {at + (pattern[at] != "*") for at in places if at < len(pattern) and pattern[at] in ("*", "?", letter)}
        places = _after_stars(moved, pattern)
    rests = sorted(pattern[at:] for at in places)
    return tuple(dict.fromkeys(prefix + filled(rest, fill) for rest in rests for fill in ("", *_FILLS)))


def _after_stars(places: set[int], pattern: str) -> set[int]:
    """Places in a pattern, and those that are reached from them by letting stars match nothing."""
    found = set(places)
    for place in places:
        at = place
        while at < len(pattern) and pattern[at] == "*":
            at += 1
            found.add(at)
    return found


@lru_cache(maxsize=4096)  # the same managed policies are on many roles
def by_service(patterns: tuple[str, ...]) -> Mapping[str, tuple[str, ...]]:
    """Action patterns, in lower case, by the service they speak of."""
    found: dict[str, list[str]] = {}
    for each in patterns:
        folded = each.lower()
        service = folded.partition(":")[0]
        found.setdefault(ANY_SERVICE if any(c in service for c in "*?$") else service, []).append(folded)
    return {service: tuple(each) for service, each in found.items()}


def speaks_of(patterns: Mapping[str, tuple[str, ...]], action: str) -> Answer:
    """Whether any of the patterns that `by_service` sorted matches an action, given in lower case."""
    answer = NO
    for service in (action.partition(":")[0], ANY_SERVICE):
        for each in patterns.get(service, ()):
            plain, varies = without_variables(each)
            if glob(plain, action):
                if not varies:
                    return YES
                answer = UNKNOWN
    return answer


class Targets:
    """Names to match patterns with, sorted and each once; a set of them is a number with a bit for each."""

    __slots__ = ("_remembered", "everything", "names")

    def __init__(self, names: Iterable[str]) -> None:
        self.names = tuple(sorted(set(names)))
        self.everything = (1 << len(self.names)) - 1
        self._remembered: dict[str, int] = {}

    def chosen(self, marks: int) -> Iterator[str]:
        """The names whose bits are set."""
        while marks:
            lowest = marks & -marks
            yield self.names[lowest.bit_length() - 1]
            marks ^= lowest

    def marked(self, some: "Targets", marks: Marks) -> Marks:
        """Marks of some of these names as marks of these."""
        yes, maybe = (
            sum(1 << bisect_left(self.names, name) for name in some.chosen(bits)) for bits in (marks.yes, marks.maybe)
        )
        return Marks(yes, maybe)

    def matched(self, patterns: Iterable[str]) -> Marks:
        """What any of the patterns matches; `maybe` where that depends on a policy variable."""
        yes = maybe = 0
        for each in patterns:
            plain, varies = without_variables(each)
            if varies:
                maybe |= self._matching(plain)
            else:
                yes |= self._matching(plain)
        return Marks(yes, maybe & ~yes)

    def _matching(self, pattern: str) -> int:
        if pattern and not pattern.strip("*"):
            return self.everything
        prefix = _literal(pattern)
        rest = pattern[len(prefix) :]
        start = bisect_left(self.names, prefix)
        if not rest:
            return 1 << start if start < len(self.names) and self.names[start] == prefix else 0
        end = bisect_right(self.names, prefix, key=lambda name: name[: len(prefix)])
        if not rest.strip("*"):
            return ((1 << (end - start)) - 1) << start
        if pattern not in self._remembered:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            self._remembered[pattern] = self._rough(pattern, rest, start, end)
        return self._remembered[pattern]

    def _rough(self, pattern: str, rest: str, start: int, end: int) -> int:
        """Matches of a pattern between two places, one by one; most names lack its longest literal."""
        needle = max(_WILDCARD.split(rest), key=len)
        return sum(
            1 << start + place
            for place, name in enumerate(self.names[start:end])
            if needle in name and glob(pattern, name)
        )


class Places:
    """Objects, and prefixes below which any object counts: to be asked whether a role reaches one of them."""

    __slots__ = ("_below", "_of", "_prefixes", "_sizes", "targets")

    def __init__(self, objects: Iterable[str], prefixes: Iterable[str]) -> None:
        self._prefixes = tuple(sorted(set(prefixes)))
        self._sizes = sorted({len(prefix) for prefix in self._prefixes})
        # Below each prefix, objects that no policy spells out: what is true of them is true of almost all.
        whatever = {prefix + fill: prefix for prefix in self._prefixes for fill in ("", *_FILLS)}
        self._of = whatever | {name: name for name in objects}
        self.targets = Targets(self._of)
        self._below: dict[str, dict[str, str]] = {}

    def place(self, name: str) -> str:
        """The object or prefix that a name of `targets` stands for."""
        return self._of[name]

    def spelled_out(self, *sets: Iterable[str]) -> tuple[dict[str, str], bool]:
        """Objects below the prefixes that patterns speak of more narrowly, each with its prefix.

        Several sets of patterns may all have to match: then also objects that two of them speak of are among these,
        but not all there may be, which the second value says.
        """
        plain = [[without_variables(each)[0] for each in patterns] for patterns in sets]
        found: dict[str, str] = {}
        narrowing = 0
        for patterns in plain:
            spelled = [self._spelled_out(each) for each in patterns]
            narrowing += any(spelled)
            for names in spelled:
                found |= names
        for one, other in permutations(plain, 2):
            starts = {start: place for each in other if (place := self._holding(start := _literal(each)))}
            for each in one:
                found |= {name: place for start, place in starts.items() for name in below(each, start)}
        return found, narrowing > 1

    def _spelled_out(self, pattern: str) -> dict[str, str]:
        if pattern not in self._below:
            if len(self._below) >= _REMEMBERED:
                self._below.clear()
            self._below[pattern] = {name: prefix for prefix in self._near(pattern) for name in below(pattern, prefix)}
        return self._below[pattern]

    def _holding(self, start: str) -> str:
        """A prefix that a text begins with; none is empty."""
        return next((start[:size] for size in self._sizes if size <= len(start) and self._has(start[:size])), "")

    def _near(self, pattern: str) -> list[str]:
        """Prefixes that a pattern may speak of a part of: those it begins with, and those that begin as it does."""
        literal = _literal(pattern)
        found = [literal[:size] for size in self._sizes if size < len(literal) and self._has(literal[:size])]
        if pattern != f"{literal}*":  # that speaks of all that is below
            start = bisect_left(self._prefixes, literal)
            end = bisect_right(self._prefixes, literal, key=lambda prefix: prefix[: len(literal)])
            found += self._prefixes[start:end]
        return found

    def _has(self, prefix: str) -> bool:
        at = bisect_left(self._prefixes, prefix)
        return at < len(self._prefixes) and self._prefixes[at] == prefix
