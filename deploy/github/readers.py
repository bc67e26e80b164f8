"""Who may read what a job of this repository writes: refuses one that is not private unless that is allowed.

Logs, summaries and artifacts of a public repository are there for everybody. Events of schedules say nothing of their
repository, so GitHub is asked; no answer counts as public. Standard library alone, as nothing is installed yet.
"""

import json
import os
import sys
from pathlib import Path
from urllib.request import Request, urlopen


def visibility() -> str:
    """What GitHub says of this repository: private, internal or public; the reason if it does not say."""
    url = f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}"
    headers = {"Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}", "User-Agent": "mlposture"}
    try:
        with urlopen(Request(url, headers=headers), timeout=30) as reply:  # noqa: S310 - GitHub's own address
            return str(json.load(reply)["visibility"])
    except (OSError, ValueError, KeyError) as error:
        return f"of unknown visibility ({type(error).__name__})"


def main() -> int:
    """Say for later steps what may be shown: all, or counts. 2 where nothing may be."""
    found = visibility()
    private, allowed = found == "private", os.environ["ALLOW_PUBLIC"] == "true"
    if not private and not allowed:
        print(
            f"::error::this repository is {found}: others could read where your clouds are weak. Run this in a private "
            "repository, or set allow-public to have counts alone."
        )
        return 2
    with Path(os.environ["GITHUB_OUTPUT"]).open("a", encoding="utf-8") as output:
        print(f"shown={'all' if private else 'counts'}", file=output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
