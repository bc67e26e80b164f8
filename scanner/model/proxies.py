"""The proxies that the environment names, and what is not their business."""

import os

#: What to do where nothing answers.
NETWORK = "look at the network, and at the proxy if HTTPS_PROXY names one"

_PROXIES = ("http_proxy", "https_proxy", "all_proxy")
#: Where machines, containers and pods of the three clouds get their credentials, over plain HTTP.
_METADATA = (
    *("169.254.169.254", "[fd00:ec2::254]", "fd00:ec2::254", "metadata.google.internal"),
    *("169.254.170.2", "169.254.170.23", "[fd00:ec2::23]", "fd00:ec2::23"),
)


def keep_secrets_from_proxies() -> None:
    """Have machines asked directly who they are, whatever proxies the environment names.

    A proxy would see the token that is answered, or answer with one of its own machine's.
    """
    if not any(name.lower() in _PROXIES and value for name, value in os.environ.items()):
        return
    given = (os.environ.get("no_proxy") or os.environ.get("NO_PROXY") or "").split(",")
    os.environ["no_proxy"] = os.environ["NO_PROXY"] = ",".join(filter(None, dict.fromkeys((*given, *_METADATA))))
