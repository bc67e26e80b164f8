"""The 57 questions of a data sheet (Gebru et al., 2021), and the words by which headings and members name them.

The questions are those of `scanner/frameworks/datasheets.yaml`, as a test holds. Phrases are of the template of Hugging
Face for data sets, and of what data sheets commonly write. A heading that may be about several questions names none.
"""

from functools import cache, lru_cache

from scanner.cards.card_items import Item, longest_named, phrases_of, plain_words

QUESTIONS = (
    Item("DS-1.1", "The task or gap it was made for", ("curation rationale", "motivation", "purpose", "rationale")),
    Item(
        "DS-1.2",
        "Its creators, and on whose behalf",
        ("curated by", "dataset curators", "curators", "created by", "creators", "dataset creators"),
    ),
    Item("DS-1.3", "Its funding", ("funded by", "funding", "funding information", "acknowledgements of funding")),
    Item("DS-1.4", "More on its purpose"),
    Item("DS-2.1", "What one record stands for", ("data instances", "instances", "unit of observation")),
    Item(
        "DS-2.2", "Number of records", ("number of instances", "number of rows", "dataset size", "size of the dataset")
    ),
    Item("DS-2.3", "Complete, or drawn from something larger", ("coverage", "representativeness")),
    Item(
        "DS-2.4",
        "Content of a record",
        ("data fields", "dataset structure", "features", "schema", "columns", "variables", "data dictionary"),
    ),
    Item("DS-2.5", "Target of each record", ("labels", "label", "target", "target variable")),
    Item("DS-2.6", "Gaps in records", ("missing data", "missing values", "missing information")),
    Item("DS-2.7", "Links among records", ("relationships between instances", "relationships")),
    Item("DS-2.8", "Suggested division into training and tests", ("data splits", "splits", "recommended splits")),
    Item(
        "DS-2.9",
        "Mistakes, noise and repetition",
        ("data quality", "errors noise and redundancies", "known errors", "noise", "duplicates"),
    ),
    Item("DS-2.10", "Dependence on outside sources", ("external resources", "source datasets", "derived from")),
    Item("DS-2.11", "Content that is confidential", ("confidential data", "confidentiality")),
    Item("DS-2.12", "Content that may hurt or frighten", ("offensive content", "content warning", "sensitive content")),
    Item("DS-2.13", "Groups of people in it", ("subpopulations", "demographics", "demographic information")),
    Item(
        "DS-2.14",
        "Whether it can reveal who a person is",
        ("personal and sensitive information", "personal data", "personally identifiable information", "pii"),
    ),
    Item(
        "DS-2.15",
        "Sensitive facts about people",
        ("personal and sensitive information", "sensitive data", "sensitive information", "special categories"),
    ),
    Item("DS-2.16", "More on what it consists of"),
    Item("DS-3.1", "Observed, reported or derived", ("data source", "data sources", "source data", "provenance")),
    Item(
        "DS-3.2",
        "Devices, programs and procedures",
        (
            *("data collection and processing", "data collection", "collection process", "collection method"),
            *("initial data collection and normalization", "collection mechanism"),
        ),
    ),
    Item("DS-3.3", "Rule of a sample", ("sampling strategy", "sampling", "sampling method")),
    Item(
        "DS-3.4",
        "Collectors and their pay",
        ("who are the annotators", "annotators", "compensation", "data collectors"),
    ),
    Item("DS-3.5", "Period of collection", ("collection period", "timeframe", "time frame", "collection dates")),
    Item("DS-3.6", "Review by an ethics board", ("ethical review", "ethics review", "irb approval")),
    Item("DS-3.7", "From the people themselves or through others", ("directly from individuals",)),
    Item("DS-3.8", "Whether people were told", ("notification", "notice to data subjects")),
    Item("DS-3.9", "Whether people agreed", ("consent", "informed consent")),
    Item("DS-3.10", "Whether agreement can be taken back", ("consent revocation", "revocation of consent", "opt out")),
    Item(
        "DS-3.11",
        "Study of the effects on people",
        ("impact assessment", "data protection impact assessment", "dpia", "social impact of dataset", "social impact"),
    ),
    Item("DS-3.12", "More on how it was gathered"),
    Item(
        "DS-4.1",
        "Steps of preparation and labelling",
        (
            *("data collection and processing", "preprocessing", "data preprocessing", "data cleaning", "cleaning"),
            *("annotation process", "annotations", "labelling", "labeling", "data processing"),
        ),
    ),
    Item("DS-4.2", "Whether the original is kept", ("raw data",)),
    Item("DS-4.3", "Whether the programs can be had", ("preprocessing code", "preprocessing software")),
    Item("DS-4.4", "More on how it was prepared"),
    Item("DS-5.1", "Tasks it has served", ("used by", "prior uses", "past uses")),
    Item("DS-5.2", "List of works that used it", ("papers that use it", "publications")),
    Item(
        "DS-5.3",
        "Tasks it might serve",
        (
            "direct use",
            "intended use",
            "intended uses",
            "supported tasks and leaderboards",
            "supported tasks",
            "use cases",
        ),
    ),
    Item(
        "DS-5.4",
        "Traits that may hinder later use",
        (
            *("bias risks and limitations", "limitations", "known limitations", "other known limitations", "biases"),
            *("discussion of biases", "bias", "considerations for using the data", "recommendations"),
        ),
    ),
    Item(
        "DS-5.5",
        "Tasks it should not serve",
        ("out of scope use", "out of scope uses", "prohibited uses", "misuse", "unsuitable uses"),
    ),
    Item("DS-5.6", "More on what it is used for"),
    Item("DS-6.1", "Whether outsiders receive it", ("third parties", "external sharing")),
    Item("DS-6.2", "Means of passing it on", ("distribution", "how to download", "access")),
    Item("DS-6.3", "Time of passing it on", ("release date", "date published", "publication date")),
    Item(
        "DS-6.4",
        "Licence, and terms of use",
        ("licence", "license", "licensing information", "licensing", "terms of use", "terms and conditions"),
    ),
    Item("DS-6.5", "Rights of others in it", ("intellectual property", "third party rights", "copyright")),
    Item("DS-6.6", "Limits by trade control and law", ("export controls", "regulatory restrictions")),
    Item("DS-6.7", "More on how it is passed on"),
    Item("DS-7.1", "Who looks after it", ("maintainer", "maintainers", "maintained by", "data owner", "data steward")),
    Item("DS-7.2", "How to reach them", ("contact", "point of contact", "dataset card contact", "contacts")),
    Item("DS-7.3", "Known corrections", ("erratum", "errata", "corrections")),
    Item("DS-7.4", "Whether and how it is renewed", ("update frequency", "updates", "refresh schedule", "maintenance")),
    Item("DS-7.5", "How long facts about people may stay", ("retention", "retention period", "data retention")),
    Item("DS-7.6", "Fate of earlier versions", ("versioning", "older versions", "previous versions", "changelog")),
    Item("DS-7.7", "How outsiders may add to it", ("contributing", "how to contribute", "contributions")),
    Item("DS-7.8", "More on how it is kept up"),
)

QUESTION_TITLES = {one.id: one.title for one in QUESTIONS}

#: Who made data, what its files and fields are called, which jobs read it, under which licence, how it is passed on and
#: kept up: true answers, and none of them says what the data is.
_BESIDE = frozenset(
    (
        *("DS-1.2", "DS-1.3", "DS-2.2", "DS-2.4", "DS-2.5", "DS-2.8", "DS-3.5", "DS-5.1", "DS-5.2"),
        *(one.id for one in QUESTIONS if one.id.startswith(("DS-6.", "DS-7."))),
    )
)
#: Questions whose answer says what the data is, where from, of whom, or what for.
DESCRIBING = frozenset(QUESTION_TITLES) - _BESIDE


@lru_cache(maxsize=4096)  # headings and names of aspects recur
def questions_named(text: str) -> tuple[str, ...]:
    """The questions that a heading, or the name of a member, speaks of: those of the longest phrase in it."""
    return longest_named(text, _phrases())


def is_phrase(text: str) -> bool:
    """Whether a heading is one of the phrases, and nothing else."""
    return plain_words(text) in _phrases()


@cache
def _phrases() -> dict[str, tuple[str, ...]]:
    return phrases_of(QUESTIONS)
