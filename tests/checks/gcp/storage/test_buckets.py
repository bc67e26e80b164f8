from factories.gcp import KEY, admitting, binding, bucket, granting, own_bucket
from msgspec import UNSET
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.gcp.storage.buckets import gcp_ml_bucket_without_versions
from checks.gcp.storage.resources import LifecycleRule, RuleAction, RuleCondition

VIEWER = "roles/storage.objectViewer"
PRIVATE = (binding(VIEWER, "serviceAccount:serving@example-fraud-prod.iam.gserviceaccount.com"),)
#: What every check of a bucket says of buckets that are not the scanned projects' to change.
NOT_OURS = [
    Case("it does not exist", NOT_APPLICABLE, bucket(exists=False, project=None)),
    Case("another project's", NOT_APPLICABLE, bucket(exists=True, project=None)),
    Case("whose it is was not observed", UNKNOWN, bucket(exists=True)),
    Case("details were denied", UNKNOWN, own_bucket()),
]


EVERYONE = binding(VIEWER, "allUsers")


def kept(versions=None, retention=None, soft=None, held=None, rules=None):
    periods = {"retention_period": retention, "soft_delete": soft}
    return own_bucket(versioning=versions, event_based_hold=held, lifecycle=rules, **periods)


def with_rules(*conditions, soft="604800", does="Delete"):
    """A bucket with versions whose lifecycle has a rule for each of these conditions."""
    rules = (LifecycleRule(action=RuleAction(type=does), condition=RuleCondition(**each)) for each in conditions)
    return kept(versions=True, soft=soft, rules=tuple(rules))


