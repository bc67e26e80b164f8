"""What a deployed model has from the deployment resource pool whose machines it shares."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import UNSET, UnsetType

from checks.gcp.names import AIPLATFORM, full_name
from checks.gcp.vertex_ai.resources import DeployedModel, DeploymentResourcePool
from scanner.model.views import View

T = TypeVar("T")


def label(deployed: DeployedModel) -> str:
    return f"{deployed.display_name or 'model'} ({deployed.id})"


def has_machines(deployed: DeployedModel) -> bool:
    """Whether a deployed model runs on machines that its deployment, or its pool, names.

    Google runs tuned versions of its own large models on none: nobody sets up, or sees the logs of, a container there.
    """
    return bool(deployed.dedicated_resources or deployed.automatic_resources or deployed.shared_resources)


def pool_of(deployed: DeployedModel, view: View) -> DeploymentResourcePool | UnsetType | None:
    """The pool of a deployed model; None if its machines are its own, UNSET if the pool was not observed."""
    if not deployed.shared_resources:
        return None
    found = view.get(DeploymentResourcePool, full_name(AIPLATFORM, deployed.shared_resources))
    return found if isinstance(found, DeploymentResourcePool) else UNSET


def of_pool(
    deployed: DeployedModel, view: View, read: Callable[[DeploymentResourcePool], T | UnsetType | None]
) -> T | UnsetType | None:
    """What `read` finds in a deployed model's pool; None without one, UNSET if it was not observed."""
    pool = pool_of(deployed, view)
    return read(pool) if isinstance(pool, DeploymentResourcePool) else pool


def accounts(models: tuple[DeployedModel, ...], view: View) -> tuple[dict[str, list[str]], bool]:
    """The accounts that deployed models run as, by label, and whether all are known: a pool has one of its own."""
    found: dict[str, list[str]] = {}
    complete = True
    for deployed in models:
        shared = of_pool(deployed, view, lambda pool: pool.service_account)
        if isinstance(shared, UnsetType):
            complete, shared = False, None
        found[label(deployed)] = sorted({email for email in (deployed.service_account, shared) if email})
    return found, complete
