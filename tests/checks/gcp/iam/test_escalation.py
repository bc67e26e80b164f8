import pytest
from factories.gcp import (
    CUSTOM,
    EDITOR,
    OWN_ACCOUNT,
    PROJECT,
    SELF,
    UNTIL,
    binding,
    folder,
    folder_unread,
    organization,
    own_bucket,
    policy,
    role,
    role_unread,
    running,
    runs_as,
    service_account,
    serving,
    stored,
)
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case, judged

from checks.gcp.iam.resources import Role
from checks.gcp.iam.ways import EXCUSED, SHORTEST, WAYS

OTHER = f"projects/{PROJECT}/roles/runner"
GROUP = "group:data-science@northwind.example"
ACCOUNT = service_account()
USER = "roles/iam.serviceAccountUser"
BUILDS = role(CUSTOM, "cloudbuild.builds.create")
USES, SUBMITS = role(CUSTOM, "dataproc.clusters.use"), role(OTHER, "dataproc.jobs.create")
INSIDE = policy(above=("folders/1",))
BELOW = policy(binding(CUSTOM, SELF), above=("folders/1",))

CASES = {
    "gcp_ml_service_account_escalates": [
        Case("reads", PASS, ACCOUNT, policy(binding(CUSTOM, SELF)), role(CUSTOM)),
        Case("no role", PASS, ACCOUNT, policy()),
        Case("runs builds", FAIL, ACCOUNT, policy(binding(CUSTOM, SELF)), BUILDS),
        Case("somebody else runs builds", PASS, ACCOUNT, policy(binding(CUSTOM, "user:a@northwind.example")), BUILDS),
        Case(
            "runs builds of the folder",
            FAIL,
            ACCOUNT,
            policy(above=("folders/1",)),
            folder(binding(CUSTOM, SELF)),
            BUILDS,
        ),
        Case("half a way", PASS, ACCOUNT, policy(binding(CUSTOM, SELF)), USES),
        Case("a way by two roles", FAIL, ACCOUNT, policy(binding(CUSTOM, SELF), binding(OTHER, SELF)), USES, SUBMITS),
        Case("a way by a role here and one above", FAIL, ACCOUNT, BELOW, folder(binding(OTHER, SELF)), USES, SUBMITS),
        Case(
            "a way by two roles on the folder",
            FAIL,
            ACCOUNT,
            INSIDE,
            folder(binding(CUSTOM, SELF), binding(OTHER, SELF)),
            organization(),
            USES,
            SUBMITS,
        ),
        Case(
            "half a way here and half elsewhere",
            PASS,
            ACCOUNT,
            policy(binding(CUSTOM, SELF)),
            folder(binding(OTHER, SELF)),
            USES,
            SUBMITS,
        ),
        Case(
            "the other half on a condition",
            UNKNOWN,
            ACCOUNT,
            INSIDE,
            folder(binding(CUSTOM, SELF), binding(OTHER, SELF, condition=UNTIL)),
            organization(),
            USES,
            SUBMITS,
        ),
        Case(
            "the other half through a group",
            UNKNOWN,
            ACCOUNT,
            policy(binding(CUSTOM, SELF), binding(OTHER, GROUP)),
            USES,
            SUBMITS,
        ),
        Case("half a way through a group", PASS, ACCOUNT, policy(binding(OTHER, GROUP)), SUBMITS),
        Case("a way through a group", UNKNOWN, ACCOUNT, policy(binding(CUSTOM, GROUP)), BUILDS),
        Case("runs builds on a condition", UNKNOWN, ACCOUNT, policy(binding(CUSTOM, SELF, condition=UNTIL)), BUILDS),
        Case("acts as others, by a role not read", FAIL, ACCOUNT, policy(binding(USER, SELF))),
        Case("editor", FAIL, ACCOUNT, policy(binding(EDITOR, SELF))),
        Case("owner", FAIL, ACCOUNT, policy(binding("roles/owner", SELF))),
        Case("editor on a condition", UNKNOWN, ACCOUNT, policy(binding(EDITOR, SELF, condition=UNTIL))),
        Case("a role was denied", UNKNOWN, ACCOUNT, policy(binding(CUSTOM, SELF)), role_unread(CUSTOM)),
        Case("roles were not read", UNKNOWN, ACCOUNT, policy(binding(CUSTOM, SELF)), incomplete=(Role,)),
        Case("the folder was denied", UNKNOWN, ACCOUNT, INSIDE, folder_unread()),
    ],
}