CASES = {
    "gcp_ml_bucket_public": [
        Case("prevented, whatever the policy says", PASS, own_bucket(public_access_prevention="enforced")),
        Case("only named members", PASS, granting(*PRIVATE)),
        Case("no policy at all", PASS, granting()),
        Case("everyone", FAIL, granting(EVERYONE)),
        Case("every Google account", FAIL, granting(*PRIVATE, binding(VIEWER, "allAuthenticatedUsers"))),
        Case("everyone, on a condition", FAIL, granting(binding(VIEWER, "allUsers", condition="true"))),
        Case("everyone, on a managed folder", FAIL, granting(*PRIVATE, folders=(f"raw/: {VIEWER}: allUsers",))),
        Case("managed folders denied", UNKNOWN, granting(*PRIVATE, open_folders=UNSET)),
        Case("everyone, which a policy prevents", PASS, granting(EVERYONE, prevented_by_policy=True)),
        Case("everyone, unless a policy prevents it", UNKNOWN, granting(EVERYONE, prevented_by_policy=UNSET)),
        Case("everyone, from some networks", PASS, granting(EVERYONE, ip_filter=admitting("192.0.2.0/24"))),
        Case("everyone, from networks of yours", PASS, granting(EVERYONE, ip_filter=admitting())),
        *(
            Case(f"everyone, from {ranges}", FAIL, granting(EVERYONE, ip_filter=admitting(*ranges)))
            for ranges in (("0.0.0.0/1",), ("17.0.0.0/8",), ("198.51.100.0/24", "::/0"), ("16.0.0.0/9", "17.0.0.0/9"))
        ),
        Case("everyone, from everywhere", FAIL, granting(EVERYONE, ip_filter=admitting("0.0.0.0/1", "128.0.0.0/1"))),
        Case("everyone, from inner addresses", PASS, granting(EVERYONE, ip_filter=admitting("10.0.0.0/8"))),
        Case("a filter that is off", FAIL, granting(EVERYONE, ip_filter=admitting("192.0.2.0/24", mode="Disabled"))),
        Case("a filter of a later version", UNKNOWN, granting(EVERYONE, ip_filter=admitting(mode="Partial"))),
        Case("a filter with no address", UNKNOWN, granting(EVERYONE, ip_filter=admitting("somewhere"))),
        Case("objects with lists of their own", UNKNOWN, granting(*PRIVATE, uniform=False)),
        Case("objects with lists, prevented by a policy", PASS, granting(uniform=False, prevented_by_policy=True)),
        Case("a prevention of a later version", UNKNOWN, granting(EVERYONE, public_access_prevention="partial")),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_public_access_not_prevented": [
        Case("enforced", PASS, own_bucket(public_access_prevention="enforced")),
        Case("by a policy", PASS, own_bucket(public_access_prevention="inherited", prevented_by_policy=True)),
        Case("inherited", FAIL, own_bucket(public_access_prevention="inherited", prevented_by_policy=False)),
        Case("left out", FAIL, own_bucket(public_access_prevention=None, prevented_by_policy=False)),
        Case("inherited, the policy denied", UNKNOWN, own_bucket(public_access_prevention="inherited")),
        Case("a value of a later API version", UNKNOWN, own_bucket(public_access_prevention="partial")),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_object_access_lists": [
        Case("uniform", PASS, own_bucket(uniform_access=True)),
        Case("object by object", FAIL, own_bucket(uniform_access=False)),
        Case("left out, which means object by object", FAIL, own_bucket(uniform_access=None)),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_without_versions": [
        Case("versions", PASS, kept(versions=True)),
        Case("versions that go after a month", PASS, with_rules({"days_since_noncurrent_time": 30})),
        Case("versions that go after a week, and a week", FAIL, with_rules({"days_since_noncurrent_time": 7})),
        Case(
            "versions that go after a week, and a month",
            PASS,
            with_rules({"days_since_noncurrent_time": 7}, soft="2592000"),
        ),
        Case("versions that go at once", FAIL, with_rules({"is_live": False})),
        Case("versions of old objects, which go at once", UNKNOWN, with_rules({"age": 90})),
        Case("all but the current version go", FAIL, with_rules({"num_newer_versions": 1})),
        Case("all but the last three versions go", PASS, with_rules({"num_newer_versions": 3})),
        Case("current versions go when they are old", PASS, with_rules({"age": 90, "is_live": True})),
        Case("versions move to another class", PASS, with_rules({"age": 30}, does="SetStorageClass")),
        Case("versions below a folder go", UNKNOWN, with_rules({"is_live": False, "matches_prefix": ("tmp/",)})),
        Case(
            "versions below a folder go, and so do others",
            FAIL,
            with_rules({"is_live": False, "matches_prefix": ("tmp/",)}, {"days_since_noncurrent_time": 3}),
        ),
        Case("retention", PASS, kept(retention="31536000")),
        Case("retention of a second", FAIL, kept(retention="1")),
        Case("soft deletion for three months", PASS, kept(soft="7776000")),
        Case("soft deletion for the week that is the default", FAIL, kept(soft="604800")),
        Case("a hold of each new object", PASS, kept(soft="0", held=True)),
        Case("none of them", FAIL, kept(versions=False, soft="0", held=False)),
        Case("a period that is no number", UNKNOWN, kept(retention="a year")),
        Case("a period in digits that make none", UNKNOWN, kept(retention="²")),
        *NOT_OURS,
    ],
    "gcp_ml_bucket_without_own_key": [
        Case("own key", PASS, own_bucket(kms_key=KEY)),
        Case("Google's key", FAIL, own_bucket(kms_key=None, google_key_restriction=None)),
        Case("Google's key, allowed in words", FAIL, own_bucket(kms_key=None, google_key_restriction="NotRestricted")),
        Case(
            "no key, and Google's is refused", PASS, own_bucket(kms_key=None, google_key_restriction="FullyRestricted")
        ),
        Case("a restriction of a later version", UNKNOWN, own_bucket(kms_key=None, google_key_restriction="Sometimes")),
        Case("whether Google's is refused not observed", UNKNOWN, own_bucket(kms_key=None)),
        *NOT_OURS,
    ],
}


def test_what_is_lost_and_when_is_said() -> None:
    assert gcp_ml_bucket_without_versions(kept(soft="604800")).message.endswith("lost after 7 days")
    assert gcp_ml_bucket_without_versions(kept(retention="1")).message == "what is overwritten is lost"
