"""Validates OSCAL files with compliance-trestle. It runs in the environment that `make .venv-oscal/.ready` makes.

Each argument is a folder; what is wrong with each of its files is printed as one JSON object. Its start takes longer
than many files.
"""

import importlib
import json
import sys
from pathlib import Path

from trestle.core.oscal_backward_compatibility import check_file
from trestle.core.validator_factory import validator_factory

MODELS = {
    "catalog": ("catalog", "Catalog"),
    "mapping-collection": ("mapping", "MappingCollection"),
    "component-definition": ("component", "ComponentDefinition"),
    "assessment-plan": ("assessment_plan", "AssessmentPlan"),
    "assessment-results": ("assessment_results", "AssessmentResults"),
}


def wrong_with(path: Path) -> str:
    """What trestle says of a file, empty if nothing."""
    [root] = json.loads(path.read_bytes())
    module, name = MODELS[root]
    try:
        model = getattr(importlib.import_module(f"trestle.oscal.{module}"), name).oscal_read(path)
    except Exception as error:  # whatever it raises, it is a refusal
        return f"{type(error).__name__}: {error}"
    issues = [str(each) for each in check_file(path)]
    issues += [str(one) for one in validator_factory.get_all() if not one.model_is_valid(model, True, path.parent)]
    return "; ".join(issues)


folders = [Path(argument) for argument in sys.argv[1:]]
found = {str(path): wrong_with(path) for folder in folders for path in sorted(folder.glob("*.json"))}
sys.stdout.write(json.dumps(found))
