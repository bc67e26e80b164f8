"""`mlposture systems`: what it prints, what it refuses, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import mlposture
from declaring import VALID, with_lines
from factories.aws import endpoint, tagged
from scanning import calm
from support import ROOT, inventory_of

from checks.aws.sagemaker.resources import Endpoint
from scanner.model.nouns import Listing
from scanner.store.inventory import Inventory


@pytest.fixture(scope="module")
def inventory(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("inventory") / "aws.json"
    calm("aws")[0].save(path)
    return str(path)


def test_a_valid_manifest_is_said_to_be_valid(tmp_path: Path) -> None:
    (tmp_path / "ai-systems.yaml").write_text(VALID)
    done = mlposture("systems", "check", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "ai-systems.yaml: valid, 1 AI system (1 minimal)\n"


def test_each_problem_is_a_line_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(with_lines(status="status: live", stage="stages: pilot"))
    done = mlposture("systems", "check", "mine.yaml", cwd=tmp_path)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        "mlposture: mine.yaml:6:11: system sentiment: status: write development, production or retired, not 'live'",
        "mlposture: mine.yaml:7:3: system sentiment: no field 'stages'; did you mean stage?",
        "mlposture: mine.yaml: 2 problems, and nothing was assigned",
    ]


def test_without_a_manifest_the_file_is_named(tmp_path: Path) -> None:
    done = mlposture("systems", "check", cwd=tmp_path)

    assert (done.returncode, done.stderr) == (2, "mlposture: ai-systems.yaml: No such file or directory\n")


def test_with_an_inventory_it_says_who_claims_what(tmp_path: Path, inventory: str) -> None:
    example = str(ROOT / "examples" / "ai-systems.yaml")
    done = mlposture("systems", "check", example, "--inventory", inventory, cwd=tmp_path)
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]

    assert done.returncode == 0
    assert "ticket-sentiment: Ticket sentiment" in lines
    assert "34 resources: 5 selected, 29 by joins, 0 shared" in lines
    assert "aws.logs.DeclaredLogGroup 2 named in the manifest" in lines
    assert "aws.sagemaker.EndpointConfig 2 endpoint_config_name of sagemaker.Endpoint" in lines
    assert "Shared by several systems: none" in lines
    assert "aws.sagemaker.Endpoint arn:aws:sagemaker:eu-west-1:111122223333:endpoint/chat" in lines
    assert "Resources of ML that no system claims: 29" in lines
    assert "include 1: matches nothing, as the inventory holds nothing of gcp" in done.stderr


def test_what_was_not_read_is_said(tmp_path: Path) -> None:
    seen = calm("aws")[0]
    lacking = Inventory(seen.taken_at)
    lacking.scopes = seen.scopes
    lacking.add(seen.of(Endpoint)[0])
    lacking.listings = {("aws.s3.Bucket", seen.scopes[0]): Listing(
        kind="aws.s3.Bucket", scope=seen.scopes[0], complete=False)}  # fmt: skip
    lacking.save(tmp_path / "inventory.json")
    (tmp_path / "ai-systems.yaml").write_text(VALID)
    done = mlposture("systems", "check", "--inventory", "inventory.json", cwd=tmp_path)

    assert done.returncode == 0
    assert done.stderr == (
        "mlposture: the inventory is incomplete: what could not be read belongs to no system here, "
        "and joins may be missing\n"
    )


def test_with_details_each_resource_says_how_it_is_claimed(tmp_path: Path, inventory: str) -> None:
    example = str(ROOT / "examples" / "ai-systems.yaml")
    done = mlposture("systems", "check", example, "--inventory", inventory, "--details", cwd=tmp_path)

    assert (
        "aws.sagemaker.Endpoint arn:aws:sagemaker:eu-west-1:111122223333:endpoint/sentiment-internal: " in done.stdout
    )
    assert ": execution_role_arn of aws.sagemaker.Model arn:aws:sagemaker" in done.stdout
    assert "more; --details lists them" not in done.stdout


def test_what_is_not_ours_cannot_write_to_the_terminal(tmp_path: Path, inventory: str) -> None:
    text = with_lines(name='name: "a\\e[31mred"').replace(
        '- {provider: aws, accounts: ["111122223333"]}',
        '- {provider: aws, arns: ["arn:aws:sagemaker:eu-west-1:111122223333:endpoint/chat"]}',
    )
    (tmp_path / "ai-systems.yaml").write_text(text)
    done = mlposture("systems", "check", "--inventory", inventory, cwd=tmp_path)

    assert done.returncode == 0
    assert "\x1b" not in done.stdout
    assert r"a\x1b[31mred" in done.stdout


def test_what_a_manifest_says_gives_no_secret_away(tmp_path: Path, inventory: str) -> None:
    (tmp_path / "ai-systems.yaml").write_text(with_lines(name="name: Tickets of AKIAIOSFODNN7EXAMPLE"))
    done = mlposture("systems", "check", "--inventory", inventory, cwd=tmp_path)

    assert done.returncode == 0
    assert "sentiment: Tickets of [looks like a credential; redacted]\n" in done.stdout


def test_what_a_tag_says_cannot_write_to_the_terminal_nor_give_a_secret_away(tmp_path: Path) -> None:
    made = inventory_of(
        endpoint("a"), tagged(endpoint("a"), ai_system="x\x1b[31m\n::error::y"),
        endpoint("b"), tagged(endpoint("b"), ai_system="AKIAIOSFODNN7EXAMPLE"),
    )  # fmt: skip
    made.save(tmp_path / "inventory.json")
    (tmp_path / "ai-systems.yaml").write_text(VALID)
    done = mlposture("systems", "check", "--inventory", "inventory.json", cwd=tmp_path)
    lines = [line for line in done.stderr.splitlines() if "correct one of the two" in line]

    assert done.returncode == 0
    assert len(lines) == 2
    assert all(
        line.startswith("mlposture: ai-systems.yaml: system sentiment: claims aws.sagemaker.E") for line in lines
    )
    assert "\x1b" not in done.stderr
    assert not [line for line in done.stderr.splitlines() if line.startswith("::")]
    assert "AKIAIOSFODNN7EXAMPLE" not in done.stderr + (tmp_path / "inventory.json").read_text()


def test_a_draft_is_written_once_and_never_over_another_file(tmp_path: Path, inventory: str) -> None:
    first = mlposture("systems", "init", "--inventory", inventory, cwd=tmp_path)
    written = (tmp_path / "ai-systems.yaml").read_text()
    again = mlposture("systems", "init", "--inventory", inventory, cwd=tmp_path)
    printed = mlposture("systems", "init", "--inventory", inventory, "-o", "-", cwd=tmp_path)

    assert (first.returncode, first.stdout) == (0, "")
    assert (
        first.stderr
        == "mlposture: ai-systems.yaml: drafted; do what each TODO says, then run mlposture systems check\n"
    )
    assert again.returncode == 2
    assert again.stderr == (
        "mlposture: -o ai-systems.yaml: is there already, and may be yours; name another file, or - to print it\n"
    )
    assert (printed.returncode, printed.stdout) == (0, written)
    assert (tmp_path / "ai-systems.yaml").read_text() == written


def test_a_draft_that_nobody_filled_in_is_not_valid(tmp_path: Path, inventory: str) -> None:
    mlposture("systems", "init", "--inventory", inventory, "-o", "draft.yaml", cwd=tmp_path)
    done = mlposture("systems", "check", "draft.yaml", cwd=tmp_path)

    assert done.returncode == 2
    assert "owner is missing; add owner: {team: …, contact: …}" in done.stderr


def test_help_shows_the_way_from_a_scan_to_a_manifest() -> None:
    done = mlposture("systems", "--help")

    assert "mlposture systems init --inventory inventory.json" in done.stdout
    assert "mlposture systems check --inventory inventory.json" in done.stdout
