"""Why AWS refuses: causes, how AWS tells them apart, and what would help."""

import re
from collections.abc import Iterator

from scanner.model.nouns import Extent, Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import Refusal, Row, rows

_IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html"
_EC2 = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
_COMMON = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/CommonErrors.html"
_S3 = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
_CLOCK = "https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html"
_REGIONS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html"


def _policy(kind: str, cause: str, remedy: str) -> Refusal:
    """A kind of policy that denies: with a Deny statement, or by not allowing what it would have to."""
    says = (f"with an explicit deny in a {kind}", f"because no {kind} allows the … action")
    words = pattern(rf"explicit deny in (?:an?|the) {kind}|because no {kind} allows", re.IGNORECASE)
    return Refusal(cause=cause, remedy=remedy, source=_IAM, words=words, says=says)


_MACIE = "https://docs.aws.amazon.com/macie/latest/user/macie-setup.html"


#: Denials first: their codes are those of every denial, and only the message tells which policy it was.
REFUSALS = (
    Refusal(
        cause="Macie is not enabled in the region",
        remedy="enable it there, if it is to look for sensitive data",
        source=_MACIE,
        reason=Reason.NOT_ENABLED,
        words=pattern(r"Macie is not enabled", re.IGNORECASE),
        says=("Macie is not enabled.",),
    ),
    Refusal(
        cause="denied by the key that encrypts the object",
        remedy="allow kms:Decrypt on that key, for the scanner's role and in the key's policy",
        source="https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html",
        words=pattern(r"perform: kms:Decrypt"),
        says=("not authorized to perform: kms:Decrypt on resource …",),
    ),
    _policy(
        "service control policy",
        "denied by a service control policy of the organisation",
        "its administrators have to allow the action there; no permission in the account would help",
    ),
    _policy(
        "resource control policy",
        "denied by a resource control policy of the organisation",
        "its administrators have to except the scanner there; no permission in the account would help",
    ),
    _policy(
        "permissions boundary",
        "denied by the permissions boundary of the scanner's role or user",
        "allow the action in the boundary as well",
    ),
    _policy(
        "session policy",
        "denied by the session policy that the credentials were made with",
        "allow the action in the session policy, or make credentials without one",
    ),
    _policy(
        "VPC endpoint policy",
        "denied by the policy of the VPC endpoint that the call went through",
        "allow the action in the policy of the endpoint, or scan from elsewhere",
    ),
    _policy(
        "role trust policy",
        "denied by the trust policy of the role that is to be assumed",
        "let the trust policy name the scanner's own role or user",
    ),
    _policy(
        "resource-based policy",
        "denied by the policy of the resource",
        "except the scanner in the policy of the resource",
    ),
    Refusal(
        cause="denied by a policy of the scanner's role or user, with an explicit deny",
        remedy="remove the Deny statement: it wins over what others allow",
        source=_IAM,
        words=pattern(r"explicit deny in an identity-based policy", re.IGNORECASE),
        says=("with an explicit deny in an identity-based policy",),
    ),
    Refusal(
        cause="no policy of the scanner's role or user allows it",
        remedy="grant the permission",
        source=_IAM,
        words=pattern(r"because no identity-based policy allows", re.IGNORECASE),
        says=("because no identity-based policy allows the … action",),
        permission=None,
    ),
    Refusal(
        cause="the clock of this machine differs from that of AWS",
        remedy="set it right",
        source=_CLOCK,
        codes=("RequestTimeTooSkewed", "RequestExpired"),
        words=pattern(r"signature expired|signature not yet current", re.IGNORECASE),
        says=("Signature expired: … is now earlier than …", "Signature not yet current: … is still later than …"),
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="the credentials have expired",
        remedy="get new ones and scan again",
        source=_COMMON,
        codes=("ExpiredToken", "ExpiredTokenException"),
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="the access key does not exist any more",
        remedy="get new credentials and scan again",
        source=_S3,
        codes=("InvalidAccessKeyId",),
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="the signature of the call is not accepted",
        remedy="check the secret access key, and that no proxy changes what is sent",
        source=_CLOCK,
        codes=("SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature"),
        extent=Extent.SERVICE,
    ),
    # With credentials that STS accepted, these codes speak of the region.
    Refusal(
        cause="the region is not enabled for this account, is misspelt, or does not accept these credentials",
        remedy="enable it and take credentials from an STS endpoint in a region, or leave it out with --region",
        source=_REGIONS,
        reason=Reason.UNSUPPORTED_REGION,
        codes=(
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "AuthFailure",
            "InvalidToken",
            "RegionDisabledException",
        ),
        extent=Extent.REGION,
    ),
    Refusal(
        cause="the account is not signed up for the service, or not activated yet",
        remedy="finish its registration, with a means of payment, or leave the account out",
        source=_EC2,
        reason=Reason.NOT_ENABLED,
        codes=("OptInRequired", "SubscriptionRequiredException", "NotSignedUp"),
        extent=Extent.SERVICE,
    ),
    Refusal(
        cause="the account is suspended, closed or waits to be verified",
        remedy="its owner has to turn to AWS Support; leave it out until then",
        source=_EC2,
        reason=Reason.NOT_ENABLED,
        codes=("AccountProblem", "Blocked", "PendingVerification"),
        extent=Extent.ACCOUNT,
    ),
    Refusal(
        cause="AWS has disabled all access to it",
        remedy="its owner has to turn to AWS Support",
        source=_S3,
        reason=Reason.NOT_ENABLED,
        codes=("AllAccessDisabled",),
    ),
    Refusal(
        cause="AWS limits how often this may be asked",
        remedy="scan again with a lower --concurrency, or when less else is going on in the account",
        source="https://github.com/boto/botocore/blob/develop/botocore/retries/standard.py",
        reason=Reason.THROTTLED,
        codes=(
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "RequestLimitExceeded",
            "TooManyRequestsException",
            "BandwidthLimitExceeded",
            "EC2ThrottledException",
            "PriorRequestNotComplete",
            "SlowDown",
        ),
    ),
)


def refusals() -> Iterator[Row]:
    """Cause, how AWS says it, remedy and source of each."""
    return rows(REFUSALS)
