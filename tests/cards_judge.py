"""What huggingface_hub and mlcroissant make of files: run with a folder by the Python of .venv-cards.

Prints a JSON object: of each file "", or what is wrong with it.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import mlcroissant
from huggingface_hub import ModelCard


def readme(path: Path) -> Iterable[str]:
    """A README is a card, whose data comes back the same when it is written and read again."""
    card = ModelCard(path.read_text(encoding="utf-8"))
    again = ModelCard(str(card))
    if again.data.to_dict() != card.data.to_dict() or again.text != card.text:
        yield "does not come back the same"
    if "model-index" in card.data.to_dict() and not card.data.eval_results:
        yield "its model-index gives no results"


def croissant(path: Path) -> Iterable[str]:
    """Croissant is read without an error."""
    found = mlcroissant.Dataset(jsonld=json.loads(path.read_text(encoding="utf-8"))).metadata
    yield from sorted(found.ctx.issues.errors)


said = {}
for path in sorted(Path(sys.argv[1]).iterdir()):
    judge = readme if path.name.endswith("README.md") else croissant
    try:
        said[path.name] = "; ".join(judge(path))
    except Exception as error:  # whatever it raises, it is a refusal
        said[path.name] = f"{type(error).__name__}: {error}"[:300]
json.dump(said, sys.stdout)
