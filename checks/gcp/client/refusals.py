"""Why Google refuses where no permission of the operation would help: causes, how Google says it, and what would."""

import re
from collections.abc import Iterator

from scanner.model.nouns import Reason
from scanner.model.patterns import pattern
from scanner.model.refusals import Refusal, Row, rows

_REASONS = "https://github.com/googleapis/googleapis/blob/master/google/api/error_reason.proto"
_STORAGE = "https://cloud.google.com/storage/docs/json_api/v1/status-codes"


def _words(text: str) -> re.Pattern[str]:
    return pattern(text, re.IGNORECASE)


#: Codes are of google.api.ErrorReason and of Cloud Storage's JSON API; older replies have the words alone.
REFUSALS = (
    Refusal(
        cause="refused by VPC Service Controls",
        remedy="the service perimeter lacks an ingress rule or access level for the scanner",
        source="https://cloud.google.com/vpc-service-controls/docs/troubleshooting",
        codes=("SECURITY_POLICY_VIOLATED", "vpcServiceControls"),
        words=_words(r"vpcServiceControls|prohibited by organization's policy"),
        says=("Request is prohibited by organization's policy. vpcServiceControlsUniqueIdentifier: …",),
    ),
    Refusal(
        cause="refused by the organization restrictions of the network that the scanner runs in",
        remedy="let its egress proxy allow the organisation, or scan from elsewhere",
        source="https://cloud.google.com/resource-manager/docs/organization-restrictions/overview",
        codes=("ORG_RESTRICTION_VIOLATION",),
        words=_words(r"organization restrictions"),
        says=("Access denied by organization restrictions.",),
    ),
    Refusal(
        cause="the quota project of the credentials may not be used",
        remedy="grant its use, or set another quota project",
        source=_REASONS,
        codes=("USER_PROJECT_DENIED", "UserProjectAccessDenied"),
        words=_words(r"permission to use project|serviceusage\.services\.use"),
        says=("Caller does not have required permission to use project …",),
        permission="serviceusage.services.use",
    ),
    Refusal(
        cause="the project is deleted, or scheduled to be",
        remedy="leave it out, or have it restored; if it is the quota project of the credentials, set another",
        source="https://cloud.google.com/resource-manager/docs/creating-managing-projects",
        reason=Reason.NOT_ENABLED,
        words=_words(r"project\b.{0,80}\b(?:has been|was|is) (?:deleted|(?:scheduled for|pending) deletion)"),
        says=(
            "Project … has been deleted.",
            "Project … has been scheduled for deletion and cannot be used for API calls.",
        ),
    ),
    Refusal(
        cause="the quota project of the credentials does not exist",
        remedy="set another quota project",
        source=_REASONS,
        reason=Reason.NOT_ENABLED,
        codes=("CONSUMER_INVALID", "UserProjectInvalid"),
    ),
    Refusal(
        cause="the bucket is set to Requester Pays",
        remedy="scan with credentials of its owner: the scanner names no project to be billed",
        source="https://cloud.google.com/storage/docs/requester-pays",
        codes=("UserProjectMissing", "requesterPays"),
        words=_words(r"requester pays"),
        says=("Bucket is a requester pays bucket but no user project provided.",),
    ),
    Refusal(
        cause="billing is disabled for the project",
        remedy="link it to an open billing account",
        source=_REASONS,
        reason=Reason.NOT_ENABLED,
        codes=("BILLING_DISABLED",),
        words=_words(
            r"billing to be enabled|(?:absent|closed|disabled) billing account"
            r"|billing account .{0,80}(?:disabled|closed)"
        ),
        says=("The billing account for the owning project is disabled in state absent",),
    ),
    Refusal(
        cause="the account or project that owns it is disabled",
        remedy="its owner has to restore it",
        source=_STORAGE,
        reason=Reason.NOT_ENABLED,
        codes=("accountDisabled", "CONSUMER_SUSPENDED", "GCP_SUSPENDED"),
        words=_words(r"has been (?:suspended|disabled)"),
        says=("Permission denied: Consumer … has been suspended.",),
    ),
    Refusal(
        cause="the access token has too narrow a scope",
        remedy="it takes cloud-platform.read-only",
        source=_REASONS,
        codes=("ACCESS_TOKEN_SCOPE_INSUFFICIENT",),
        words=_words(r"insufficient authentication scopes"),
        says=("Request had insufficient authentication scopes.",),
    ),
)


def refusals() -> Iterator[Row]:
    """Cause, how Google says it, remedy and source of each."""
    return rows(REFUSALS)
