"""Every command that a page or `--help` shows runs, in the order of the page, and writes what it says it writes.

Each page has a folder of its own, with what it takes for granted and nothing more, and the simulated services. What the
commands lead to is for the tests of their subjects.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import click
import pytest
from commandline import mlposture
from documented import PAGES, helps, named_on, shown_on, words
from served import serving
from shown_world import every_service, stock
from support import ROOT, fail_with

from scanner.cli.commands import cli

SHOWN = {str(page.relative_to(ROOT)): lines for page in PAGES if (lines := shown_on(page))} | helps()
#: What a page takes for granted, of what `stock` makes. A file of a folder there lies in that of the page itself.
TAKEN: dict[str, tuple[str, ...]] = {
    "docs/guides/bom.md": ("ai-systems.yaml",),
    "docs/guides/code-scanning.md": ("mlposture.sarif", "report.json"),
    "docs/guides/dossiers.md": ("ai-systems.yaml", "history.db", "key.pem", "public.pem", "gate.json", "fraud-customer",
                                "opened.json"),
    "docs/guides/evaluation-gate.md": ("retina/ai-systems.yaml", "evaluation.json", "model.onnx"),
    "docs/guides/history.md": ("inventory.json",),
    "docs/guides/lineage.md": ("events", "lineage/mlposture.toml", "inventory.json"),
    "docs/guides/many-accounts.md": ("part-1.json", "part-2.json"),
    "docs/guides/risk-triage.md": ("ai-systems.yaml", "triage-fraud-scoring.yaml", "examples", "inventory.json"),
    "docs/guides/sarif.md": ("previous.sarif",),
    "docs/guides/serving.md": ("report.json", "history.db", "dossiers"),
    "docs/guides/source-lines.md": ("infra", "inventory.json"),
    "docs/guides/suppressions.md": ("mlposture-suppressions.yaml", "report.json"),
    "docs/guides/trust.md": ("trust.toml", "inventory.json"),
    "docs/guides/what-changed.md": ("monday.json", "tuesday.json", "main.json", "branch.json", "history.db"),
    "docs/integrations.md": ("inventory.json",),
    "mlposture": ("mlposture.toml", "inventory.json"),
    "mlposture bom": ("inventory.json", "ai-systems.yaml"),
    "mlposture card": ("inventory.json",),
    "mlposture datasheet": ("inventory.json",),
    "mlposture diff": ("monday.json", "tuesday.json", "main.json", "branch.json", "history.db"),
    "mlposture evidence": ("ai-systems.yaml",),
    "mlposture gate": ("retina/ai-systems.yaml", "evaluation.json", "by_group.csv", "model.onnx", "key.pem"),
    "mlposture lineage": ("events", "inventory.json"),
    "mlposture permissions": ("report.json",),
    "mlposture serve": ("report.json", "history.db", "dossiers"),
    "mlposture suppress": ("report.json",),
    "mlposture systems": ("triage-fraud-scoring.yaml",),
    "mlposture systems triage": ("ai-systems.yaml", "triage-fraud-scoring.yaml"),
    "mlposture trend": ("history.db",),
}  # fmt: skip
#: What the text of a page says that a file holds, and no command of it.
UNNAMED = ("ai-systems.yaml", "triage-fraud-scoring.yaml")
#: Of which each command begins where the first did: they are choices, and not steps.
CHOICES = ("mlposture init",)
#: What is not run here, and the tests that run it.
LEFT_OUT = {
    "mlposture scan --resume": "tests/test_resume.py stops scans before",
    "mlposture scan aws --engine dask -o report.json": "tests/scanner/collect/test_cluster.py starts clusters",
    "mlposture scan aws --organization --engine dask+tls://scheduler:8786 --journal-store /shared/mlposture "
    "-o report.json": "tests/scanner/collect/test_cluster.py has clusters elsewhere",
    "mlposture scan mlflow --url arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/experiments":
        "tests/checks/mlflow/client/test_managed.py has a server that knows its requests by their signature",
    "mlposture init": "tests/scanner/cli/test_init_command.py has a terminal, at which it asks",
}  # fmt: skip
#: What a person does then with what a command wrote: fills it in, to what `stock` made.
FILLED_IN = {"mlposture systems check --inventory inventory.json": "ai-systems.yaml"}
#: What the simulated services call otherwise: a text on a page → a text that there is.
STAND_INS = {
    "--project my-project": "--project example-fraud-prod",
    "--project ml-prod": "--project example-fraud-prod",
    "--organization 123456789012": "--organization 500000000001",
    "s3://my-bucket/train/": "s3://northwind-example-capture",
    "/run/user/1000/mlposture.sock": "mlposture.sock",
    "evidence build verify": "evidence build fraud-scoring",
}
#: Scans and judgements fail for what is high, unless they are told not to, or print a report for another program.
_FAILS = re.compile("mlposture (scan|evaluate|merge) (?!.*(--fail-on never|-o - ))")
#: Commands that end with another code than 0, by how they begin.
ENDS = {
    "mlposture doctor": (0, 4),  # a simulated cloud has what cannot be read
    "mlposture upload github": (0, 4),  # alerts of an account with gaps are left as they are
    "mlposture systems check --inventory": (2,),  # of a draft that nobody has filled in
}


def known(line: str) -> None:
    """Raises click's errors for a command or an option that there is not."""
    command: click.Command = cli
    context, rest = click.Context(cli), shlex.split(line, comments=True)[1:]
    rest = [word for word in rest if word != "--help"]  # which every command has, and does at once
    while isinstance(command, click.Group) and rest:
        # A group may know what is meant where no command of it is named, as in `evidence SYSTEM`.
        rest = command.parse_args(context, list(rest)) and [*context._protected_args, *context.args]
        if rest:
            _, found, rest = command.resolve_command(context, rest)
            assert found is not None
            command, context = found, click.Context(found, parent=context)
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    unknown = [word for word in rest if word.startswith("-") and word != "-" and word.partition("=")[0] not in options]
    assert not unknown, (line, unknown)


