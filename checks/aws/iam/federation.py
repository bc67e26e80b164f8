"""What anybody at all can bring from an identity provider, where a trust policy names no one."""

from checks.aws.iam.answers import NO, YES, Answer
from checks.aws.iam.conditions import Choice, Keys
from checks.aws.iam.requests import ANYTHING, SOMETHING
from scanner.model.patterns import pattern

#: Providers that AWS knows by name, whose tokens are issued for an application (or identity pool) that somebody owns.
_COGNITO = "cognito-identity.amazonaws.com"
_BY_APPLICATION = {
    _COGNITO: ("aud",),
    "accounts.google.com": ("aud", "azp", "oaud"),
    "graph.facebook.com": ("app_id",),
    "www.amazon.com": ("app_id",),
}
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
    keys: dict[str, Choice] = {"sts:rolesessionname": ANYTHING}
    if ":saml-provider/" in provider:
        return {**keys, "saml:aud": _UNNAMED, "saml:sub": _UNNAMED}
    host = provider.partition(":oidc-provider/")[2] or provider
    issuer = host.lower()
    if host in _BY_APPLICATION:
        unnamed = ("sub", "user_id", "id", *_BY_APPLICATION[host])
        return {**keys, f"{issuer}:amr": ANYTHING, **{f"{issuer}:{claim}": _UNNAMED for claim in unnamed}}
    subject = Choice(_may_be_anybody, (SOMETHING,), absent=NO)
    # Whoever asks for a token may say for which audience.
    return {**keys, f"{issuer}:sub": subject, f"{issuer}:aud": ANYTHING._replace(absent=NO)}


def _may_be_anybody(subject: str) -> Answer:
    """Whether a subject, made of a pattern, leaves open whose it is: `repo:OWNER/…`, `organization:OWNER:…`.

    In a cluster the owner is the namespace; where a subject has no such form, all of it is, or what comes first if that
    is no word for a kind, but an id.
    """
    kind, colon, rest = subject.removeprefix(_KUBERNETES).partition(":")
    if colon and not subject.startswith(_KUBERNETES) and _KIND.fullmatch(kind):
        kind = _ENDS.split(rest, maxsplit=1)[0]
    return YES if SOMETHING in kind else NO