def holding(permissions):
    """A project where the account has just these permissions."""
    return policy(binding(CUSTOM, SELF)), role(CUSTOM, *sorted(permissions))


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.name)
def test_every_way_is_seen_alone(way):
    """An account with just the permissions of a way is found, at its own check and at the endpoint that runs as it."""
    around = holding(way.permissions)
    found = judged("gcp_ml_service_account_escalates", ACCOUNT, *around)
    served = judged("vertex_endpoint_identity_can_take_over_project", serving(service_account=OWN_ACCOUNT), *around)

    assert (found.status, served.status) == (FAIL, FAIL)
    assert any(shorter.name in found.message for shorter in WAYS if shorter.permissions <= way.permissions)
    assert found.evidence["ProjectPolicy.bindings"] == {f"projects/{PROJECT}": [{"role": CUSTOM, "members": [SELF]}]}


@pytest.mark.parametrize("member", [SELF, "allUsers", "allAuthenticatedUsers"])
def test_an_account_has_what_everyone_has(member):
    """Each check that asks what a service account may do counts what is granted to all who are signed in, or to all.

    Of an account that is disabled or deleted nothing gets a token, whoever has the roles.
    """
    around = (policy(binding(EDITOR, member)), role(EDITOR, "storage.objects.create", "storage.objects.delete"))
    served = (
        serving(service_account=OWN_ACCOUNT),
        stored("gs://example-fraud-models/m", version="1"),
        own_bucket(bindings=()),
    )
    notebook = running(disable_public_ip=False, service_accounts=runs_as(OWN_ACCOUNT))
    asked = {
        "gcp_ml_service_account_basic_role": ACCOUNT,
        "gcp_ml_service_account_escalates": ACCOUNT,
        "vertex_endpoint_identity_can_take_over_project": served[0],
        "vertex_workbench_public_with_write_to_served_artifacts": notebook,
    }

    for slug, resource in asked.items():
        beside = [*around, *(one for one in served if one is not resource)]
        assert judged(slug, resource, *beside).status is FAIL, slug
        for off, said in ((service_account(disabled=True), "disabled"), (service_account(exists=False), "exist")):
            accused, *rest = (off, *beside) if resource is ACCOUNT else (resource, off, *beside)
            given = judged(slug, accused, *rest)
            assert (given.status, said in given.message) == (NOT_APPLICABLE, True), slug


@pytest.mark.parametrize("way", SHORTEST, ids=lambda way: way.name)
def test_a_shortest_way_takes_all_its_permissions(way):
    for missing in way.permissions:
        around = holding(way.permissions - {missing})
        assert judged("gcp_ml_service_account_escalates", ACCOUNT, *around).status is PASS


@pytest.mark.parametrize("name", sorted(EXCUSED))
def test_what_is_excused_is_not_said_to_be_a_way(name):
    assert EXCUSED[name]
    assert judged("gcp_ml_service_account_escalates", ACCOUNT, *holding(name.split(" + "))).status is PASS


def test_there_are_all_combinations_of_the_lists():
    sources = [way.source for way in WAYS]
    assert sum("Rhino" in source for source in sources) >= 22
    assert len(WAYS) + len(EXCUSED) >= 160
    assert len({way.permissions for way in WAYS}) == len(WAYS)
    assert all(source.startswith("https://") for source in sources)


def test_the_bindings_of_a_way_are_shown_where_they_are():
    found = judged("gcp_ml_service_account_escalates", ACCOUNT, BELOW, folder(binding(OTHER, SELF)), USES, SUBMITS)

    assert found.evidence["FolderPolicy.bindings"] == {"folders/1": [{"role": OTHER, "members": [SELF]}]}
    assert [id.rpartition("/")[2] for id in found.path[1:]] == ["1", PROJECT]
