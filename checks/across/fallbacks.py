"""What clouds show of a way back from what serves, and of people before it. Nothing is concluded from absence.

Clouds record no more of either: who approved a package is not recorded, only who changed it last, and that there is
another version says nothing of how long it takes to serve it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import NamedTuple

from checks.aws.paths.served_packages import served_packages
from checks.aws.sagemaker.packages import named_alone, package_id
from checks.aws.sagemaker.people import different_people
from checks.aws.sagemaker.resources import Model, ModelPackage, UserContext
from checks.azure.ids import arm_id
from checks.azure.machine_learning.resources import OnlineDeployment, OnlineEndpoint
from checks.azure.members import folded
from checks.gcp.paths.documentation import served_models as vertex_models
from checks.gcp.vertex_ai.resources import Endpoint
from checks.gcp.vertex_ai.resources import Model as VertexModel
from scanner.model.numbers import whole
from scanner.model.views import View

APPROVED, EARLIER_PACKAGE = "approved by another", "earlier package"
SECOND_MODEL, EARLIER_VERSION, SECOND_DEPLOYMENT = "second model", "earlier version", "second deployment"


class Fact(NamedTuple):
    """One of the above, of a resource; `rests_on` are kinds and ids, `people` are the names of who was seen to act."""

    what: str
    rests_on: tuple[tuple[str, str], ...]
    people: frozenset[str] = frozenset()


def fallbacks(view: View, clouds: Collection[str]) -> Iterator[Fact]:
    """All that there is in these clouds."""
    for cloud, look in (("aws", _in_sagemaker), ("gcp", _in_vertex), ("azure", _in_azure)):
        if cloud in clouds:
            yield from look(view)


def _in_sagemaker(view: View) -> Iterator[Fact]:
    served = view.derive(served_packages).paths
    packages = {one.id: one for one in view.all(ModelPackage)}
    versions: defaultdict[str, list[ModelPackage]] = defaultdict(list)
    for one in packages.values():
        versions[_group(one)].append(one)
    deployable = {
        package_id(arn, model.scope.account): model.id for model in view.all(Model) for _, arn in named_alone(model)
    }
    for id in sorted(served.keys() & packages.keys()):
        one = packages[id]
        if one.approval_status == "Approved" and different_people(one.created_by, one.last_modified_by):
            yield Fact(APPROVED, ((ModelPackage.kind, id),), _names(one.last_modified_by))
        earlier = [other for other in versions[_group(one)] if other.id in deployable and _is_before(other, one)]
        if earlier:
            last = max(earlier, key=lambda other: other.version or 0)
            rests_on = ((ModelPackage.kind, id), (ModelPackage.kind, last.id), (Model.kind, deployable[last.id]))
            yield Fact(EARLIER_PACKAGE, rests_on)


def _is_before(other: ModelPackage, one: ModelPackage) -> bool:
    numbered = isinstance(other.version, int) and isinstance(one.version, int) and other.version < one.version
    return numbered and other.approval_status == "Approved"


def _group(package: ModelPackage) -> str:
    """The address without the version; that of a package in no group leads to none."""
    return package.id.partition("#")[0].rpartition("/")[0]


def _names(user: object) -> frozenset[str]:
    """What somebody is called, as far as SageMaker recorded it, in lower case."""
    if not isinstance(user, UserContext):
        return frozenset()
    identity = user.iam_identity
    named = (user.user_profile_arn, identity.arn if identity else None, identity.source_identity if identity else None)
    return frozenset(each.rpartition("/")[2].lower() for each in named if each)


def _in_vertex(view: View) -> Iterator[Fact]:
    for endpoint in view.all(Endpoint):
        if isinstance(endpoint.deployed_models, tuple) and len(endpoint.deployed_models) > 1:
            yield Fact(SECOND_MODEL, ((Endpoint.kind, endpoint.id),))
    versions: defaultdict[str, dict[int, str]] = defaultdict(dict)
    for model in view.all(VertexModel):
        number = whole(model.version) if isinstance(model.version, str) else None
        if number is not None:
            versions[model.id.partition("@")[0]][number] = model.id
    for name, version in view.derive(vertex_models).endpoints:
        known = versions.get(name.partition("@")[0], {})
        serves = whole(version)
        earlier = [number for number in known if serves is not None and number < serves]
        if earlier and serves in known:
            yield Fact(EARLIER_VERSION, ((VertexModel.kind, known[serves]), (VertexModel.kind, known[max(earlier)])))


def _in_azure(view: View) -> Iterator[Fact]:
    behind: defaultdict[str, list[str]] = defaultdict(list)
    for one in view.all(OnlineDeployment):
        if folded(one.provisioning_state) == "succeeded":
            behind[arm_id(one.id).rpartition("/deployments/")[0]].append(one.id)
    for endpoint in view.all(OnlineEndpoint):
        deployments = behind.get(arm_id(endpoint.id), [])
        if len(deployments) > 1:
            rests_on = tuple((OnlineDeployment.kind, id) for id in deployments[:2])
            yield Fact(SECOND_DEPLOYMENT, ((OnlineEndpoint.kind, endpoint.id), *rests_on))
