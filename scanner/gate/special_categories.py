"""Facets that may be special categories of personal data, by the words that they are called by."""

import re

#: Words of Art. 9(1) GDPR, in the forms in which columns are called. Sex and age are none of them.
_WORDS = re.compile(
    "biometrics?|caste|diagnosis|disability|disease|ethnic(ity)?|faith|genetics?|genotype|health|illness|orientation|"
    "party|political|politics|race|racial|religion|religious|union"
)
_NOTE = (
    "{facet} may be a special category of personal data (Art. 9(1) GDPR): Art. 4a of the EU AI Act (new in 2026) says "
    "under which conditions such data may be processed to find and correct bias, and which records are kept of that"
)


def note(facets: tuple[str, ...]) -> tuple[str, ...]:
    """What to know of facets of such a name. Names are all that is looked at: others may be special categories, too."""
    return tuple(_NOTE.format(facet=facet) for facet in facets if _is_special(facet))


def _is_special(facet: str) -> bool:
    return any(_WORDS.fullmatch(word) for word in re.split("[^a-z]+", facet.lower()))
