"""What is planted in the generated AWS world, by index, as the replay server's documentation states it. Pure.

Written from that statement and not from the server's code, so that the two can disagree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

ACCOUNT, REGION = "111122223333", "us-east-1"
_ENDPOINTS = ("endpoint", "endpoint-")
#: A rule that says nothing about the resource of an index.
_SILENT = "silent"
#: Segment of the ARN, prefix of names → check id → whether the resource of an index fails it.
_PLANTED: dict[tuple[str, str], dict[str, Callable[[int], bool | str]]] = {
    ("notebook-instance", "notebook-"): {
        "MLP-1001": lambda i: i % 3 == 0,
        "MLP-1002": lambda i: i % 3 == 0,
        "MLP-1003": lambda i: i % 2 == 0,
        "MLP-1004": lambda i: i % 4 == 0,
    },
    ("model", "model-"): {
        "MLP-1101": lambda i: i % 2 == 0,
        "MLP-1102": lambda i: i % 3 == 0,
        "MLP-1105": lambda i: i % 4 == 0,
        "MLP-1106": lambda i: i % 50 == 49,
    },
    ("training-job", "job-"): {
        "MLP-1301": lambda i: i % 4 == 0,
        "MLP-1302": lambda i: i % 2 == 0,
        "MLP-1303": lambda i: i % 3 == 0,
        "MLP-1304": lambda i: i % 5 == 0,
        "MLP-1305": lambda i: i % 5 == 0,
        "MLP-1308": lambda i: _SILENT if i % 100 else i % 200 == 0,  # nobody can open a shell in a finished job
    },
    ("endpoint-config", "config-"): {
        "MLP-1201": lambda i: i % 4 == 0,
        "MLP-1202": lambda i: i % 5 == 0,
        "MLP-1203": lambda i: i % 3 == 2,
    },
    _ENDPOINTS: {
        "MLP-1251": lambda i: i % 10 == 0,
    },
}


def planted(per_kind: int, endpoints: int = 0) -> dict[tuple[str, str], str]:
    """(check id, resource ARN) → pass or fail, for everything of the world that a rule speaks of."""
    return dict(_rules(per_kind, endpoints))


def _rules(per_kind: int, endpoints: int) -> Iterator[tuple[tuple[str, str], str]]:
    for (segment, prefix), rules in _PLANTED.items():
        for index in range(endpoints if (segment, prefix) == _ENDPOINTS else per_kind):
            arn = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{segment}/{prefix}{index:06d}"
            for check, fails in rules.items():
                if (found := fails(index)) != _SILENT:
                    yield (check, arn), "fail" if found else "pass"


def unfinished(per_kind: int) -> int:
    """Training jobs that still run: every hundredth."""
    return len(range(0, per_kind, 100))
