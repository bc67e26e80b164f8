"""Write a token of OpenID Connect that says which job this is: tokens.py [--every SECONDS] FILE=AUDIENCE...

With --every, new ones until it is ended: one that cannot be had now leaves the last one, and is tried again. Standard
library alone. Source: OpenID Connect reference of GitHub Actions,
https://docs.github.com/en/actions/reference/security/oidc
"""

import json
import os
import sys
import time
from pathlib import Path
from urllib.parse import quote
from urllib.request import Request, urlopen


def token(audience: str) -> str:
    """A new token for this audience. Raises OSError, ValueError or KeyError where there is none."""
    url = f"{os.environ['ACTIONS_ID_TOKEN_REQUEST_URL']}&audience={quote(audience, safe='')}"
    headers = {"Authorization": f"Bearer {os.environ['ACTIONS_ID_TOKEN_REQUEST_TOKEN']}", "User-Agent": "mlposture"}
    with urlopen(Request(url, headers=headers), timeout=30) as reply:  # noqa: S310 - the runner gave the address
        return str(json.load(reply)["value"])


def write(place: Path, text: str) -> None:
    """The whole text or what was there: an SDK may read it at this moment."""
    fresh = place.with_name(f"{place.name}.new")
    fresh.touch(mode=0o600)
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(place)


def main(arguments: list[str]) -> int:
    """3 where there is no token at first."""
    seconds = 0.0
    if arguments[:1] == ["--every"]:
        seconds, arguments = float(arguments[1]), arguments[2:]
    if "ACTIONS_ID_TOKEN_REQUEST_URL" not in os.environ:
        print("::error::GitHub gives this job no token of OpenID Connect; give it the permission id-token: write")
        return 3
    while True:
        time.sleep(seconds)
        for place, _, audience in (wanted.partition("=") for wanted in arguments):
            try:
                write(Path(place), token(audience))
            except (OSError, ValueError, KeyError) as error:
                if not seconds:
                    print(f"::error::GitHub gave no token for {audience} ({type(error).__name__}: {error})")
                    return 3
        if not seconds:
            return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
