"""Which service accounts are disabled or deleted: nothing gets a token of one, whatever roles it has."""

from collections.abc import Iterable

from checks.gcp.iam.resources import ServiceAccount
from scanner.model.nouns import Verdict, joined, not_applicable
from scanner.model.views import View


def disabled(view: View, emails: Iterable[str]) -> list[ServiceAccount]:
    """Those of these accounts that were seen to be disabled, or gone.

    An account that was not read is taken to be enabled, as nearly all are.
    """
    asked = list(emails)
    known = view.derive(_disabled) if asked else {}
    return [known[email] for email in asked if email in known]


def excuse(accounts: list[ServiceAccount]) -> Verdict:
    """Why it does not matter what these accounts may do, of which nothing gets a token."""
    said = ", ".join(f"{account.name} {why_not(account)}" for account in accounts)
    field = "exists" if accounts[0].exists is False else "disabled"
    return not_applicable(f"{said}: nothing gets a token of it", **joined(accounts[0], field))


def why_not(account: ServiceAccount) -> str:
    """Why nothing gets a token of an account, in words; empty where something may."""
    return "does not exist any more" if account.exists is False else "is disabled" if account.disabled else ""


def powerless(account: ServiceAccount) -> Verdict | None:
    """Why an account is not judged by what it may do; None for one that may."""
    if account.exists is False:
        return not_applicable("it does not exist any more, so that nothing gets a token of it", exists=False)
    if account.disabled:
        return not_applicable("it is disabled, so that nothing gets a token of it", disabled=True)
    return None


def _disabled(view: View) -> dict[str, ServiceAccount]:
    found = (account for account in view.all(ServiceAccount) if account.disabled is True or account.exists is False)
    return {str(account.email): account for account in found}
