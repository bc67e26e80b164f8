"""`@check`: metadata plus a pure function from one resource, and what it joins, to exactly one verdict.

The docstring is the check's documentation page, its SARIF help and its `mlposture explain` text:

    Title as one sentence that states the problem.

    ## Why it matters
    ## How to fix
    ## References
"""

import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from scanner.model.nouns import Exposure, Resource, Severity, Verdict

if TYPE_CHECKING:
    from scanner.model.views import View

F = TypeVar("F", bound=Callable[..., Verdict])

SECTIONS = ("Why it matters", "How to fix", "References")


class Check:
    """One registered check. `function` is pure: no I/O, no clock, no randomness."""

    __slots__ = (
        "_sections",
        "also",
        "blind_to",
        "decided_by",
        "exposure",
        "function",
        "id",
        "kind",
        "needs",
        "objective",
        "recorded",
        "severity",
        "since",
        "slug",
        "takes_view",
    )

    def __init__(
        self,
        function: Callable[..., Verdict],
        *,
        id: str,
        severity: Severity,
        objective: str,
        since: str,
        needs: tuple[type[Resource], ...],
        exposure: Exposure,
        blind_to: tuple[str, ...],
        decided_by: tuple[str, ...] = (),
        recorded: bool = False,
        also: tuple[type[Resource], ...] = (),
    ) -> None:
        annotations = [_resolve(function, note) for name, note in function.__annotations__.items() if name != "return"]
        if not annotations or not (isinstance(annotations[0], type) and issubclass(annotations[0], Resource)):
            raise TypeError(f"{function.__name__}: the first parameter must be annotated with a resource kind")
        self._sections: dict[str, str] | None = None
        self.function = function
        self.id = id
        self.slug = function.__name__
        self.severity = severity
        self.objective = objective
        self.since = since
        self.needs = needs
        self.also = also
        self.exposure = exposure
        self.blind_to = blind_to
        self.decided_by = decided_by
        self.recorded = recorded
        self.kind: type[Resource] = annotations[0]
        self.takes_view = len(annotations) > 1
        if self.joins != self.takes_view:
            raise TypeError(f"{self.slug}: `needs` and a second parameter for the inventory go together")

    @property
    def joins(self) -> bool:
        """Whether it may look at other resources than the one that it judges."""
        return bool(self.needs or self.also)

    @property
    def provider(self) -> str:
        return self.kind.kind.partition(".")[0]

    @property
    def providers(self) -> frozenset[str]:
        """Of its kind and of all that it joins."""
        return frozenset(kind.kind.partition(".")[0] for kind in (self.kind, *self.needs))

    @property
    def title(self) -> str:
        return (self.function.__doc__ or "").strip().partition("\n")[0].rstrip(".")

    def section(self, name: str) -> str:
        """Text of one `## name` section of the docstring, dedented; empty when there is none."""
        if self._sections is None:
            self._sections = sections(self.function.__doc__ or "")
        return self._sections.get(name, "")

    @property
    def references(self) -> tuple[str, ...]:
        lines = (line.strip().lstrip("-* ") for line in self.section("References").splitlines())
        return tuple(line for line in lines if line)

    def __call__(self, resource: Resource, view: "View | None" = None) -> Verdict:
        return self.function(resource, view) if self.takes_view else self.function(resource)


#: All checks of the modules imported so far, by id.
CHECKS: dict[str, Check] = {}


def check(
    *,
    id: str,
    severity: Severity,
    objective: str,
    since: str,
    blind_to: tuple[str, ...],
    needs: tuple[type[Resource], ...] = (),
    exposure: Exposure = Exposure.INTERNAL,
    decided_by: tuple[str, ...] = (),
    recorded: bool = False,
    also: tuple[type[Resource], ...] = (),
) -> Callable[[F], F]:
    """Register a check. Ids are MLP-1xxx AWS, 2xxx Google Cloud, 3xxx Azure, 4xxx joined paths, 5xxx
    what is recorded and documented (MLflow, lineage, cards, evaluations), and never reused.

    `needs` lists the kinds it joins; `exposure` says who can reach the resource if the check fails (for the score).
    `blind_to` names what could make the title true although the check passes, and that no collector reads: because
    nobody in the account can see it, or because it would take calls of another size. A pass says so. Whatever is
    collected is no blind spot: it was read, or the verdict is `unknown`. To name nothing is a decision, too: `()`.
    `decided_by` names fields of the resource, or of one that it joins, that may settle a pass alone. A pass that shows
    others takes that all it joins was seen, and all that its failures show.
    One that is `recorded` goes by what people or pipelines wrote down (metrics, tags, cards), which proves that they
    did: its verdicts count in no score and give no control a word. What passed is shown as recorded, what failed as
    missing.
    `also` are kinds that it joins where another check had them read (`View.asked`), and does without elsewhere.
    Raises ValueError when the id is taken and TypeError when the function has not the shape of a check.
    """

    def register(function: F) -> F:
        made = Check(
            function,
            id=id,
            severity=severity,
            objective=objective,
            since=since,
            needs=needs,
            exposure=exposure,
            blind_to=blind_to,
            decided_by=decided_by,
            recorded=recorded,
            also=also,
        )
        if id in CHECKS and CHECKS[id].function.__module__ != function.__module__:
            raise ValueError(f"{id} is both {CHECKS[id].slug} and {made.slug}")
        CHECKS[id] = made
        return function

    return register


def sections(docstring: str) -> dict[str, str]:
    """Split a docstring at its `## ` headings: {"": text before the first, "Why it matters": …}."""
    found: dict[str, list[str]] = {"": []}
    current = found[""]
    for line in docstring.expandtabs().splitlines():
        stripped = line.strip()
        if stripped.startswith("## "):
            current = found.setdefault(stripped[3:].strip(), [])
        else:
            current.append(line)
    return {name: textwrap.dedent("\n".join(lines)).strip() for name, lines in found.items()}


def _resolve(function: Callable[..., Any], note: Any) -> Any:
    return function.__globals__.get(note, note) if isinstance(note, str) else note
