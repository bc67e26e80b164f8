"""What is known of the keys of a request: of one that a role makes itself, and of one that others make.

What no table names is not known: organisation tags, networks, second factors. A test of it is `unknown`.
"""

import ipaddress
from datetime import UTC, datetime
from functools import lru_cache

from checks.aws.iam.answers import NO, UNKNOWN, YES, Answer
from checks.aws.iam.conditions import Alike, Asked, Choice, Keys, Later, Values
from checks.aws.iam.matching import filled, glob
from checks.aws.iam.principals import STRANGER

#: A value that no policy names.
SOMETHING = filled("*")
#: An organisation that no policy names, and a part of one.
_ORGANISATION = f"o-{SOMETHING}"
_PATH = f"{_ORGANISATION}/r-{SOMETHING}/ou-{SOMETHING}/"
#: Addresses that nobody has, in each half of the old ones and among the new: who may come from all, comes from these.
_ADDRESSES = ("100.127.255.254", "198.19.255.254", "3fff:fff::1")
_PASS = "iam:passrole"  # noqa: S105 - an action


def _any(_: str) -> Answer:
    return YES


def _maybe(_: str) -> Answer:
    return UNKNOWN


def _never(_: str) -> Answer:
    return NO


def _network(text: str) -> str:
    """An address in a network."""
    try:
        return str(ipaddress.ip_network(text, strict=False)[0])
    except ValueError:
        return text


ANYTHING = Choice(_any, (SOMETHING,))
_BOOLEAN = Choice(lambda _: NO, ("true", "false"), absent=NO)
_PRINCIPALS = ("Account", "AssumedRole", "FederatedUser", "User")
#: What somebody outside has as he likes, in his own account: names, tags, second factors. Where he may come from and
#: which unique id he may have is not known, as far as policies name some.
_OF_OTHERS: dict[str, Choice] = {
    **dict.fromkeys(("aws:principaltag/*", "aws:sourceidentity", "aws:username", "sts:sourceidentity"), ANYTHING),
    "aws:multifactorauthage": Choice(_any, ("0", str(10**9))),
    "aws:multifactorauthpresent": _BOOLEAN._replace(absent=YES),
    "aws:principaltype": Choice(lambda _: NO, _PRINCIPALS, absent=NO),
    "aws:sourceip": Choice(_maybe, _ADDRESSES, fill=_network),
    "aws:userid": Choice(_maybe, (SOMETHING,), absent=NO),
}
#: Headers and parameters of the request, which whoever makes it writes.
_WRITTEN = (
    *("aws:referer", "aws:requesttag/*", "aws:tagkeys", "aws:useragent"),
    *("iam:associatedresourcearn", "iam:awsservicename", "iam:passedtoservice"),
    *("s3:authtype", "s3:delimiter", "s3:if-match", "s3:if-none-match", "s3:locationconstraint", "s3:max-keys"),
    *("s3:object-lock-*", "s3:objectcreationoperation", "s3:prefix", "s3:requestobjecttag*", "s3:signatureage"),
    *("s3:signatureversion", "s3:tlsversion", "s3:versionid", "s3:x-amz-*"),
    *("sagemaker:directinternetaccess", "sagemaker:instancetypes", "sagemaker:intercontainertrafficencryption"),
    *("sagemaker:maxruntimeinseconds", "sagemaker:modelarn", "sagemaker:networkisolation", "sagemaker:outputkmskey"),
    *("sagemaker:rootaccess", "sagemaker:volumekmskey", "sagemaker:vpcsecuritygroupids", "sagemaker:vpcsubnets"),
    *("sts:rolesessionname", "sts:transitivetagkeys"),
)
#: Of whoever speaks to AWS as himself, and not as a service that does so on its own behalf.
_DIRECT: dict[str, Values | Choice] = {
    # He may ask a service that then asks for him. Which of them do so, with which action, is not known.
    "aws:calledvia*": Choice(_maybe, unsure=(f"{SOMETHING}.amazonaws.com",)),
    "aws:viaawsservice": Choice(_never, ("false",), absent=NO, unsure=("true",)),
    "aws:principalisawsservice": ("false",),
    "aws:principalservicename*": (),
    "aws:sourceaccount": (),
    "aws:sourcearn": (),
    "aws:sourceorgid": (),
    "aws:sourceorgpaths": (),
    "aws:sourceowner": (),
    # A session may be as new as one likes, which is all that policies against old sessions ask.
    "aws:tokenissuetime": ("inf",),
}
#: No request that matters is older: a term that ended before has ended for ever, and nothing here reads a clock.
NOW = Later(datetime(2026, 11, 1, tzinfo=UTC).timestamp())
_OWN_WORDS: dict[str, Choice | Later] = {
    **dict.fromkeys(("aws:currenttime", "aws:epochtime"), NOW),
    **dict.fromkeys(_WRITTEN, ANYTHING),
    "aws:securetransport": _BOOLEAN,
    "aws:requestedregion": ANYTHING._replace(absent=NO),
    # Without one is the widest; whether one that a policy asks for is narrow, nobody knows.
    "iam:permissionsboundary": Choice(_maybe),
}
#: Of a request for what is of another organisation than whoever makes it, whichever that is.
OTHER_ORGANISATION: dict[str, Values] = {
    "aws:resourceorgid": (f"{_ORGANISATION}-of-the-owner",),
    "aws:resourceorgpaths": (f"{_ORGANISATION}-of-the-owner/r-{SOMETHING}/",),
}
_SAME_ORGANISATION = {
    "aws:resourceorgid": Alike("aws:principalorgid"),
    "aws:resourceorgpaths": Alike("aws:principalorgpaths"),
    "aws:principalorgid": Alike("aws:resourceorgid"),
    "aws:principalorgpaths": Alike("aws:resourceorgpaths"),
}
#: What a service that asks on its own behalf has not.
_OF_PEOPLE = (
    *("aws:calledvia*", "aws:federatedprovider", "aws:multifactorauthage", "aws:multifactorauthpresent"),
    *("aws:principalaccount", "aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:principaltag/*"),
    *("aws:username", "sts:externalid"),
)
#: IAM has one region for all of a partition.
_HOME = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-eusc": "eusc-de-east-1",
    "aws-us-gov": "us-gov-west-1",
}


