"""Answers in three values, for one question or for many at once."""

import enum
from typing import NamedTuple


class Answer(enum.StrEnum):
    """Whether something is allowed."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


YES, NO, UNKNOWN = Answer.YES, Answer.NO, Answer.UNKNOWN


def both(*answers: Answer) -> Answer:
    """Conjunction: `no` decides."""
    return NO if NO in answers else UNKNOWN if UNKNOWN in answers else YES


def either(*answers: Answer) -> Answer:
    """Disjunction: `yes` decides."""
    return YES if YES in answers else UNKNOWN if UNKNOWN in answers else NO


def opposite(answer: Answer) -> Answer:
    return NO if answer is YES else YES if answer is NO else UNKNOWN


class Marks(NamedTuple):
    """Answers to one question about each of many things: bit i of `yes` and of `maybe` is about thing i, never both.

    A thing with neither bit has the answer `no`. Numbers of any length make one operation of a question about
    thousands of things.
    """

    yes: int
    maybe: int

    def both(self, other: "Marks") -> "Marks":
        yes = self.yes & other.yes
        return Marks(yes, (self.yes | self.maybe) & (other.yes | other.maybe) & ~yes)

    def either(self, other: "Marks") -> "Marks":
        yes = self.yes | other.yes
        return Marks(yes, (self.maybe | other.maybe) & ~yes)

    def opposite(self, everything: int) -> "Marks":
        return Marks(everything & ~(self.yes | self.maybe), self.maybe)

    def doubted(self) -> "Marks":
        """Every `yes` taken back to `unknown`."""
        return Marks(0, self.yes | self.maybe)

    def when(self, answer: Answer) -> "Marks":
        """The same, as far as another answer about all of them allows."""
        return self if answer is YES else self.doubted() if answer is UNKNOWN else NOTHING

    def of(self, place: int) -> Answer:
        """The answer about one thing."""
        return YES if self.yes >> place & 1 else UNKNOWN if self.maybe >> place & 1 else NO

    def first(self) -> int:
        """The first thing with a `yes`, -1 where there is none."""
        return (self.yes & -self.yes).bit_length() - 1


NOTHING = Marks(0, 0)
