"""What describes a model package that serves: its cards in the registry, and files beside its artifacts."""

from collections.abc import Iterable
from functools import cached_property
from typing import Any

from msgspec import UNSET

from checks.aws.paths.documents import documents_of
from checks.aws.paths.served_packages import Described, described, served_packages
from checks.aws.sagemaker.resources import ModelCard, ModelPackage
from checks.documents import Documents
from scanner.model.nouns import Resource, Verdict, not_applicable, unknown
from scanner.model.views import View


class Served:
    """A package that serves, the way from it to an endpoint, and its cards; or why nothing can be said of it.

    `complete` unless there may be more cards, or endpoints that run it.
    """

    def __init__(self, package: ModelPackage, view: View) -> None:
        self._package, self._view = package, view
        served = view.derive(served_packages)
        way = served.paths.get(package.id)
        self.path = (package.id, *(way or ()))
        found = described(view, package, way[0]) if way else Described(None, (), complete=True)
        self.own, self.others, self.cards = found.own, found.others, found.cards
        followed = served.all_of(package)
        self.complete = followed and found.complete
        self.verdict: Verdict | None = None
        if way is None and followed:
            self.verdict = not_applicable("no endpoint in service runs it")
        elif way is None:
            self.verdict = unknown("whether an endpoint runs it")

    def unseen(self) -> Verdict:
        """There may be another card, or an endpoint that nobody saw."""
        return unknown("card", "ModelCard", "Endpoint", path=self.path)

    @cached_property
    def documents(self) -> Documents:
        """The files beside its artifacts. They are looked at where what is in the registry does not decide."""
        return documents_of(self._view, self._package)

    def unread(self) -> Verdict:
        """There may be a document that nobody read."""
        return unknown("ModelFolder.documents", "ModelFolder.refused", path=self.path)

    def without_cards(self) -> Verdict | None:
        """What to say where it does not serve, or the registry has no card of it that could be judged."""
        if self.verdict or self.cards:
            return self.verdict
        return not_applicable("it has no model card that could be read") if self.complete else self.unseen()

    def undescribed(self) -> Verdict | None:
        """The same, where a document beside its artifacts is as good."""
        found = self.without_cards()
        if found is None or self.verdict or any(card.entries for card in self.documents.cards):
            return self.verdict
        return found if self.documents.complete else self.unread()

    def evidence(self) -> dict[str, Any]:
        """What there is in the cards."""
        own = {} if self.own is None else {"card": self.own}
        return {**own, **of(ModelCard, self.others, "card")}

    def documented(self) -> dict[str, Any]:
        """What there is in the documents."""
        return self.documents.evidence()


def of(kind: type[Resource], these: Iterable[Resource], *fields: str) -> dict[str, Any]:
    """Fields of cards as evidence, by their ids."""
    these, name = tuple(these), kind.__name__
    named = {f"{name}.{field}": {one.id: getattr(one, field) for one in these} for field in fields}
    return {
        field: {id: value for id, value in values.items() if value is not UNSET}
        for field, values in named.items()
        if values
    }
