"""Which account of the scan has a bucket that another one sees as not its own."""

from msgspec import UNSET, UnsetType

from checks.aws.s3.resources import AccountBucket
from scanner.model.nouns import Resource
from scanner.model.views import View


def owner_in_scan(view: View, arn: str, account: str) -> str | UnsetType | None:
    """The id of the account that lists a bucket, which `account` does not own.

    None if no account of the scan does, or none was asked, as where one alone is scanned. `UNSET` if one that did not
    say which buckets it has may own it.
    """
    if not view.asked(AccountBucket):
        return None
    listed = view.get(AccountBucket, arn, outside=account)
    return listed.scope.account if isinstance(listed, Resource) else UNSET if listed is UNSET else None
