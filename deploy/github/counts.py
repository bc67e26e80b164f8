"""Print what a JSON report counts, and nothing that names anything: counts.py REPORT."""

import json
import sys
from pathlib import Path


def main(path: str) -> None:
    """The counts as a table in Markdown."""
    report = json.loads(Path(path).read_bytes())
    summary = report["summary"]
    rows = {"resources": summary["resources"], **summary["verdicts"]}
    rows |= {f"failures, {severity}": number for severity, number in summary["by_severity"].items()}
    rows |= {f"{state}, since the last scan": number for state, number in (summary["states"] or {}).items()}
    rows["gaps"] = len(report["gaps"])
    again = report["history"]["as_before"]
    rows |= {f"{what}, as before": again[what] for what in ("gaps", "unknown") if again[what]}
    print("| ML posture | |\n|---|---|")
    for name, number in rows.items():
        print(f"| {name.replace('_', ' ')} | {number} |")


if __name__ == "__main__":
    main(sys.argv[1])
