"""What anybody at all can bring from an identity provider, where a trust policy names no one."""

from checks.aws.iam.answers import NO, YES, Answer
from checks.aws.iam.conditions import Choice, Keys, Later
from checks.aws.iam.matching import glob
from checks.aws.iam.requests import ANYTHING, NOW, SOMETHING
from checks.aws.iam.statements import Rules
from scanner.model.patterns import pattern

#: Providers that AWS knows by name, whose tokens are issued for an application (or identity pool) that somebody owns.
#: The identity pools of Cognito have a name in each part of AWS.
COGNITO = (
    "cognito-identity.amazonaws.com",
    "cognito-identity-us-gov.amazonaws.com",
    "cognito-identity.us-gov-east-1.amazonaws.com",
    "cognito-identity.cn-north-1.amazonaws.com.cn",
)
_BY_APPLICATION = {
    **dict.fromkeys(COGNITO, ("aud",)),
    "accounts.google.com": ("aud", "azp", "oaud"),
    "graph.facebook.com": ("app_id",),
    "www.amazon.com": ("app_id",),
}
#: What an identity pool of Cognito says of those who did not sign in, and under which key.
_GUEST, _HOW = "unauthenticated", tuple(f"{host}:amr" for host in COGNITO)
#: What stands for a single letter that is left open: no name has it.
_LETTER = "\0"
_KUBERNETES = "system:serviceaccount:"
#: What a subject may begin with: the kind of its owner. The name of the owner follows, up to one of these signs.
_KIND = pattern(r"[a-z_\-]+")
_ENDS = pattern(r"[:/]")
#: Of somebody whom no policy names: nothing that is spelled out.
_UNNAMED = Choice(lambda _: NO, (SOMETHING,), absent=NO)


def way_in(provider: str) -> str:
    """The action, in lower case, by which identities of a provider assume a role."""
    return "sts:assumerolewithsaml" if ":saml-provider/" in provider else "sts:assumerolewithwebidentity"


def keys_of_anybody(provider: str) -> Keys:
    """Of a request of somebody who is known to the provider, and to nobody else."""
    keys: dict[str, Choice | Later] = {"sts:rolesessionname": ANYTHING, "aws:currenttime": NOW, "aws:epochtime": NOW}
    if ":saml-provider/" in provider:
        return {**keys, "saml:aud": _UNNAMED, "saml:sub": _UNNAMED}
    host = provider.partition(":oidc-provider/")[2] or provider
    issuer = host.lower()
    if host in _BY_APPLICATION:
        unnamed = ("sub", "user_id", "id", *_BY_APPLICATION[host])
        return {**keys, f"{issuer}:amr": ANYTHING, **{f"{issuer}:{claim}": _UNNAMED for claim in unnamed}}
    subject = Choice(_may_be_anybody, (SOMETHING,), absent=NO, fill=_opened)
    # Whoever asks for a token may say for which audience.
    return {**keys, f"{issuer}:sub": subject, f"{issuer}:aud": ANYTHING._replace(absent=NO)}


def lets_guests_in(rules: Rules) -> bool:
    """Whether statements that allow name those who did not sign in: whoever knows the identity pool is one."""
    tests = (test for rule in rules.rules if not rule.denies for test in rule.condition.tests if test is not None)
    return any(test.key in _HOW and any(glob(value, _GUEST) for value in test.values) for test in tests)


def keys_of_guest() -> Keys:
    """Of a request of somebody who did not sign in to an identity pool that a policy names."""
    pools = {f"{host}:aud": ANYTHING._replace(absent=NO) for host in COGNITO}
    return {**pools, **dict.fromkeys(_HOW, (_GUEST,)), "sts:rolesessionname": ANYTHING}


def _opened(subject: str) -> str:
    return subject.replace("*", SOMETHING).replace("?", _LETTER)


def _may_be_anybody(subject: str) -> Answer:
    """Whether a subject, made of a pattern, leaves open whose it is: `repo:OWNER/…`, `organization:OWNER:…`.

    In a cluster the owner is the namespace; where a subject has no such form, all of it is, or what comes first if that
    is no word for a kind, but an id.
    """
    kind, colon, rest = subject.removeprefix(_KUBERNETES).partition(":")
    if colon and not subject.startswith(_KUBERNETES) and _KIND.fullmatch(kind):
        kind = _ENDS.split(rest, maxsplit=1)[0]
    return YES if SOMETHING in kind or _LETTER in kind else NO
