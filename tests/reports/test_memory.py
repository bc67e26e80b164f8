"""However many findings there are, a report takes the same memory: one finding at a time is in it.

Findings are made while they are read, as from an inventory on disk, so that none is in memory because of the test.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from support import ROOT, TESTS

from reports import FORMATS
from reports.markdown import MAX_BYTES

MIB = 1 << 20

#: Run with a format and pairs of how many accounts there are, and how many findings in each. Prints, after each pair,
#: the bytes made and the peak of memory so far: the pair with most comes last.
PROGRAM = """
import importlib.util, itertools, os, sys
from pathlib import Path

import msgspec

spec = importlib.util.spec_from_file_location("builders", sys.argv[1])
builders = sys.modules["builders"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(builders)

from reports import renderer
from scanner.model.described import Described
from scanner.store.files import write_atomically
from scanner.model.nouns import Scope, Status


class Synthetic:
    def __init__(self, pattern, accounts, each):
        self.pattern, self.names, self.each = pattern, [f"{n:012}" for n in range(accounts)], each

    def __len__(self):
        return len(self.names) * self.each

    def __iter__(self):
        for name in self.names:
            yield from self.of_account("aws", name)

    def prepared(self):
        return None

    def of_account(self, provider, account):
        scope = Scope(provider, account, "eu-west-1")
        for n in range(self.each):
            name = f"notebook-{n:08}"
            id = f"arn:aws:sagemaker:eu-west-1:{account}:notebook-instance/{name}"
            resource = msgspec.structs.replace(self.pattern.resource, id=id, name=name, scope=scope)
            yield msgspec.structs.replace(self.pattern, resource=resource, fingerprint=f"{account}{n:020}")

    def resources(self):
        return (Described(resource=finding.resource) for finding in self)

    def accounts(self):
        return tuple(("aws", name) for name in self.names)

    def failures(self, most):
        yield len(self), tuple(itertools.islice(self, most))

    def severities_by_account(self):
        return {account: {self.pattern.severity: self.each} for account in self.accounts()}


def peak():
    # Not ru_maxrss: a new process starts with that of the one that started it.
    [line] = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def counted(chunks):
    global size
    for chunk in chunks:
        size += len(chunk)
        yield chunk


format, *numbers = sys.argv[2:]
report = builders.report_of(builders.notebook("n", direct_internet_access="Enabled", role_arn=None))
[pattern] = report.findings
assert pattern.verdict is Status.FAIL
for accounts, each in zip(*[map(int, numbers)] * 2):
    size = 0
    findings = Synthetic(pattern, accounts, each)
    counts = {**report.counts, "fail": len(findings)}
    report = msgspec.structs.replace(report, findings=findings, scopes=(), counts=counts)
    write_atomically(Path(os.devnull), counted(renderer(format)(report)))
    print(size, peak())
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="only Linux tells the peak of a process")


def measured(format: str, *pairs: tuple[int, int]) -> list[list[int]]:
    """Bytes of the report with so many accounts and findings in each, and of memory at the peak until then."""
    builders = str(TESTS / "reports" / "conftest.py")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, builders, format, *(str(number) for pair in pairs for number in pair)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT}:{TESTS}", "PYTHONHASHSEED": "0"},
    )
    assert done.returncode == 0, done.stderr
    return [[int(number) for number in line.split()] for line in done.stdout.splitlines()]


@pytest.mark.parametrize("format", sorted(FORMATS.keys() - {"sarif"}))
def test_a_hundred_times_the_findings_take_no_more_memory(format):
    [few_size, few], [many_size, many] = measured(format, (1, 200), (1, 20_000))
    times = 5 if format == "html" else 50  # a page compresses findings, and has much that is always there
    assert many_size <= MAX_BYTES if format == "md" else many_size > times * few_size
    assert many - few < 2 * MIB


def test_sarif_takes_the_memory_of_one_account():
    [one_size, one], [twenty_size, twenty] = measured("sarif", (1, 1_250), (20, 1_250))
    assert twenty_size > 19 * one_size
    assert twenty - one < 2 * MIB


def test_sarif_keeps_no_more_than_it_may_show():
    [_, full], [_, over] = measured("sarif", (1, 5_000), (1, 15_000))
    assert over - full < 2 * MIB
