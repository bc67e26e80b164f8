"""Accounts of AWS itself, through which older services deliver logs and reports into buckets of their customers."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from checks.aws.iam.principals import Named
from checks.aws.iam.statements import Rule, Rules, listed, rule_of
from scanner.model.decode import decoder_of
from scanner.model.patterns import pattern

#: Principals of the service that deliver nowhere but below `AWSLogs/` and the number of whose load balancer it is: no
#: prefix that a customer chooses may hold that word.
_BY_ACCOUNT = pattern(r"logdelivery\.(?:elasticloadbalancing|elb)\.amazonaws\.com(?:\.cn)?")
_OF_ONE = pattern(r"(?:.*/)?AWSLogs/\d{12}/.*")
_BALANCERS = "Elastic Load Balancing"


@cache
def _services() -> Mapping[str, str]:
    """The service by the number of its account, or by its canonical user.

    Source: what the guides of these services say of policies for access logs, trails, audit logs and reports:
    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html,
    https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-supported-regions.html,
    https://docs.aws.amazon.com/redshift/latest/mgmt/db-auditing.html,
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/standard-logging-legacy-s3.html
    """
    content = Path(__file__).with_suffix(".json").read_bytes()
    found: dict[str, list[str]] = decoder_of(dict[str, list[str]]).decode(content)
    return {id: service for service, ids in found.items() for id in ids}


def delivering(id: str) -> str:
    """The service that an account, or a canonical user, delivers for; empty for all others."""
    return _services().get(id, "")


def service_of(one: Named) -> str:
    """What a message calls a service that a policy names, by its principal or by an account of AWS; or nothing."""
    if one.kind == "Service":
        return one.text
    found = delivering(one.account)
    return f"{found} ({one.account})" if found else ""


def for_any_account(rules: Rules, one: Named) -> Rules:
    """Rules without what a service delivers for one account alone: it puts the number into the names of objects."""
    if not _BY_ACCOUNT.fullmatch(one.text) and delivering(one.account) != _BALANCERS:
        return rules
    kept = (rule if rule.denies else _without_paths(rule) for rule in rules.rules)
    return Rules(tuple(rule for rule in kept if rule is not None), rules.read_in_full, rules.of_resource)


def _without_paths(rule: Rule) -> Rule | None:
    if "Resource" not in rule.statement:
        return rule
    given: list[Any] = listed(rule.statement["Resource"])
    wide = [each for each in given if not _OF_ONE.fullmatch(str(each))]
    return rule if len(wide) == len(given) else rule_of({**rule.statement, "Resource": wide}) if wide else None
