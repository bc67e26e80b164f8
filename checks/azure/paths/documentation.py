"""Whether what serves is described. What descriptions say was recorded: a pass says that, not that it is true."""

from msgspec import Struct

from checks.azure.ids import arm_id
from checks.azure.machine_learning.assets import model_path
from checks.azure.machine_learning.resources import Job, ModelVersion, OnlineDeployment
from checks.azure.machine_learning.states import is_broken, not_in_use
from checks.azure.paths.documents import documents_of
from checks.azure.storage.resources import ModelFolder
from checks.blind_spots import CARDS
from scanner.cards.card import Card, completeness, open_items
from scanner.cards.card_items import TITLES
from scanner.model.checks import check
from scanner.model.nouns import Severity, Status, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View

#: There may be a document that nobody read.
_UNREAD = unknown("ModelFolder.documents", "ModelFolder.refused")


class ServedVersions(Struct, frozen=True):
    """A deployment in use of each version, by the version's id, and what was not seen of what is deployed.

    `broken` are the deployments of each whose last change came to nothing.
    """

    deployments: dict[str, str]
    broken: dict[str, list[OnlineDeployment]]
    missing: tuple[str, ...]

    def doubt(self, version: str) -> Verdict | None:
        """Why it is not known whether a version is in use that nothing else serves; None if it surely is not."""
        said = (not_in_use(one) for one in self.broken.get(version, ()))
        return next((verdict for verdict in said if verdict is not None and verdict.status is Status.UNKNOWN), None)

    def doubts(self) -> bool:
        """Whether there is such doubt of some version."""
        return any(self.doubt(version) for version in self.broken)


@check(
    id="MLP-5331",
    severity=Severity.LOW,
    objective="model-documentation",
    since="0.1.0",
    needs=(ModelVersion, OnlineDeployment, Job, ModelFolder),
    blind_to=CARDS,
    recorded=True,
)
def azure_ml_served_model_undescribed(version: ModelVersion, view: View) -> Verdict:
    """Model version that an online deployment serves says nothing in the registry of what it is for.

    Azure ML has no model cards. What there is of one is in the descriptions of the model and of the version, and in
    tags of either that speak of an item of a card, such as `licence`. A placeholder such as `TODO` says nothing. That
    there is a description was recorded by whoever wrote it; it is no evidence that it is right. With `--read-documents`
    a file counts too that is called README.md or model_card and lies beside the files of the version, if it fills an
    item of a card, and no files of another model lie there. Models that a deployment takes from a registry are not
    looked at.

    ## Why it matters
    Whoever takes over the endpoint, reviews it or answers a complaint has to find out what the model is for and where
    it fails. The list of models in the workspace is where they look first.

    ## How to fix
    Describe the model or the version: what it is for, what it was trained on, what it must not be used for. Headings
    such as `## Out-of-scope uses` in a description are read as items of a model card. `mlposture card` drafts one. A
    card that lies in a file beside the artifact is read by a scan with `--read-documents`.

    CLI: `az ml model update --name … --version … --set description="…"`. Studio: Models, the version, Details.

    ## References
    - https://learn.microsoft.com/en-us/azure/machine-learning/how-to-manage-models
    - https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-model
    """
    if missing := unobserved(version, "card"):
        return missing
    deployment = deployment_of(version, view)
    if isinstance(deployment, Verdict):
        return deployment
    found = completeness(version.card).filled if version.card else ()
    path = (version.id, deployment)
    if found:
        said = ", ".join(TITLES[id].lower() for id in found)
        return passed(f"a description was recorded: {said}", path=path, card=version.card)
    documents = documents_of(version, view)
    evidence = {"card": version.card, **documents.evidence()}
    if any(completeness(card).filled for card in documents.cards):
        return passed("a document beside its artifact was recorded", path=path, **evidence)
    if not documents.complete:
        return _UNREAD
    beside = ", nor does the document beside its artifact" if documents.found else ""
    return failed(f"no description and no tag says what it is for{beside}", path=path, **evidence)


