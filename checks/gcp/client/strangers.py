"""Projects and locations that were named and are not there: a mistake of the caller's, and no clean scan."""

import logging
from collections.abc import Collection

from checks.gcp.client.locations import KNOWN, MULTI, is_region, region_of
from checks.gcp.error_kinds import FORBIDDEN, NOT_FOUND
from scanner.model.errors import CallFailed, CannotScan

log = logging.getLogger("mlposture")

#: Google says the same of what does not exist and of what may not be seen.
STRANGE = (FORBIDDEN, NOT_FOUND)


def refuse_strangers(accounts: Collection[str], unseen: Collection[str]) -> None:
    """Raise CannotScan if nothing may be seen of any of the projects; warn of some, which gaps tell of as well."""
    if not unseen:
        return
    names = ", ".join(sorted(unseen))
    sentence = f"project {names}: it does not exist, or these credentials may see nothing of it; check --project"
    if len(unseen) == len(accounts):
        raise CannotScan(f"Google Cloud: {sentence}")
    log.warning("Google Cloud: %s", sentence)


def refuse_unknown_locations(named: Collection[str], listed: tuple[str, ...] | CallFailed) -> None:
    """Raise CannotScan for a location or zone that is neither in Vertex AI's list nor known to this version.

    Where there is no list, what looks like a region may be one.
    """
    known = {*KNOWN, *MULTI, *(listed if isinstance(listed, tuple) else ())}
    strange = [place for place in named if region_of(place) not in known]
    if isinstance(listed, CallFailed):
        strange = [place for place in strange if not is_region(region_of(place))]
    if strange:
        raise CannotScan(f"Google Cloud: Vertex AI has no location {', '.join(strange)}; check --location")
