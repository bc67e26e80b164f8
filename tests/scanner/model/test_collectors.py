"""What collectors are given of earlier stages."""

from __future__ import annotations

import pytest
from factories.aws import model, notebook

from checks.aws.sagemaker.resources import Model, NotebookInstance
from scanner.model.collectors import Found
from scanner.model.documents import Many
from scanner.model.nouns import Resource


def test_a_collector_is_refused_kinds_that_it_does_not_follow() -> None:
    seen: dict[type[Resource], list[Resource]] = {NotebookInstance: [notebook()], Model: [model()]}
    found = Found(lambda kind: Many(lambda: iter(seen[kind]), lambda: len(seen[kind])), follows=(Model,))

    assert list(found.of(Model)) == [model()]
    with pytest.raises(
        LookupError, match="NotebookInstance is not among the kinds this collector declares in `follows`"
    ):
        found.of(NotebookInstance)
