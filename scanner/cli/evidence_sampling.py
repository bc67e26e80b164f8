"""Samples from the populations of a dossier, as they are printed."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from scanner.evidence.populations import Item, Population, answering, populations_of, sample
from scanner.model.errors import InputError
from scanner.model.sanitize import clean
from scanner.store.sealed_folder import MANIFEST, look

_FOLDER = "populations"


def sample_text(
    source: str, control: str, size: int, seed: str, inventories: Sequence[str], systems: str | None
) -> str:
    """Draw from each population that answers a control. Raises InputError if none does."""
    found = answering(_populations(source, inventories, systems), control)
    return "\n".join(clean(line) for one in found for line in _drawn(one, control, size, seed))


def _populations(source: str, inventories: Sequence[str], systems: str | None) -> list[Population]:
    folder = Path(source)
    if (folder / MANIFEST).is_file():
        if inventories or systems:
            raise InputError(f"{source}: is a dossier, which has its populations; leave --inventory and --systems out")
        return _of_dossier(folder)
    if not inventories:
        raise InputError(f"{source}: is no folder with a dossier; of an AI system, give its --inventory, too")
    from scanner.cli.declared import NONE
    from scanner.cli.evidence_building import dossier_of, judged
    from scanner.model.registry import kinds, load

    found = judged(inventories, {"systems": systems, "framework": (), "suppressions": NONE})
    classes = kinds(load()[1].values())
    return list(populations_of(dossier_of(source, found), found.inventory, classes))


def _of_dossier(folder: Path) -> list[Population]:
    """The populations in a dossier that nobody changed."""
    looked = look(folder)
    if looked.problems:
        raise InputError(f"{folder}: {looked.problems[0]}; draw from a dossier that is as it was written")
    found = []
    for entry in looked.manifest.files:
        if entry.path.startswith(f"{_FOLDER}/"):
            try:
                found.append(msgspec.json.decode((folder / entry.path).read_bytes(), type=Population))
            except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
                raise InputError(f"{folder / entry.path}: not a population: {error}") from error
    return found


def _drawn(population: Population, control: str, size: int, seed: str) -> Iterator[str]:
    drawn = sample(population, size, seed)
    what = population.title[0].lower() + population.title[1:]
    yield f"{control}: {len(drawn)} of {population.count} {what} of {population.system}, drawn with the seed {seed}"
    if population.count < size:
        yield f"  {size} were asked for, and the population has no more"
    yield f"  asked: {', '.join(population.operations)} ({_pages(population.pages)}), {_when(population)}"
    for one in population.read_by:
        yield f"  {one.provider} {one.account} was read as {one.name or 'somebody that nothing names'}"
    if population.complete:
        yield "  the population is complete, as far as this scan can tell"
    for why in population.why_incomplete:
        yield f"  the population is incomplete: {why}"
    yield from (f"  {limit}" for limit in population.limits)
    for number, item in enumerate(drawn, 1):
        yield from _item(number, item)


def _when(population: Population) -> str:
    if population.first:
        return f"read from {population.first} to {population.last}"
    return "by an inventory that does not say when they were read" if population.count else "of which nothing was read"


def _pages(count: int) -> str:
    return f"{count} {'page' if count == 1 else 'pages'}" if count else "no pages: one by one, or not noted"


def _item(number: int, item: Item) -> Iterator[str]:
    yield f"{number:>4}  {item.kind} {item.id}"
    told = [f"{name} {value}" for name, value in item.fields.items() if value is not None]
    yield from [f"      {', '.join(told)}"] * bool(told)
    for approval in item.approvals:
        yield (
            f"      recorded, not verified: {approval.status}, in {approval.recorded_in}; by {approval.by}, "
            f"at {approval.at}"
        )
    if not item.approvals:
        yield "      no approval is recorded where this scan reads"