@pytest.mark.parametrize(
    "page", [page for page in PAGES if shown_on(page) or named_on(page)], ids=lambda page: page.stem
)
def test_every_command_and_option_that_a_page_names_is_known(page: Path) -> None:
    for line in (*shown_on(page), *named_on(page)):
        known(line)


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The services, running, and the folder with all that pages take for granted."""
    folder = tmp_path_factory.mktemp("stock")
    with every_service(folder):
        stock(folder)
        yield folder


def own_folder(page: str, stocked: Path, folder: Path) -> Path:
    folder.mkdir()
    for name in TAKEN.get(page, ()):
        source = stocked / name
        if source.is_dir():
            shutil.copytree(source, folder / source.name)
        else:
            shutil.copy(source, folder)
    return folder


def there(line: str, said: str, folder: Path) -> str:
    """A line with what the services and the files have where it shows what others have."""
    for shown, meant in STAND_INS.items():
        line = line.replace(shown, meant)
    if "mlposture suppress " in line:
        findings = json.loads((folder / "report.json").read_bytes())["findings"]
        line = line.replace("3f0c9a1be2", next(one["fingerprint"] for one in findings if one["verdict"] == "fail"))
    if found := re.search("has the digest ([0-9a-f]{64})", said):
        line = re.sub("[0-9a-f]{64}", found[1], line)
    if found := re.search("--secrets ([^ ]+)", line):
        opened = next(iter(json.loads((folder / found[1]).read_bytes())["openings"]))
        return re.sub("--claim [^ ]+", f"--claim {opened}", line)
    if found := re.search("verify ([^ ]+) --claim", line):
        claim = re.search('"claim": ?"([0-9a-f]{8})', (folder / found[1] / "dossier.json").read_text())
        assert claim
        return re.sub("--claim [^ ]+", f"--claim {claim[1]}", line)
    return line


def written(arguments: list[str], folder: Path) -> list[Path]:
    """The files and folders on disk that a command says it writes."""
    named = [
        arguments[at + 1] for at, word in enumerate(arguments) if word in ("-o", "--save-inventory", "--worksheet")
    ]
    return [folder / re.sub("^[a-z]+:(?!//)", "", name) for name in named if name != "-" and "://" not in name]


def run(line: str, arguments: list[str], folder: Path) -> str:
    """What it printed. It ends as expected, and has written what it names."""
    if arguments[0] == "serve":
        with serving(*arguments[1:], cwd=folder, port=not {"--port", "--socket"} & set(arguments)):
            return ""
    done = mlposture(*arguments, cwd=folder)
    usual = (1,) if _FAILS.match(line) else (0,)
    codes = next((codes for begins, codes in ENDS.items() if line.startswith(begins)), usual)
    assert done.returncode in codes, (line, done.stderr)
    missing = [
        path.name
        for path in written(arguments, folder)
        if not path.exists() or not (path.is_dir() or path.stat().st_size)
    ]
    assert not missing, (line, missing)
    return done.stdout


@pytest.mark.parametrize("page", SHOWN)
def test_every_command_of_the_page_runs(
    page: str, stocked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    lines = [line for line in SHOWN[page] if line not in LEFT_OUT]
    folder, said = own_folder(page, stocked, tmp_path / "0"), ""
    for number, line in enumerate(lines):
        if number and page in CHOICES:
            folder = own_folder(page, stocked, tmp_path / str(number))
        meant = there(line, said, folder)
        said = run(line, words(meant, folder, os.environ), folder)
        for begins, name in FILLED_IN.items():
            if line.startswith(begins):
                shutil.copy(stocked / name, folder)


def test_every_report_that_the_page_of_integrations_names_is_written(stocked: Path, tmp_path: Path) -> None:
    """Names in its table are those of its commands."""
    text = (ROOT / "docs" / "integrations.md").read_text(encoding="utf-8")
    shown = set(re.findall(r"-o ([a-z]+:?[\w.-]*)", text))
    run = {name for line in SHOWN["docs/integrations.md"] for name in re.findall(r"-o ([a-z]+:?[\w.-]*)", line)}

    assert shown - run == {"asff:findings.json"}
    outputs = [word for name in sorted(shown) for word in ("-o", name)]
    inventory = str(stocked / "inventory.json")
    assert mlposture("evaluate", inventory, *outputs, "--fail-on", "never", cwd=tmp_path).returncode == 0
    assert all((tmp_path / name.rpartition(":")[2]).stat().st_size for name in shown)


#: Commands that ask no cloud and read no file.
_TELLS = re.compile("mlposture (explain|list|permissions) (?!.*--missing)")
TOLD = sorted({line for page in PAGES for line in named_on(page) if _TELLS.match(line)})


@pytest.mark.parametrize("line", TOLD)
def test_what_texts_name_to_be_looked_up_is_there(line: str, tmp_path: Path) -> None:
    done = mlposture(*shlex.split(line)[1:], cwd=tmp_path)

    assert (done.returncode, bool(done.stdout)) == (0, True), done.stderr


def is_named(file: str, text: str) -> bool:
    return file in text or any(fnmatch(file, word) for word in text.split())


def test_nothing_is_left_out_or_taken_that_need_not_be() -> None:
    lines = {line for page in SHOWN.values() for line in page}
    taken = {(page, Path(name).name) for page, names in TAKEN.items() for name in names}
    text = {page: " ".join(lines) for page, lines in SHOWN.items()}
    fail_with([
        *(f"LEFT_OUT: no page shows {line}" for line in LEFT_OUT if line not in lines),
        *(f"LEFT_OUT: there is no {why}" for why in LEFT_OUT.values() if not (ROOT / why.split()[0]).exists()),
        *(f"STAND_INS: no page shows {one}" for one in STAND_INS if not any(one in line for line in lines)),
        *(f"no page shows {one}" for one in (*ENDS, *FILLED_IN) if not any(line.startswith(one) for line in lines)),
        *(f"TAKEN: {page} names no {name}" for page, name in taken
          if name not in UNNAMED and not is_named(name, text.get(page, ""))),
    ])  # fmt: skip
