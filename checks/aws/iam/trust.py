"""Checks of who may assume the IAM roles that ML resources run as."""

from collections.abc import Iterator
from typing import Any

from msgspec import UNSET, Struct

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer
from checks.aws.iam.conditions import Choice, Keys, choices
from checks.aws.iam.federation import keys_of_anybody, keys_of_guest, lets_guests_in, way_in
from checks.aws.iam.matching import Targets
from checks.aws.iam.policy import Documents
from checks.aws.iam.principals import STRANGER, Caller, Named, named
from checks.aws.iam.requests import OTHER_ORGANISATION, SOMETHING, keys_of_account, keys_of_nowhere, keys_of_service
from checks.aws.iam.resources import Role
from checks.aws.iam.statements import Rules, is_understood, rule_of, statements
from checks.aws.names import account_of
from checks.aws.partitions import regions
from scanner.model.checks import check
from scanner.model.nouns import Exposure, Severity, Verdict, failed, not_applicable, passed, unknown
from scanner.model.patterns import pattern

_ASSUME = "sts:assumerole"
_SAGEMAKER = "sagemaker.amazonaws.com"
_ACCOUNT = pattern(r"(?<!\d)\d{12}(?!\d)")
#: Services that say for whose resource they assume a role, as their documentation asks to test it.
_SAY_THE_SOURCE = frozenset(
    (
        *("bedrock", "bedrock-agentcore", "codebuild", "comprehend", "datasync", "events", "firehose", "forecast"),
        *("frauddetector", "glue", "iot", "iotevents", "kendra", "logs", "personalize", "pipes", "qbusiness"),
        *("rekognition", "scheduler", "states", "textract", "transcribe", "transfer", "translate", "vpc-flow-logs"),
    )
)
#: Services that take only roles of the account they work in, which was asked when the role was passed to them.
_KEEP_TO_THE_ACCOUNT = frozenset(("ec2", "ecs-tasks", "eks", "elasticmapreduce", "lambda", "pods.eks", "ssm"))


def _plain(service: str) -> str:
    """The name of a service alone: its principal may name a region, and in China the domain there."""
    names = service.removesuffix(".cn").removesuffix(".amazonaws.com").split(".")
    return ".".join(name for name in names if name not in regions())


class _Trust(Struct, frozen=True):
    """A trust policy made ready to be asked. It is about its role, and so names no resource."""

    role: Role
    rules: Rules

    def lets_in(self, caller: Caller, keys: Keys, action: str = _ASSUME) -> Answer:
        asked = {**keys, "aws:resourceaccount": (account_of(self.role.id),)}
        return Documents(caller, resource=self.rules).decide(action, Targets([self.role.id]), asked).of(0)

    def principals(self) -> Iterator[Named]:
        """Whom its Allow statements name, each once."""
        allows = (rule.statement for rule in self.rules.rules if not rule.denies)
        yield from dict.fromkeys(one for s in allows if "Principal" in s for one in named(s["Principal"]))

    def other_accounts(self) -> list[str]:
        """Accounts that its conditions name, beside that of the role."""
        tests = (test for rule in self.rules.rules for test in rule.condition.tests if test is not None)
        numbers = {number for test in tests for value in test.values for number in _ACCOUNT.findall(value)}
        return sorted(numbers - {account_of(self.role.id)})

    def unclear(self, keys: Keys, action: str = _ASSUME) -> tuple[str, ...]:
        """What of its conditions cannot be told."""
        found: list[str] = []
        for rule in self.rules.about(action).rules:
            for picked, certain in choices([rule.condition], keys):
                found += rule.condition.unclear(picked) if certain else rule.condition.keys
        return tuple(f"what {key} of the trust policy comes to" for key in sorted(set(found)))


def _trust(role: Role) -> _Trust:
    document = role.trust_policy or None
    rules = tuple(
        rule_of({**statement, "Resource": "*"})
        for statement in statements(document)
        if statement.get("Effect") in ("Allow", "Deny")
    )
    return _Trust(role, Rules(rules, is_understood(document), of_resource=True))


