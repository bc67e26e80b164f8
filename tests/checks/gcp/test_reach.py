"""What an account may replace is found without asking about every bucket, and is what asking about every one gives."""

from __future__ import annotations

from factories.gcp import ANYWHERE, binding, bucket, deployed, endpoint, role, running, runs_as, stored
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, structs
from support import UNKNOWN, inventory_of, registered

from checks.gcp.iam.grants import may_replace
from checks.gcp.iam.resources import ProjectPolicy
from checks.gcp.names import PROJECTS, bucket_id, full_name
from checks.gcp.reach import NAMED, bindings_in, replaceable, serving
from checks.gcp.storage.resources import Bucket
from checks.gcp.vertex_ai.resources import Endpoint, Model
from scanner.model.views import View
from scanner.store.inventory import InventoryView

CHECK = registered()[0]["MLP-4204"]
NEEDS = CHECK.needs
EMAILS = ["a@x.iam.gserviceaccount.com", "b@x.iam.gserviceaccount.com", "c@x.iam.gserviceaccount.com"]
PROJECT_IDS = ["one", "two"]
ROLES = [
    role("roles/storage.objectViewer"),
    role("roles/owner", "storage.objects.create"),
    role("roles/editor"),
    role("roles/creator", "storage.objects.create"),
    role("roles/deleter", "storage.objects.delete"),
    role("roles/taker", "storage.buckets.setIamPolicy"),
]
members = st.sampled_from(
    [f"serviceAccount:{email}" for email in EMAILS] * 3
    + [f"project{who}:{project}" for who in ("Owner", "Editor") for project in PROJECT_IDS]
    + ["allUsers", "user:ada@northwind.example"]
)
bindings = st.lists(
    st.builds(
        binding,
        st.sampled_from([*(found.name for found in ROLES), "roles/unread"]),
        members,
        members,
        condition=st.sampled_from([None, None, "x"]),
    ),
    max_size=3,
).map(tuple)
buckets = st.fixed_dictionaries(
    {
        "exists": st.sampled_from([True, True, True, True, False, UNSET]),
        "project": st.sampled_from([*PROJECT_IDS, *PROJECT_IDS, None]),
        "bindings": st.one_of(bindings, bindings, bindings, st.just(UNSET)),
        "folder_bindings": st.one_of(st.just(()), st.just(()), bindings, st.just(UNSET)),
        "retention_period": st.sampled_from([None, None, "1", "86400", UNSET]),
        "event_based_hold": st.sampled_from([None, None, False, True, UNSET]),
    }
)


def policy(project: str, given: object) -> ProjectPolicy:
    id = full_name(PROJECTS, f"projects/{project}")
    return ProjectPolicy(id=id, name=project, scope=ANYWHERE, bindings=given)


def production(*found: Bucket):
    """Endpoints that each serve a model from one of the buckets."""
    for number, each in enumerate(found):
        yield each
        yield stored(f"gs://{each.name}/model", number=str(number), version="1")
        yield endpoint(str(number), deployed_models=(deployed(str(number)),))


def one_by_one(view: View, email: str):
    """The first bucket that may be replaced, and those it is unknown of."""
    doubts = []
    for name in view.derive(serving).buckets:
        found = view.get(Bucket, bucket_id(name))
        if found.exists is False:
            continue
        owner = view.get(ProjectPolicy, full_name(PROJECTS, f"projects/{found.project}"))
        observed = UNSET not in (found.exists, found.bindings, found.folder_bindings) and isinstance(
            owner, ProjectPolicy
        )
        answer = may_replace(view, owner, bindings_in(found), email) if observed else None
        kept = found.retention_period not in (None, "1") or found.event_based_hold not in (None, False)
        answer = None if answer and kept else answer
        if answer:
            return name, ()
        doubts += [name] * (answer is None)
    return "", tuple(doubts)


@given(st.lists(buckets, max_size=6), st.tuples(bindings, bindings), st.booleans())
def test_all_at_once_is_as_one_by_one(settings, policies, all_roles):
    found = [bucket(f"bucket-{number}", **fields) for number, fields in enumerate(settings)]
    owners = map(policy, PROJECT_IDS, policies)
    inventory = inventory_of(*production(*found), *owners, *ROLES[not all_roles :])

    for email in EMAILS:
        reach = replaceable(InventoryView(inventory, NEEDS), email)
        assert (reach.first, reach.doubts) == one_by_one(InventoryView(inventory, NEEDS), email)


def test_of_many_open_questions_only_the_first_are_named():
    found = [bucket(f"bucket-{number:03}") for number in range(3 * NAMED)]
    subject = running(disable_public_ip=False, service_accounts=runs_as(*EMAILS[:2]))
    verdict = CHECK(subject, InventoryView(inventory_of(subject, *production(*found)), NEEDS))

    assert verdict.status is UNKNOWN
    assert verdict.message.count("what ") == NAMED
    assert "what a@x.iam.gserviceaccount.com may do in bucket-000, what b@x" in verdict.message
    assert verdict.message.endswith("and more of these")


def test_a_few_open_questions_are_all_named():
    found = [bucket(f"bucket-{number:03}") for number in range(NAMED)]
    subject = running(disable_public_ip=False, service_accounts=runs_as(EMAILS[0]))
    verdict = CHECK(subject, InventoryView(inventory_of(subject, *production(*found)), NEEDS))

    assert verdict.message.count("what ") == NAMED
    assert "more" not in verdict.message


def test_models_that_were_not_seen_leave_the_list_open():
    for missing in (Endpoint, Model):
        view = InventoryView(inventory_of(*production(bucket()), incomplete=[missing]), NEEDS)
        assert not view.derive(serving).complete
    unseen = structs.replace(endpoint(), deployed_models=UNSET)
    assert not InventoryView(inventory_of(unseen), NEEDS).derive(serving).complete
