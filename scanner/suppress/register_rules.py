"""What types cannot hold of suppressions: checks that do not exist, entries too broad, twice, or without a decision."""

from collections.abc import Iterator, Mapping

from scanner.model.checks import Check
from scanner.model.globs import WILD, place_of
from scanner.model.patterns import pattern
from scanner.model.selection import guess
from scanner.model.yaml_text import Document, Path, Problem, brief
from scanner.suppress.register import EntrySource, RegisterSource

_NAMES = pattern("[^\\W_]")
_LAST = pattern("[/:]")
#: How many letters or digits a name with wildcards has at least.
_LEAST = 2
#: Ids that have a name where others have a type.
_UNTYPED = ("s3", "sns")


def problems_of(register: RegisterSource, document: Document, checks: Mapping[str, Check]) -> Iterator[Problem]:
    """All that is wrong with the entries; `checks` are known by id and slug."""
    first: dict[tuple[str, ...], int] = {}
    for number, entry in enumerate(register.suppressions):
        here: Path = ("suppressions", number)
        for path, text in _wrong(entry, checks):
            yield document.problem((*here, *path), f"suppression {number + 1}: {text}")
        if entry.check not in checks:
            continue
        about = (entry.resource, entry.account, entry.provider, entry.fingerprint)
        key = (checks[entry.check].id, *((part or "").lower() for part in about))
        if first.setdefault(key, number) != number:
            line = document.problem(("suppressions", first[key]), "").line
            text = f"suppression {number + 1}: another about the same is in line {line}; keep one of them"
            yield document.problem(here, text)


def _wrong(entry: EntrySource, checks: Mapping[str, Check]) -> Iterator[tuple[Path, str]]:
    check = checks.get(entry.check)
    if check is None:
        otherwise = "`mlposture list checks` has them all, and each suppression names one"
        yield ("check",), f"no check is called {brief(entry.check)!r}; {guess(entry.check, checks, otherwise)}"
    elif entry.provider and check.provider not in ("", entry.provider):
        yield ("provider",), f"{check.id} is a check of {check.provider}, not of {entry.provider}; leave provider out"
    if (entry.resource is None) == (entry.fingerprint is None):
        yield (), "say what it is about, by either resource or fingerprint"
    elif entry.resource is not None and entry.account is None and is_broad(entry.resource):
        advice = "name an account or a part of the name, or leave the check out with --skip-check"
        yield ("resource",), f"{brief(entry.resource)!r} would suppress whatever {entry.check} finds; {advice}"
    for name in ("reason", "owner", "approver", "ticket"):
        if not " ".join((getattr(entry, name) or "").split()).isprintable():
            yield (name,), f"{name} has characters that cannot be shown; remove them"
    if (entry.until is None) != entry.accept_risk:
        yield (), "say how long it holds, by either until: DATE or accept_risk: true"


def is_broad(glob: str) -> bool:
    """Whether a glob names neither an account nor anything of a name: it would go for all there will ever be."""
    account = place_of(glob)[0]
    if account and not WILD.search(account) and _NAMES.search(account):
        return False
    last = _LAST.split(glob)[-1]
    return _says_little(last) or _ends_before_a_name(glob, last)


def _says_little(name: str) -> bool:
    """Whether next to nothing of a name is said: `*`, `a*`, `*1*`."""
    return len(_NAMES.findall(name)) < (_LEAST if WILD.search(name) else 1)


def _ends_before_a_name(glob: str, last: str) -> bool:
    """Whether the text is the beginning of a service, a region or a type, as in `arn:aws:sagemaker:*:*:notebook*`."""
    parts = glob.split(":")
    if parts[0] != "arn" or "/" in glob or not last.endswith("*") or last.startswith("*"):
        return False
    return len(parts) < 6 or (len(parts) == 6 and parts[2] not in _UNTYPED)
