"""`@collector`: a generator that enumerates the resources of one kind through the provider's `Api`.

It declares every operation it may call, and the facade refuses any other, so permissions follow from declarations.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal, Protocol, TypeVar

from scanner.model.documents import Many
from scanner.model.nouns import Reason, Reply, Resource, Scope

R = TypeVar("R", bound=Resource)
T = TypeVar("T")
U = TypeVar("U")
F = TypeVar("F", bound=Callable[..., Iterator[Resource]])
#: What a collector waits for: that findings are to be verified, that tags or documents are to be read, that systems are
#: declared, or that several accounts of its cloud are scanned.
OptIn = Literal["verify", "tags", "systems", "documents", "accounts"]


class Api(Protocol):
    """What a collector may ask of its provider. Each facade adds `call` and `pages` in the provider's own terms."""

    scope: Scope

    def each(self, function: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
        """`function` of every item, concurrently, results in the order of the items."""
        ...

    def decode(
        self, kind: type[R], replies: Mapping[str, Reply], said: Mapping[str, Reply] | None = None, **identity: Any
    ) -> R:
        """A snapshot from replies; members of a wrong type stay `UNSET` and become gaps.

        `said` is what its provenance rests on, where that is more or other than `replies`.
        """
        ...

    def recall(self, kind: type[R], id: str, version: str) -> R | None:
        """What an earlier scan saw of an immutable resource, if anything."""
        ...

    def keep(self, resource: Resource, version: str) -> None:
        """Remember an immutable resource that was seen in full; `version` is its time of creation."""
        ...


class Memory(Protocol):
    """Immutable resources seen by earlier scans."""

    #: whether they left nothing
    was_empty: bool

    def recall(self, kind: type[R], id: str, version: str) -> R | None: ...

    def keep(self, resource: Resource, version: str) -> None: ...

    def flush(self) -> None: ...


class Found:
    """Resources of earlier stages in one account, for collectors that follow references.

    Kinds that the collector does not follow raise LookupError: nothing says that they were collected by then. `named`
    are the ids of what the manifest of AI systems names, in all clouds and accounts.
    """

    def __init__(
        self,
        of: Callable[[type[Resource]], Many[Resource]],
        follows: Iterable[type[Resource]],
        named: tuple[str, ...] = (),
    ) -> None:
        self._of = of
        self._follows = frozenset(follows)
        self.named = named

    def of(self, kind: type[R]) -> Many[R]:
        """Resources of a kind in this account, sorted by id; empty if this run did not need that kind.

        They may be too many to hold: each loop reads them anew.
        """
        if kind not in self._follows:
            raise LookupError(f"{kind.kind} is not among the kinds this collector declares in `follows`")
        return self._of(kind)  # type: ignore[return-value]


class Collector:
    """One registered collector. `per` says where it is asked; `follows` lists kinds it takes references from.

    One that is `opt_in` is planned only for a scan that was told to verify what it finds, to read tags or documents, or
    of which AI systems it looks at; one of `accounts` is asked only where there are several. That of tags gives one
    resource for each that it read the tags of, with the same id and the field `tags`. One of what is `named` asks about
    what the manifest of AI systems names, and no more.
    """

    __slots__ = ("follows", "function", "kind", "named", "operations", "opt_in", "per", "service")

    def __init__(
        self,
        function: Callable[..., Iterator[Resource]],
        kind: type[Resource],
        operations: tuple[str, ...],
        per: str,
        follows: tuple[type[Resource], ...],
        opt_in: OptIn | None = None,
        *,
        named: bool = False,
    ) -> None:
        self.function = function
        self.kind = kind
        self.operations = operations
        self.per = per
        self.follows = follows
        self.opt_in = opt_in
        self.named = named
        self.service = kind.kind.split(".")[1]

    @property
    def provider(self) -> str:
        return self.kind.kind.partition(".")[0]


#: All collectors of the modules imported so far, by kind.
COLLECTORS: dict[str, Collector] = {}


def collector(
    kind: type[Resource],
    *,
    operations: tuple[str, ...],
    per: str = "region",
    follows: tuple[type[Resource], ...] = (),
    opt_in: OptIn | None = None,
    named: bool = False,
) -> Callable[[F], F]:
    """Register the collector of a kind. Raises ValueError when the kind has one already or `per` is neither value."""

    def register(function: F) -> F:
        if per not in ("region", "account"):
            raise ValueError(f"{function.__name__}: per is `region` or `account`, not {per!r}")
        known = COLLECTORS.get(kind.kind)
        if known is not None and known.function.__module__ != function.__module__:
            raise ValueError(f"{kind.kind} has two collectors: {known.function.__name__} and {function.__name__}")
        COLLECTORS[kind.kind] = Collector(function, kind, operations, per, follows, opt_in, named=named)
        return function

    return register


class Recorder(Protocol):
    """Where a unit of work reports what it could not observe."""

    def gap(self, kind: str, scope: Scope, operation: str, reason: Reason, permission: str, detail: str) -> None: ...

    def listed(self, kind: str, scope: Scope, *, complete: bool, absent: str = "") -> None: ...

    def gone(self, kind: str, scope: Scope) -> None: ...

    def page(self, kind: str, scope: Scope) -> None: ...


class Provider(Protocol):
    """One cloud, with credentials. Only `checks/<provider>/api.py` implements it."""

    name: str
    #: the operation that opening an account takes, "" if none
    opens_with: str
    #: ids of the organisations that are scanned whole
    organizations: tuple[str, ...]
    #: what accounts are called, by id, as far as the lists of accounts said it
    names: Mapping[str, str]
    #: whose credentials ask: the same for whoever may go on with a scan, so without the name of a session
    principal: str

    def asks_as(self, account: str) -> str:
        """In whose name this account is read, as the provider calls them; empty where nothing said so."""
        ...

    def accounts(self) -> tuple[str, ...]:
        """Accounts, projects or subscriptions to scan. Raises CannotScan when there is none or no credentials."""
        ...

    def open(self, account: str) -> None:
        """Make sure that an account can be asked. Raises CallFailed, which is a gap of that account alone."""
        ...

    def scopes(self, collector: Collector, account: str, recorder: Recorder) -> tuple[Scope, ...]:
        """Where to run this collector in this account; what could not be enumerated goes to the recorder.

        A scope that can hold none of the kind may be left out and reported to the recorder as listed.
        """
        ...

    def api(self, collector: Collector, scope: Scope, recorder: Recorder) -> Api: ...

    def close(self) -> None: ...
