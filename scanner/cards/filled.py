"""Whether a text says something, or only that somebody is to say it: templates are not filled by being there."""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from scanner.model.patterns import pattern

#: `filled`: somebody wrote something. `placeholder`: the text of a template, or a mark that something is to come.
State = Literal["filled", "placeholder", "empty"]

#: Longer lines are no placeholders. It bounds what patterns look at, too.
_LONGEST = 300
_DEEPEST = 20
#: `- **Developed by:** `, and headings: what a line is about, not what it says.
_LABEL = pattern(r"(?:#{1,6} .*|[\s>+-]*(?:\*\s+)?(?:\*\*[^*]{1,80}\*\*:?)?\s*)")
#: Words that say that a text is to come. `{{` and `{%` are what templates are filled by.
_TO_COME = pattern(
    r"(?i)\W*(?:todo|tbd|tba|tbc|fixme|xxx+|to be (?:determined|done|defined|completed|added|decided|confirmed)|"
    r"coming soon|fill (?:me|this) in|placeholder|lorem ipsum|your text here|optional)\b.*|"
    r".*(?:more|further) information (?:is )?(?:needed|required).*|"
    r".*dataset hosted on hugging face and contributed by the hf datasets community.*|"  # its Croissant of no card
    r".*(?:\{\{|\{%).*|"
    r"\[[^\]]*\]|<[^<>@:/]*>|"  # [describe the data], but no link or address
    r"(?:\[!\[[^\]]*\]\([^()]*\)\]\([^()]*\)\s*)+|"  # badges, which are links
    r"\W*"
)
#: Lines of the templates of Hugging Face that are there whatever the model is.
_BOILERPLATE = (
    "use the code below to get started with the model",
    "this modelcard aims to be a base template for new models",
    "carbon emissions can be estimated using the",
    "users (both direct and downstream) should be made aware of the risks, biases and limitations of the model",
    "this dataset card aims to be a base template for new datasets",
    "users should be made aware of the risks, biases and limitations of the dataset",
)


def state_of_text(text: str) -> State:
    """What there is in a text, Markdown or plain. An answer such as "none" or "n/a" is one."""
    found: State = "empty"
    for line in without_comments(text).splitlines():
        said = _without_label(line).strip()
        if not said:
            continue
        if not _is_to_come(said):
            return "filled"
        found = "placeholder"
    return found


def state_of(value: Any, levels: int = _DEEPEST) -> State:
    """What there is in a value of JSON or YAML: the best of its parts. Numbers and truth values say something."""
    if value is None or not levels:
        return "empty"
    if isinstance(value, str):
        return state_of_text(value)
    if isinstance(value, Mapping):
        return best(state_of(one, levels - 1) for one in value.values())
    if isinstance(value, list | tuple):
        return best(state_of(one, levels - 1) for one in value)
    return "filled"


def best(states: Iterable[State]) -> State:
    """The state of what has several parts: one that is filled is enough."""
    found = set(states)
    return "filled" if "filled" in found else "placeholder" if "placeholder" in found else "empty"


def without_comments(text: str) -> str:
    """Markdown without its comments, which no reader sees. One that does not end takes the rest."""
    parts = text.split("<!--")
    return parts[0] + "".join(part.partition("-->")[2] for part in parts[1:])


def _without_label(line: str) -> str:
    label = _LABEL.match(line[:_LONGEST])
    return line[label.end() :] if label else line


def _is_to_come(line: str) -> bool:
    if len(line) > _LONGEST:
        return False
    return _TO_COME.fullmatch(line) is not None or line.lower().startswith(_BOILERPLATE)