def keys_of_role(arn: str, action: str, known: Keys | None = None) -> Keys:
    """Of a request that a session of a role makes; `known` adds what the question itself settles."""
    keys = _keys_of_role(arn, action.startswith(("iam:", "organizations:")))
    if action == _PASS:  # no call of its own: whether it has the region of the call that passes is not documented
        keys = {key: value for key, value in keys.items() if key != "aws:requestedregion"}
    return {**keys, **known} if known else keys


def keys_of_owner(account: str) -> dict[str, Values]:
    """Of a request for something in S3 that an account owns."""
    return {"aws:resourceaccount": (account,), "s3:resourceaccount": (account,)}


def session_of(unique_id: str) -> Choice:
    """The id of a session of a role with this id. What the session is called is not known."""

    def can(value: str) -> Answer:
        return UNKNOWN if value.startswith(f"{unique_id}:") else NO

    return Choice(can, (f"{unique_id}:{SOMETHING}",), absent=NO)


def keys_of_own(account: str) -> Keys:
    """The same of a request that the account makes itself: its organisation is that of the resource.

    An account in none has no policies that ask for one: they would let nobody in, or keep everybody out.
    """
    return {**keys_of_owner(account), **_SAME_ORGANISATION}


def keys_of_nowhere(kind: str, *, absent: Answer = YES) -> dict[str, Choice]:
    """Of a `principal` or a `source` of no organisation that a policy names, perhaps of none at all."""
    return {
        f"aws:{kind}orgid": Choice(lambda _: NO, (_ORGANISATION,), absent),
        f"aws:{kind}orgpaths": Choice(lambda _: NO, (_PATH,), absent),
    }


