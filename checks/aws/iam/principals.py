"""Whom a statement of a resource or trust policy speaks of."""

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import Struct

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer, both, either
from scanner.model.patterns import pattern

#: An account id, or the ARN of an account or of something in it.
_ARN = pattern(r"arn:[^:]+:(iam|sts)::(\d{12}):(.+)")
_ACCOUNT = pattern(r"\d{12}")
#: The unique id of a user or role that is gone: AWS shows the ARN of one that is there, whatever was written.
#: Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
_UNIQUE = pattern(r"A[A-Z]{3}[A-Z0-9]{12,}")
EVERYBODY = "*"
#: An account that no policy names.
STRANGER = "an account outside"


class Caller(Struct, frozen=True):
    """Who asks: a principal of an account (any that it cares to make where `arn` is empty), a canonical user, a
    service, an identity of a federated provider, or whoever a text `unclear` stands for."""

    account: str = ""
    arn: str = ""
    canonical: str = ""
    service: str = ""
    federated: str = ""
    unclear: str = ""


class Named(Struct, frozen=True):
    """A principal as a policy names it: its kind, the text, and the account in it, if it has one."""

    kind: str
    text: str
    account: str = ""
    whole_account: bool = False

    @property
    def everybody(self) -> bool:
        return self.text == EVERYBODY and self.kind == "AWS"

    @property
    def arn(self) -> str:
        """That of a user, a role or a session; empty where it is a whole account."""
        return self.text if self.account and not self.whole_account else ""

    @property
    def gone(self) -> bool:
        """Whether it is a user or role that was deleted, so that nobody has its rights, ever again."""
        return self.kind == "AWS" and _UNIQUE.fullmatch(self.text) is not None

    @property
    def understood(self) -> bool:
        known = self.everybody or bool(self.account) or self.gone
        return known or self.kind in ("Service", "Federated", "CanonicalUser")


def named(principal: Any) -> Iterator[Named]:
    """The principals under `Principal` or `NotPrincipal`; one that is not understood comes as it is."""
    if principal == EVERYBODY:
        yield Named("AWS", EVERYBODY)
    elif not isinstance(principal, Mapping):
        yield Named("", str(principal))
    else:
        for kind, values in principal.items():
            for text in values if isinstance(values, (list, tuple)) else [values]:
                yield _one(str(kind), str(text))


def _one(kind: str, text: str) -> Named:
    if kind == "AWS" and _ACCOUNT.fullmatch(text):
        return Named(kind, text, text, whole_account=True)
    match = _ARN.fullmatch(text) if kind == "AWS" else None
    if match and EVERYBODY not in text:
        return Named(kind, text, match[2], whole_account=match[3] == "root")
    return Named(kind, text)


class Spoken(Struct, frozen=True):
    """Whether a statement speaks of a caller, and whether an Allow then grants by itself.

    Naming an account leaves it to the account whom it lets in. `loose` is an Allow that a boundary may not hold back:
    to everybody, or to one session of the role.
    """

    about: Answer
    grants: Answer
    loose: bool = False


_NOBODY = Spoken(NO, NO)
#: Of a statement without principals, which speaks of whom its policy is attached to.
SPOKEN = Spoken(YES, YES)


def speaks_to(statement: Mapping[str, Any], caller: Caller) -> Spoken:
    """Whether a statement is about requests of a caller."""
    if "NotPrincipal" in statement:
        about = _not_among(list(named(statement["NotPrincipal"])), caller)
        return Spoken(about, about, loose=True)
    if "Principal" not in statement:
        return Spoken(UNKNOWN, UNKNOWN)
    found = [_match(each, caller) for each in named(statement["Principal"])]
    if not found:
        return _NOBODY
    return Spoken(
        either(*(each.about for each in found)),
        either(*(each.grants for each in found)),
        loose=any(each.loose for each in found),
    )


def _match(one: Named, caller: Caller) -> Spoken:
    if one.everybody:
        return Spoken(YES, YES, loose=True)
    if one.kind in ("Service", "Federated"):
        given = caller.service if one.kind == "Service" else caller.federated
        is_it = UNKNOWN if one.text == caller.unclear else YES if given and one.text in (given, EVERYBODY) else NO
        return Spoken(is_it, is_it)
    if one.kind == "CanonicalUser" and caller.canonical:
        is_it = YES if one.text == caller.canonical else NO
        return Spoken(is_it, is_it)
    if not one.understood:
        return Spoken(UNKNOWN, UNKNOWN)
    if one.gone or not caller.account:
        return _NOBODY
    if one.kind == "CanonicalUser":  # an account by another name, which does not tell which
        return Spoken(NO, NO) if caller.account == STRANGER else Spoken(UNKNOWN, NO)
    if one.account != caller.account:
        return _NOBODY
    if one.whole_account:
        return Spoken(YES, NO)
    return _same(one.text, caller.arn)


def sessions_of(role: str) -> str:
    """What the ARNs of all sessions of a role begin with: they have its name without a path."""
    account, name = role.split(":")[4], role.rpartition("/")[2]
    return f"arn:{role.split(':')[1]}:sts::{account}:assumed-role/{name}/"


def known_by(text: str) -> str:
    """A principal as its role is looked up: by its ARN or, of a session, by what those of all sessions begin with."""
    return text.rpartition("/")[0] + "/" if ":assumed-role/" in text else text


def _same(text: str, arn: str) -> Spoken:
    if text == arn:
        return Spoken(YES, YES)
    if ":role/" in arn and text.startswith(sessions_of(arn)):
        return Spoken(UNKNOWN, UNKNOWN, loose=True)  # one session of the role, whose name is not known
    return _NOBODY


def _not_among(spared: list[Named], caller: Caller) -> Answer:
    """Whether a statement with `NotPrincipal` is about a caller: a role is spared if it and its account are named."""
    if any(one.everybody for one in spared):
        return NO
    if caller.service or caller.federated:
        found = [_match(one, caller).about for one in spared]
        return NO if YES in found else UNKNOWN if UNKNOWN in found else YES
    account = [YES if one.whole_account and one.account == caller.account else NO for one in spared]
    itself = [NO if one.whole_account else _match(one, caller).about for one in spared]
    named_both = both(either(NO, *account), either(NO, *itself))
    if named_both is YES:
        return NO
    return YES if YES not in account and set(itself) <= {NO} else UNKNOWN