def _sources(trust: _Trust, service: str) -> tuple[list[str], list[str]]:
    """For whom outside the account a service may assume the role, and what keeps from telling."""
    by: list[str] = []
    unclear: list[str] = []
    caller = Caller(service=service)
    for account, label in ((STRANGER, "any source"), *((other, other) for other in trust.other_accounts())):
        # Some account of no organisation that is named: one that is named is no source like any other.
        keys = {**keys_of_service(account), **keys_of_nowhere("source", absent=UNKNOWN)}
        keys |= OTHER_ORGANISATION if account == STRANGER else {}
        answer = trust.lets_in(caller, keys)
        if answer is YES:
            by.append(label)
        elif answer is UNKNOWN:
            unclear += trust.unclear(keys) or ("what the trust policy comes to",)
    return by, unclear


@check(
    id="MLP-1505",
    severity=Severity.MEDIUM,
    objective="workload-identity",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
)
def iam_ml_role_trust_without_source(role: Role) -> Verdict:
    """SageMaker may assume the role on behalf of anyone, not only of this account.

    A condition whose values name no account, such as `arn:aws:sagemaker:*:*:*`, does not count, and one that names
    another account does not help. A test that ends in `IfExists` gives no verdict: it is not known whether SageMaker
    always says for whom it acts.

    ## Why it matters
    The trust policy lets the service in without asking for whom it acts. A request from another account that gets
    SageMaker to use this role would be served: the confused deputy problem.

    ## How to fix
    Add a condition on `aws:SourceAccount`, or on `aws:SourceArn`, to the statement that trusts
    `sagemaker.amazonaws.com`.

    Terraform: `condition` in the `assume_role_policy` of `aws_iam_role`. CLI: `aws iam update-assume-role-policy`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    """
    if role.trust_policy is UNSET:
        return unknown("trust_policy")
    trust = _trust(role)
    if trust.lets_in(Caller(service=_SAGEMAKER), _whoever()) is NO:
        return not_applicable("does not trust SageMaker")
    by, unclear = _sources(trust, _SAGEMAKER)
    if by:
        return failed(f"SageMaker may assume it for {', '.join(by)}", trust_policy=role.trust_policy)
    if unclear:
        return unknown(*dict.fromkeys(unclear))
    return passed("SageMaker may assume it for named sources only", trust_policy=role.trust_policy)


def _whoever() -> Keys:
    """Of a request of a service for whatever account a policy names."""
    keys = keys_of_service(STRANGER)
    anything = Choice(lambda _: YES, (SOMETHING,))
    return {**keys, **dict.fromkeys([key for key in keys if key.startswith("aws:source")], anything)}


@check(
    id="MLP-1506",
    severity=Severity.CRITICAL,
    objective="least-privilege",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
)
def iam_ml_role_trusts_everyone(role: Role) -> Verdict:
    """Role of an ML resource may be assumed from any AWS account.

    Denials and conditions count. One that keeps the caller to an organisation lets not every account in. One on what
    everybody can have, such as tags, names and second factors of his own, keeps nobody out. One on an external id or on
    some networks gives no verdict, as anybody may know the one and be in the other.

    ## Why it matters
    Anyone with an AWS account takes on the role, and with it reads training data and replaces models, without having to
    break into anything.

    ## How to fix
    Name the service or the few accounts and roles that need it as principals of the trust policy.

    Terraform: `principals` in the `assume_role_policy` of `aws_iam_role`. CLI: `aws iam update-assume-role-policy`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/best-practices.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
    """
    if role.trust_policy is UNSET:
        return unknown("trust_policy")
    trust = _trust(role)
    keys = {
        **keys_of_account(STRANGER),
        **keys_of_nowhere("principal"),
        **OTHER_ORGANISATION,
        "sts:externalid": Choice(lambda _: UNKNOWN, (SOMETHING,)),
    }
    match trust.lets_in(Caller(account=STRANGER), keys):
        case Answer.YES:
            return failed("every AWS account is trusted", trust_policy=role.trust_policy)
        case Answer.NO:
            return passed("not every AWS account is trusted", trust_policy=role.trust_policy)
        case _:
            return unknown(*(trust.unclear(keys) or ("what the principals of the trust policy come to",)))