@lru_cache(maxsize=16)  # many questions are asked of one role after the other
def _keys_of_role(arn: str, at_home: bool) -> Keys:
    _, partition, _, _, account, _ = arn.split(":", 5)
    keys: dict[str, Values | Choice | Later | Alike | Asked] = {
        **_DIRECT,
        **_OWN_WORDS,
        "aws:principalaccount": (account,),
        "aws:principalarn": (arn,),
        "aws:principaltype": ("AssumedRole",),
        "aws:username": (),
        "aws:federatedprovider": (),
    }
    if at_home:
        keys["aws:requestedregion"] = (_HOME.get(partition, SOMETHING),)
        keys |= {"aws:resourceaccount": (account,), **_SAME_ORGANISATION}
    return keys


def keys_of_account(account: str, arn: str = "", *, stranger: bool = False) -> Keys:
    """Of a request that a principal of another account makes, any that it cares to have unless an ARN is given.

    Of a stranger it is open in which organisation he is: perhaps in one that a policy names, and perhaps in none.
    """
    keys: dict[str, Values | Choice | Later | Alike | Asked] = {
        **_DIRECT,
        **_OWN_WORDS,
        **_OF_OTHERS,
        "aws:principalaccount": (account,),
        "aws:principalarn": (arn,) if arn else within(account),
        # An access point of the caller's own lets in whom he likes; what those of others let in was not read.
        "s3:dataaccesspointaccount": Choice(lambda value: YES if value == account else UNKNOWN),
    }
    if stranger:
        keys |= {key: each._replace(can=_maybe) for key, each in keys_of_nowhere("principal").items()}
    return keys


def keys_of_public() -> Keys:
    """Of a request of somebody whom no policy speaks of: of no account, organisation, network or id that it names."""
    nowhere = {key: _OF_OTHERS[key]._replace(can=_never) for key in ("aws:sourceip", "aws:userid")}
    return {
        **keys_of_account(STRANGER),
        **keys_of_nowhere("principal"),
        **dict.fromkeys(("aws:sourcevpc", "aws:sourcevpcarn", "aws:sourcevpce", "aws:vpcsourceip"), ()),
        **OTHER_ORGANISATION,
        **nowhere,
    }


def keys_of_service(account: str) -> Keys:
    """Of a request that a service makes on behalf of another account. It may not say so: not all do in all they do."""
    organisation = keys_of_nowhere("source", absent=UNKNOWN)
    return {
        **_OWN_WORDS,
        **dict.fromkeys(_OF_PEOPLE, ()),
        "aws:principalisawsservice": ("true",),
        "aws:viaawsservice": ("false",),
        "aws:sourceaccount": Choice(lambda value: YES if value == account else NO, (account,), absent=UNKNOWN),
        "aws:sourcearn": within(account)._replace(absent=UNKNOWN),
        **{key: each if account == STRANGER else each._replace(can=_maybe) for key, each in organisation.items()},
    }


def within(account: str) -> Choice:
    """An ARN of anything in an account. That of a bucket does not name it: of any name that is free, it may be."""

    def can(arn: str) -> Answer:
        parts = arn.split(":", 5)
        if len(parts) == 6 and parts[2] == "s3" and not parts[4]:
            return YES if SOMETHING in parts[5] else NO
        return YES if len(parts) == 6 and parts[4] == account else NO

    def fill(pattern: str) -> str:
        parts = pattern.split(":", 5)
        if pattern.endswith("*"):
            parts += ["*"] * (6 - len(parts))
        if len(parts) == 6 and glob(parts[4], account):
            parts[4] = account
        return filled(":".join(parts))

    return Choice(can, (f"arn:aws:{SOMETHING}::{account}:{SOMETHING}",), absent=NO, fill=fill)
