from factories.aws import OTHER_ACCOUNT, document, role
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

SAGEMAKER = {"Service": "sagemaker.amazonaws.com"}
BEDROCK = {"Service": "bedrock.amazonaws.com"}
SOURCE = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
NOT_OURS = {"StringNotEquals": {"aws:SourceAccount": "111122223333"}}
GITHUB = {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"}
CLUSTER = {"Federated": "arn:aws:iam::111122223333:oidc-provider/oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLE"}
TERRAFORM = {"Federated": "arn:aws:iam::111122223333:oidc-provider/app.terraform.io"}
COGNITO = {"Federated": "cognito-identity.amazonaws.com"}
OF_US = {"StringEquals": {"aws:PrincipalOrgID": "o-exampleorgid"}}
NOT_OF_US = {"StringNotEquals": OF_US["StringEquals"]}
ENDED = {"DateLessThan": {"aws:CurrentTime": "2024-01-31T00:00:00Z"}}
SAML = {"Federated": "arn:aws:iam::111122223333:saml-provider/northwind-example"}
POOL = "eu-west-1:11111111-2222-3333-4444-555555555555"


def statement(principal, effect="Allow", action="sts:AssumeRole", **members):
    return {"Effect": effect, "Principal": principal, "Action": action, **members}


def trusting(principal, *others, **members):
    return role(trust_policy=document(statement(principal, **members), *others))


def from_arn(pattern: str):
    return trusting(SAGEMAKER, Condition={"ArnLike": {"AWS:SourceArn": pattern}})


def by_web(principal, **tests):
    """A trust by web identity, with tests of claims: `sub` with wildcards, others of equality."""
    host = principal["Federated"].partition("oidc-provider/")[2] or principal["Federated"]
    condition = {}
    for claim, value in tests.items():
        condition.setdefault("StringLike" if set("*?") & set(value) else "StringEquals", {})[f"{host}:{claim}"] = value
    return trusting(principal, action="sts:AssumeRoleWithWebIdentity", **({"Condition": condition} if tests else {}))


def by_saml(**tests):
    condition = {"Condition": {"StringEquals": {f"SAML:{claim}": value for claim, value in tests.items()}}}
    return trusting(SAML, action="sts:AssumeRoleWithSAML", **(condition if tests else {}))


BUT_FOR_US = statement("*", "Deny", Condition=NOT_OURS)
BUT_OF_US = statement("*", "Deny", Condition=NOT_OF_US)
TAGS = statement(SAGEMAKER, action="sts:TagSession")


def where(key, value):
    return {"Condition": {"StringEquals": {key: value}}}


def like(key, value, operator="StringLike"):
    return {"Condition": {operator: {key: value}}}


def less(key, value):
    return like(key, value, "NumericLessThan")


def from_networks(*networks, operator="IpAddress"):
    return like("aws:SourceIp", list(networks), operator)


CASES = {
    "iam_ml_role_trust_without_source": [
        Case("named account", PASS, trusting(SAGEMAKER, Condition=SOURCE)),
        Case("account of the role", PASS, trusting(SAGEMAKER, **where("aws:SourceAccount", "${aws:ResourceAccount}"))),
        Case("resources of a named account", PASS, from_arn("arn:aws:sagemaker:*:111122223333:*")),
        Case("resources of every account", FAIL, from_arn("arn:aws:sagemaker:*:*:*")),
        Case("resources of every account, in short", FAIL, from_arn("arn:aws:sagemaker:*")),
        Case(
            "a named account or any other",
            FAIL,
            trusting(SAGEMAKER, Condition={"StringLike": {"aws:SourceAccount": ["111122223333", "*"]}}),
        ),
        Case(
            "a named organisation",
            PASS,
            trusting(SAGEMAKER, Condition={"StringEquals": {"aws:SourceOrgID": "o-exampleorgid"}}),
        ),
        Case("any organisation", FAIL, trusting(SAGEMAKER, **like("aws:SourceOrgID", "o-*"))),
        Case("buckets of any account", FAIL, from_arn("arn:aws:s3:::*")),
        Case("a bucket by its name", PASS, from_arn("arn:aws:s3:::northwind-example-models")),
        Case("anyone", FAIL, trusting(SAGEMAKER)),
        Case(
            "anyone, and all but us are denied",
            PASS,
            trusting(SAGEMAKER, BUT_FOR_US),
        ),
        Case(
            "anyone, and tags for sessions",
            PASS,
            trusting(SAGEMAKER, TAGS, Condition=SOURCE),
        ),
        Case("anyone may tag sessions", NOT_APPLICABLE, trusting(SAGEMAKER, action="sts:TagSession")),
        Case("somebody else", FAIL, trusting(SAGEMAKER, **where("aws:SourceAccount", OTHER_ACCOUNT))),
        Case(
            "a named account, if there is one",
            UNKNOWN,
            trusting(SAGEMAKER, Condition={"StringEqualsIfExists": {"aws:SourceAccount": "111122223333"}}),
        ),
        Case("among other services", FAIL, trusting({"Service": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]})),
        Case(
            "all but one account", FAIL, trusting(SAGEMAKER, Condition={"StringNotEquals": {"aws:SourceAccount": "1"}})
        ),
        Case(
            "a condition on what is not known",
            UNKNOWN,
            trusting(SAGEMAKER, **where("aws:SourceVpc", "vpc-0a1b2c3d")),
        ),
        *(
            Case(f"a condition on {key}, which no service has", NOT_APPLICABLE, trusting("*", **where(key, value)))
            for key, value in (
                ("aws:PrincipalTag/a", "b"),
                ("aws:PrincipalOrgPaths", "o-exampleorgid/r-ab12/ou-ab12-11111111/"),
                ("sts:ExternalId", "agreed"),
            )
        ),
        Case("for its own organisation", PASS, trusting(SAGEMAKER, **where("aws:SourceOrgID", "${aws:ResourceOrgID}"))),
        Case("another service", NOT_APPLICABLE, trusting({"Service": "lambda.amazonaws.com"})),
        Case("the role was denied", UNKNOWN, role()),
    ],
    "iam_ml_role_trusts_everyone": [
        Case("a service", PASS, trusting(SAGEMAKER)),
        Case("one account", PASS, trusting({"AWS": "arn:aws:iam::111122223333:root"})),
        Case("everyone", FAIL, trusting({"AWS": "*"})),
        Case("everyone, in short", FAIL, trusting("*")),
        Case("services, for us", PASS, trusting("*", Condition=SOURCE)),
        Case("everyone of an organisation", PASS, trusting("*", Condition=OF_US)),
        Case(
            "everyone, and those outside the organisation are denied",
            PASS,
            trusting("*", BUT_OF_US),
        ),
        Case("everyone who is not denied", FAIL, trusting("*", statement({"AWS": OTHER_ACCOUNT}, "Deny"))),
        Case("everyone may tag sessions", PASS, trusting("*", action="sts:TagSession")),
        Case(
            "everyone but one",
            FAIL,
            role(trust_policy=document({"Effect": "Allow", "NotPrincipal": {"AWS": OTHER_ACCOUNT}, "Action": "sts:*"})),
        ),
        Case(
            "everyone of its own organisation",
            PASS,
            trusting("*", **where("aws:PrincipalOrgID", "${aws:ResourceOrgID}")),
        ),
        Case("everyone, for a term that has ended", PASS, trusting("*", Condition=ENDED)),
        Case("everyone of any organisation", FAIL, trusting("*", **like("aws:PrincipalOrgID", "o-*"))),
        Case("everyone of any part of one", FAIL, trusting("*", **like("aws:PrincipalOrgPaths", "o-*/r-*/*"))),
        Case(
            "everyone, and those outside a part of the organisation are denied",
            PASS,
            trusting(
                "*", statement("*", "Deny", **like("aws:PrincipalOrgPaths", "o-us/*", "ForAllValues:StringNotLike"))
            ),
        ),
        *(
            Case(f"everyone who has {key} in his account", FAIL, trusting("*", **where(key, value)))
            for key, value in (
                ("aws:PrincipalTag/team", "ml"),
                ("aws:username", "deploy"),
                ("aws:PrincipalType", "User"),
                ("aws:MultiFactorAuthPresent", "true"),
                ("sts:SourceIdentity", "ada"),
            )
        ),
        Case("everyone who signed in lately", FAIL, trusting("*", **less("aws:MultiFactorAuthAge", "3600"))),
        Case("everyone from everywhere", FAIL, trusting("*", **from_networks("0.0.0.0/0", "::/0"))),
        Case("everyone from either half", FAIL, trusting("*", **from_networks("0.0.0.0/1", "128.0.0.0/1"))),
        Case("everyone from a range", UNKNOWN, trusting("*", **from_networks("203.0.113.0/24"))),
        Case(
            "everyone but from a range", FAIL, trusting("*", **from_networks("203.0.113.0/24", operator="NotIpAddress"))
        ),
        Case("whoever has an id", UNKNOWN, trusting("*", **like("aws:userid", "AROAEXAMPLE000000000:*"))),
        Case("everyone who knows a word", UNKNOWN, trusting("*", **where("sts:ExternalId", "a"))),
        Case("everyone in a network", UNKNOWN, trusting("*", **where("aws:SourceVpc", "vpc-1"))),
        Case(
            "everyone of our account",
            PASS,
            trusting("*", **where("aws:PrincipalAccount", "111122223333")),
        ),
        Case("a role that is gone", PASS, trusting({"AWS": "AROAEXAMPLE000000000"})),
        Case("who knows whom", UNKNOWN, trusting({"AWS": "northwind"})),
        Case("the role was denied", UNKNOWN, role()),
    ],
    "iam_ml_role_trusts_service_without_source": [
        Case("for us", PASS, trusting(BEDROCK, Condition=SOURCE)),
        Case("for anyone", FAIL, trusting(BEDROCK)),
        Case("for anyone, beside SageMaker", FAIL, trusting({"Service": [*SAGEMAKER.values(), *BEDROCK.values()]})),
        Case("for anyone, and all but us are denied", PASS, trusting(BEDROCK, BUT_FOR_US)),
        Case("for anyone, in one region", FAIL, trusting({"Service": "states.eu-west-1.amazonaws.com"})),
        Case("for anyone, in China", FAIL, trusting({"Service": "states.cn-north-1.amazonaws.com.cn"})),
        Case("an instance", NOT_APPLICABLE, trusting({"Service": "ec2.amazonaws.com"})),
        Case("an instance in China", NOT_APPLICABLE, trusting({"Service": "ec2.amazonaws.com.cn"})),
        Case("SageMaker alone", NOT_APPLICABLE, trusting(SAGEMAKER)),
        Case("a service of tomorrow", UNKNOWN, trusting({"Service": "tomorrow.amazonaws.com"})),
        Case("a service of tomorrow, for us", PASS, trusting({"Service": "tomorrow.amazonaws.com"}, Condition=SOURCE)),
        Case("the role was denied", UNKNOWN, role()),
    ],
    "iam_ml_role_trusts_any_federated_identity": [
        Case("a branch of a repository", PASS, by_web(GITHUB, sub="repo:northwind-example/models:ref:refs/heads/main")),
        Case("repositories of an organisation", PASS, by_web(GITHUB, sub="repo:northwind-example/*")),
        Case("any token", FAIL, by_web(GITHUB)),
        Case("any token for AWS", FAIL, by_web(GITHUB, aud="sts.amazonaws.com")),
        Case("any repository", FAIL, by_web(GITHUB, sub="repo:*")),
        Case("a branch of that name in any repository", FAIL, by_web(GITHUB, sub="repo:*:ref:refs/heads/main")),
        Case("organisations of a like name", FAIL, by_web(GITHUB, sub="repo:northwind*/models:*")),
        Case("organisations that differ in a letter", FAIL, by_web(GITHUB, sub="repo:northwin?/*")),
        Case("repositories that differ in a letter", PASS, by_web(GITHUB, sub="repo:northwind-example/model?:*")),
        Case("workspaces of an organisation", PASS, by_web(TERRAFORM, sub="organization:northwind:project:ml:*")),
        Case("workspaces of any organisation", FAIL, by_web(TERRAFORM, sub="organization:*:project:ml:*")),
        Case(
            "steps of a repository by its id", PASS, by_web(TERRAFORM, sub="{11111111-2222-3333-4444-555555555555}:*")
        ),
        Case("a claim that is not known", UNKNOWN, by_web(GITHUB, environment="production")),
        Case("any token, by an action that does not take it", PASS, trusting(GITHUB)),
        Case("a service account of a cluster", PASS, by_web(CLUSTER, sub="system:serviceaccount:ml:train")),
        Case("a namespace of a cluster", PASS, by_web(CLUSTER, sub="system:serviceaccount:ml:*")),
        Case("a cluster", FAIL, by_web(CLUSTER, sub="system:serviceaccount:*:*")),
        Case("an identity pool", PASS, by_web(COGNITO, aud=POOL)),
        Case("an identity pool, signed in", PASS, by_web(COGNITO, aud=POOL, amr="authenticated")),
        Case("guests of an identity pool", FAIL, by_web(COGNITO, aud=POOL, amr="unauthenticated")),
        Case("any identity pool", FAIL, by_web(COGNITO)),
        Case("any identity pool, signed in", FAIL, by_web(COGNITO, amr="authenticated")),
        Case("an application", PASS, by_web({"Federated": "accounts.google.com"}, aud="1.apps.example")),
        Case("any application", FAIL, by_web({"Federated": "accounts.google.com"})),
        Case("a SAML provider, for AWS", PASS, by_saml(aud="https://signin.aws.amazon.com/saml")),
        Case("a SAML provider", UNKNOWN, by_saml()),
        Case("nobody is federated", NOT_APPLICABLE, trusting(SAGEMAKER)),
        Case("the role was denied", UNKNOWN, role()),
    ],
}