@check(
    id="MLP-5332",
    severity=Severity.INFORMATIONAL,
    objective="model-documentation",
    since="0.1.0",
    needs=(ModelVersion, OnlineDeployment, Job, ModelFolder),
    blind_to=CARDS,
    recorded=True,
)
def azure_ml_served_model_card_incomplete(version: ModelVersion, view: View) -> Verdict:
    """Model version that an online deployment serves is described, and leaves items of a model card open.

    The items are the 30 of Mitchell et al. (2019). One is there where a heading of a description, or a tag, speaks of
    it and holds more than a placeholder such as `TODO`. Date and version are in the registry itself. Of the
    descriptions, and of documents that `--read-documents` read, the fullest is judged. A version that nothing describes
    is left to MLP-5331.

    ## Why it matters
    What a card leaves out is mostly what it is read for: whom the model fails, on what data it was tested, and what it
    must not be used for.

    ## How to fix
    Fill in the items that the finding lists, each below a heading of its name in the description, or as a tag. Write
    "none" or "not known" where that is the answer: it tells the reader that somebody asked.

    CLI: `az ml model update --name … --version … --set tags.licence=Apache-2.0`.

    ## References
    - https://arxiv.org/abs/1810.03993
    - https://learn.microsoft.com/en-us/azure/machine-learning/reference-yaml-model
    """
    if missing := unobserved(version, "card", "create_time"):
        return missing
    deployment = deployment_of(version, view)
    if isinstance(deployment, Verdict):
        return deployment
    if not version.card or not completeness(version.card).filled:
        documents = documents_of(version, view)
        if not any(completeness(card).filled for card in documents.cards):
            return not_applicable("nothing describes it", card=version.card) if documents.complete else _UNREAD
    stated = ("MC-1.2", "MC-1.3") if version.create_time else ("MC-1.3",)
    found = completeness(version.card or Card(), stated)
    path, evidence = (version.id, deployment), {"create_time": version.create_time}
    if found.missing:
        documents = documents_of(version, view)
        evidence |= documents.evidence()
        found = max((found, *(completeness(card, stated) for card in documents.cards)), key=lambda one: len(one.filled))
        if found.missing and not documents.complete:
            return _UNREAD
    if not found.missing:
        return passed("all 30 items were recorded", path=path, card=version.card, **evidence)
    counted = {"filled": len(found.filled), "placeholder": found.placeholder, "empty": found.empty}
    return failed(open_items(found), path=path, **{**evidence, "card": counted})


def deployment_of(version: ModelVersion, view: View) -> str | Verdict:
    """A deployment in use of this very version; a verdict where there is none, or that is not known."""
    served = view.derive(served_versions)
    if served.missing:
        return unknown(*served.missing)
    if found := served.deployments.get(version.id):
        return found
    return served.doubt(version.id) or not_applicable("no deployment in use serves it")


def served_versions(view: View) -> ServedVersions:
    """An index of what is deployed, to be derived once."""
    found = view.all(OnlineDeployment)
    missing = set() if found.complete else {"OnlineDeployment"}
    deployments: dict[str, str] = {}
    broken: dict[str, list[OnlineDeployment]] = {}
    for one in found:
        # Of a broken one it matters whether it serves only where no other does.
        idle = None if is_broken(one) else not_in_use(one)
        if idle is not None and idle.status is Status.NOT_APPLICABLE:
            continue
        unseen = unobserved(one, "provisioning_state", "model")
        missing |= {f"OnlineDeployment.{field}" for field in unseen.missing} if unseen else set()
        if isinstance(one.model, str):
            version = arm_id(model_path(one.model))
            if is_broken(one):
                broken.setdefault(version, []).append(one)
            else:
                deployments.setdefault(version, one.id)
    return ServedVersions(deployments, broken, tuple(sorted(missing)))
