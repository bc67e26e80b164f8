"""Which service accounts are disabled: nothing gets a token of one, whatever roles it has."""

from collections.abc import Iterable

from checks.gcp.iam.resources import ServiceAccount
from scanner.model.nouns import Verdict, joined, not_applicable
from scanner.model.views import View

WHY = "disabled, so that nothing gets a token of it"


def disabled(view: View, emails: Iterable[str]) -> list[ServiceAccount]:
    """Those of these accounts that were seen to be disabled.

    An account that was not read is taken to be enabled, as nearly all are.
    """
    asked = list(emails)
    known = view.derive(_disabled) if asked else {}
    return [known[email] for email in asked if email in known]


def excuse(accounts: list[ServiceAccount]) -> Verdict:
    """Why it does not matter what these accounts may do, which are all disabled."""
    names = ", ".join(account.name for account in accounts)
    return not_applicable(f"{names}: {WHY}", **joined(accounts[0], "disabled"))


def _disabled(view: View) -> dict[str, ServiceAccount]:
    found = (account for account in view.all(ServiceAccount) if account.disabled is True)
    return {str(account.email): account for account in found}
