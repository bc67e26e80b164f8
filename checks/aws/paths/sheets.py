"""Data sheets in files: where those of training data may be, and what was read there."""

from checks.aws.glue.places import place_of
from checks.aws.names import is_aws_content, seen_from
from checks.aws.s3.resources import DataFolder
from scanner.cards.sheet_files import Sheets, folders_beside, sheets_in
from scanner.model.nouns import Scope
from scanner.model.views import View


def data_folders_of(uri: str, scope: Scope) -> tuple[str, ...]:
    """Ids of the folders where data sheets of what is at an address may lie, as an account sees them.

    None for what is in no bucket, and for what AWS publishes.
    """
    found = folders_beside(place_of(uri))
    seen = (one for one in found if not is_aws_content(one.partition("/")[0], scope.region))
    return tuple(seen_from(f"s3://{one}", scope.account) for one in seen)


def sheets_beside(view: View, uri: str, scope: Scope) -> Sheets:
    """What was read beside data at an address; nothing, and surely no more, where no scan was told to read it."""
    if not view.asked(DataFolder):
        return Sheets({})
    return sheets_in({id: view.get(DataFolder, id) for id in data_folders_of(uri, scope)})
