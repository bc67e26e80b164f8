"""What a check may see besides the resource it judges: the kinds it declared, and how completely they were read."""

from collections.abc import Callable, Hashable, Iterable, Iterator
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from msgspec import UnsetType

from scanner.model.nouns import Resource, Scope

R = TypeVar("R", bound=Resource)
T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


class All(Generic[R]):
    """Every observed resource of a kind, read anew by each loop; `complete` is False when some scope was not read."""

    __slots__ = ("_complete_in", "_found", "complete")

    def __init__(
        self, found: Iterable[R], *, complete: bool, complete_in: Callable[[str, str], bool] | None = None
    ) -> None:
        self._found, self._complete_in = found, complete_in
        self.complete = complete

    def complete_in(self, account: str, region: str = "") -> bool:
        """Whether all of one account was read, or of one region of it: what another one refuses says nothing of it."""
        return self.complete or (self._complete_in is not None and self._complete_in(account, region))

    def __iter__(self) -> Iterator[R]:
        return iter(self._found)


class Whole:
    """Where an index of some kinds has all that there is: each account and region for itself."""

    __slots__ = ("_listed", "_unclear")

    def __init__(self, *listed: All[Any]) -> None:
        self._listed = listed
        self._unclear: set[tuple[str, str]] = set()

    def doubt(self, scope: Scope) -> None:
        """Note that something there does not say what the index takes of it."""
        self._unclear.add((scope.account, scope.region))

    def at(self, scope: Scope) -> bool:
        """Whether nothing is missing of one account and region."""
        return (scope.account, scope.region) not in self._unclear and all(
            each.complete_in(scope.account, scope.region) for each in self._listed
        )

    def in_account(self, account: str) -> bool:
        """Whether nothing is missing of one account, in any region."""
        return all(account != unclear for unclear, _ in self._unclear) and all(
            each.complete_in(account) for each in self._listed
        )

    @property
    def everywhere(self) -> bool:
        """Whether nothing is missing at all."""
        return not self._unclear and all(each.complete for each in self._listed)


class View(Protocol):
    """The inventory as one check may see it: only the kinds in `needs` and `also`. Other kinds raise LookupError."""

    @property
    def taken_at(self) -> datetime:
        """When the inventory was taken: the only clock that a check knows."""
        ...

    def get(self, kind: type[R], id: str, at: Scope | None = None, outside: str = "") -> R | UnsetType | None:
        """The resource; `None` if its kind was read completely and it is not there; else `UNSET`.

        `at` is the account and region that it is in, if it is there: where these were read completely, what others
        refuse does not matter. `outside` is an account that it is known not to be in; of the others of the scan all
        must have been read.
        """
        ...

    def all(self, kind: type[R]) -> All[R]:
        """All observed resources of a kind, sorted by id. Look at `.complete` before concluding from absence.

        They may be too many to hold, and each loop reads them anew: keep what is needed of them in an index (`derive`).
        """
        ...

    @property
    def sources(self) -> frozenset[str]:
        """The providers that were asked, whatever they answered."""
        ...

    def asked(self, kind: type[Resource]) -> bool:
        """Whether a kind that the check names was asked for anywhere: one in `also` may be looked at only then, and one
        that is `opt_in` need not have been.
        """
        ...

    def derive(self, function: "Callable[[View], T]") -> T:
        """`function(view)`, computed once per view: an index that many resources of one check share."""
        ...


def remembered(view: View, function: Callable[[K, View], T], key: K) -> T:
    """`function(key, view)`, worked out once per view and key: an answer that many resources share."""
    known = view.derive(_answers)
    if (function, key) not in known:
        known[function, key] = function(key, view)
    return known[function, key]  # type: ignore[no-any-return]


def _answers(_: View) -> dict[tuple[Callable[..., Any], Any], Any]:
    return {}
