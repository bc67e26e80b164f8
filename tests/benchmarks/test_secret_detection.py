"""How well secrets are recognised stays as good as the decision page says."""

from __future__ import annotations

import pytest

from benchmarks.secret_detection import CORPORA, corpus, measures, ours

#: Least recall and precision.
LEAST = {"known": (1.0, 1.0), "unseen": (1.0, 1.0), "unseen_too": (0.97, 0.99)}


@pytest.mark.parametrize("name", CORPORA)
def test_secrets_are_recognised_as_well_as_is_claimed(name: str) -> None:
    entries = corpus(name)
    secret = [entry[2] for entry in entries]
    assert len(entries) > 200
    assert 0.4 < sum(secret) / len(entries) < 0.6
    [found] = ours([entry[:2] for entry in entries])[1].values()
    recall, precision = measures(found, secret)
    wrong = [entry[0] for entry, one in zip(entries, found, strict=True) if one != entry[2]]
    assert (recall, precision) >= LEAST[name], f"wrong about {wrong}: mend scanner/model/secrets"
    assert precision >= LEAST[name][1], f"wrong about {wrong}: mend scanner/model/secrets"
