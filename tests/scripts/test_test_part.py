"""What a contributor runs for one check or kind: tests that exist, and a word about names that do not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from support import ROOT, registered

from scripts.test_part import Wrong, for_check, for_kind, main

CHECKS, COLLECTORS = registered()


def test_every_test_that_is_named_exists() -> None:
    files = {test.partition("::")[0] for kind in COLLECTORS for test in for_kind(kind, CHECKS, COLLECTORS)}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", *sorted(files)]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    named = {test for check in CHECKS for test in for_check(check, CHECKS)}
    for kind in COLLECTORS:
        named.update(for_kind(kind, CHECKS, COLLECTORS))

    assert sorted(named - set(listed)) == []


def test_a_kind_brings_the_tests_of_its_checks() -> None:
    chosen = for_kind("NotebookInstance", CHECKS, COLLECTORS)

    assert set(for_check("MLP-1001", CHECKS)) < set(chosen)
    assert chosen == for_kind("aws.sagemaker.NotebookInstance", CHECKS, COLLECTORS)


def test_a_name_that_nothing_has_is_refused_with_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Wrong, match="did you mean sagemaker_notebook_direct_internet_access"):
        for_check("sagemaker_notebook_direct_internet_acces", CHECKS)
    assert main(["kind", "Notebokinstance"]) == 2
    assert "did you mean NotebookInstance?" in capsys.readouterr().err
