"""Which files among the artifacts of a run may be opened: by their names alone, as nobody lists them.

Most tables that runs log have a row an item: prompts, answers, people. What has a row a group is called so.
"""

from scanner.model.patterns import pattern

#: What the name of a file says that has a row a group.
_GROUPED = pattern(r"group|slice|fair|bias|dispar|facet|cohort|(?:^|[_.-])by[_.-]")
#: Tables of `mlflow.evaluate` have a row an item, whatever else their names say.
_PER_ITEM = pattern(r"eval_results")
#: Bytes of a table that is read.
LARGEST = 256 * 1024


def is_table(path: str) -> bool:
    """Whether a file may be opened, by its path among the artifacts."""
    name = path.lower().rpartition("/")[2]
    plain = not {"", ".", ".."} & set(path.split("/"))
    return plain and name.endswith(".json") and bool(_GROUPED.search(name)) and not _PER_ITEM.search(name)
