"""Data sheets in files: where those of a dataset's data may be, and what was read there."""

from checks.gcp.names import bucket_of, owned_by_google
from checks.gcp.paths.documents import folder_id
from checks.gcp.storage.resources import DataFolder
from scanner.cards.sheet_files import Sheets, folders_beside, sheets_in
from scanner.model.views import View


def data_folders_of(uri: str) -> tuple[str, ...]:
    """Addresses of the folders where data sheets of what is at an address may lie.

    None for what is in no bucket, and for what Google publishes.
    """
    bucket = bucket_of(uri)
    if bucket is None or owned_by_google(bucket) or not uri.startswith(f"gs://{bucket}"):
        return ()
    return tuple(f"gs://{one}" for one in folders_beside(uri.removeprefix("gs://")))


def sheets_beside(view: View, uri: str, project: str) -> Sheets:
    """What was read beside data at an address; nothing, and surely no more, where no scan was told to read it."""
    if not view.asked(DataFolder):
        return Sheets({})
    folders = (folder_id(one, project) for one in data_folders_of(uri))
    return sheets_in({id: view.get(DataFolder, id) for id in folders})