@check(
    id="MLP-1507",
    severity=Severity.MEDIUM,
    objective="workload-identity",
    since="0.1.0",
    exposure=Exposure.CROSS_ACCOUNT,
    blind_to=(),
)
def iam_ml_role_trusts_service_without_source(role: Role) -> Verdict:
    """A service other than SageMaker may assume the role of an ML resource on behalf of anyone.

    Asked of services that say for whom they act. EC2, Lambda and others that only take roles of the account they work
    in are left out; of services that this check does not know, nothing is said.

    ## Why it matters
    A role that Bedrock, Glue or a scheduler may assume without being asked for whom can be used by a request from
    another account: the confused deputy problem, with the rights of the ML workload.

    ## How to fix
    Add a condition on `aws:SourceAccount`, or on `aws:SourceArn`, to the statement that trusts the service, and take
    services out that the workload does not use.

    Terraform: `condition` in the `assume_role_policy` of `aws_iam_role`. CLI: `aws iam update-assume-role-policy`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
    - https://docs.aws.amazon.com/bedrock/latest/userguide/cross-service-confused-deputy-prevention.html
    """
    if role.trust_policy is UNSET:
        return unknown("trust_policy")
    trust = _trust(role)
    services = sorted({one.text for one in trust.principals() if one.kind == "Service"} - {_SAGEMAKER})
    asked = [service for service in services if _plain(service) not in _KEEP_TO_THE_ACCOUNT]
    if not asked:
        return not_applicable("trusts no other service that acts for several accounts")
    found: dict[str, list[str]] = {}
    unclear: list[str] = []
    for service in asked:
        by, doubts = _sources(trust, service)
        if by and _plain(service) not in _SAY_THE_SOURCE:
            unclear.append(f"whether {service} says for whom it acts")
        elif by:
            found[service] = by
        unclear += doubts
    if found:
        said = "; ".join(f"{service} for {', '.join(by)}" for service, by in found.items())
        return failed(f"may be assumed by {said}", trust_policy=role.trust_policy)
    if unclear:
        return unknown(*dict.fromkeys(unclear))
    return passed(f"named sources only: {', '.join(asked)}", trust_policy=role.trust_policy)


def _decides_itself(action: str) -> bool:
    """Whether the provider itself decides for each identity which roles it may have."""
    return action == "sts:assumerolewithsaml"


@check(
    id="MLP-1508",
    severity=Severity.HIGH,
    objective="workload-identity",
    since="0.1.0",
    exposure=Exposure.INTERNET,
    blind_to=("what an identity provider asserts of whom",),
)
def iam_ml_role_trusts_any_federated_identity(role: Role) -> Verdict:
    """Role of an ML resource may be assumed by any identity of a federated provider.

    An OpenID Connect provider has to be held to a subject (`…:sub`) whose owner is spelled out, Amazon Cognito to an
    identity pool (`…:aud`) and not to its guests, a public sign-in to an application. Of a SAML provider without a
    condition nothing is said: it decides itself whom it sends.

    ## Why it matters
    Anyone can have a token of GitHub, GitLab or a Cognito pool. Without a condition on whose token it is, a workflow in
    a repository of a stranger takes on the role, reads training data and replaces models.

    ## How to fix
    Test the subject in the trust policy, such as `repo:my-organisation/my-repository:ref:refs/heads/main`, and for
    Cognito the id of your identity pool as audience.

    Terraform: `condition` in the `assume_role_policy` of `aws_iam_role`. CLI: `aws iam update-assume-role-policy`.

    ## References
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-idp_oidc.html
    - https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
    - https://docs.aws.amazon.com/cognito/latest/developerguide/role-trust-and-permissions.html
    """
    if role.trust_policy is UNSET:
        return unknown("trust_policy")
    trust = _trust(role)
    providers = [one.text for one in trust.principals() if one.kind == "Federated"]
    if not providers:
        return not_applicable("trusts no federated provider")
    by: list[str] = []
    unclear: list[str] = []
    for provider in providers:
        action, keys = way_in(provider), keys_of_anybody(provider)
        answer = trust.lets_in(Caller(federated=provider), keys, action)
        if answer is YES and _decides_itself(action):
            unclear.append(f"whom {provider} sends")
        elif answer is YES:
            by.append(provider)
        elif answer is UNKNOWN:
            unclear += trust.unclear(keys, action) or ("what the trust policy comes to",)
        elif trust.lets_in(Caller(federated=provider), keys_of_guest(), action) is YES and lets_guests_in(trust.rules):
            by.append(f"{provider} that did not sign in")
    evidence: dict[str, Any] = {"trust_policy": role.trust_policy}
    if by:
        return failed(f"may be assumed by any identity of {', '.join(by)}", **evidence)
    if unclear:
        return unknown(*dict.fromkeys(unclear))
    return passed(f"held to some identities: {', '.join(providers)}", **evidence)
