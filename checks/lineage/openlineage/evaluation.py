"""Checks of what OpenLineage events record of evaluation: on which data, and whether that was trained with."""

from collections.abc import Iterator

from checks.lineage.openlineage.joins import COMPLETE, data_for, is_same, is_whole, models_of, writers
from checks.lineage.openlineage.resources import LineageRun
from scanner.lineage.dataset_names import Relation, relation
from scanner.lineage.roles import Role
from scanner.lineage.run_parts import Data
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, joined, not_applicable, passed, unknown
from scanner.model.views import View


@check(
    id="MLP-5203",
    severity=Severity.HIGH,
    objective="performance-evaluation",
    since="0.1.0",
    needs=(LineageRun,),
    blind_to=("data sets of other names that hold the same rows",),
    recorded=True,
)
def lineage_evaluation_on_training_data(run: LineageRun, view: View) -> Verdict:
    """Model was evaluated on the same version of the data that it was trained with.

    What was trained with is what the run that made the evaluated model read, and what the evaluating run itself read to
    train with. Data is the same by its name, in OpenLineage's spelling or by a symlink, and version. The verdict stays
    open where it only might be: without versions, in another version, where one lies inside the other, or where a run
    says that it read a part (the `subset` facet).

    ## Why it matters
    A model that is tested on what it has seen shows that it remembers, and not that it generalises. Its accuracy is
    then overstated, for the groups with the fewest records most of all.

    ## How to fix
    Hold test data out before training, under a name or version of its own. Where both are parts of one table, record
    which part each run read.

    Python: `InputDataset(…, facets={"version": …}, inputFacets={"subset": InputSubsetInputDatasetFacet(…)})`.

    ## References
    - https://openlineage.io/docs/spec/naming
    - https://openlineage.io/docs/spec/facets/dataset-facets/version_facet
    - https://openlineage.io/docs/spec/facets/dataset-facets/subset
    """
    if not is_whole(view):
        return unknown("every run")
    tested = data_for(run, Role.EVALUATION)
    if run.state != COMPLETE or not tested:
        return not_applicable("it is no completed run that is recorded to have evaluated a model")
    makers = [maker for model in models_of(run) for maker in writers(view, model.place) if maker.state == COMPLETE]
    trained = [*data_for(run, Role.TRAINING), *(data for maker in makers for data in data_for(maker, Role.TRAINING))]
    path = tuple(dict.fromkeys((*(maker.id for maker in makers), run.id)))
    if not trained:
        return unknown("what the model was trained with", path=path)
    shown = {"inputs": run.inputs, "state": run.state, **(joined(makers[0], "inputs") if makers else {})}
    found = set(_overlaps(tested, trained, view))
    if Relation.SAME in found:
        return failed("it was evaluated on a version of data that it was trained with", path=path, **shown)
    if Relation.PERHAPS in found:
        return unknown("whether the data that it was evaluated on is other data", path=path)
    return passed("it was evaluated on other data, by name", path=path, **shown)


def _overlaps(tested: tuple[Data, ...], trained: list[Data], view: View) -> Iterator[Relation]:
    """How each data set of an evaluation stands to each that was trained with."""
    for one in tested:
        for other in trained:
            same = is_same(view, one.place, other.place)
            how = Relation.SAME if same else relation(one.place, other.place)
            if how is Relation.SAME and (one.part or other.part or not one.version or one.version != other.version):
                how = Relation.PERHAPS
            yield how
