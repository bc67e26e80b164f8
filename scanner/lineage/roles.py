"""What data is to a run: what it was trained with, or what it was evaluated on, as far as somebody wrote it down.

OpenLineage has no facet for it. What counts is, on the data set of a run, else on the run, else on its job: a tag
(`tags` facet) named `mlflow.data.context`, `context` or `role`, which is how MLflow says it of its own data sets; on
the job also `jobType`. A run that made a model trained it.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Any

_TAGS = frozenset({"mlflow.data.context", "context", "role"})


class Role(enum.StrEnum):
    """What a data set is read for."""

    TRAINING = "training"
    EVALUATION = "evaluation"


_WORDS = {
    "train": Role.TRAINING,
    "training": Role.TRAINING,
    "fit": Role.TRAINING,
    "eval": Role.EVALUATION,
    "evaluate": Role.EVALUATION,
    "evaluation": Role.EVALUATION,
    "test": Role.EVALUATION,
    "testing": Role.EVALUATION,
    "validation": Role.EVALUATION,
}


def role_of(facets: Mapping[str, Any]) -> Role | None:
    """What the tags of a data set, a run or a job say, or the type of a job; None where they say nothing."""
    facet = facets.get("tags")
    tags = facet.get("tags") if isinstance(facet, Mapping) else None
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, Mapping) and str(tag.get("key")).lower() in _TAGS:
            found = _WORDS.get(str(tag.get("value")).lower())
            if found is not None:
                return found
    job_type = facets.get("jobType")
    return _WORDS.get(str(job_type.get("jobType")).lower()) if isinstance(job_type, Mapping) else None
