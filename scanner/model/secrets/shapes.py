"""Shapes that only credentials have, found in any text under any name."""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from scanner.model.patterns import pattern

#: Each shape after text that it cannot do without, under a character that all of a group need. Looking for fixed text
#: is many times faster than a search, and nearly all text has none of it.
SHAPES = (
    (
        "A",
        (
            ("AKIA", pattern(r"AKIA[0-9A-Z]{16}")),  # AWS access key id
            ("ASIA", pattern(r"ASIA[0-9A-Z]{16}")),
            (":AA", pattern(r"(?<!\d)\d{8,10}:AA[0-9A-Za-z_\-]{33}")),  # Telegram bot
            ("ABSK", pattern(r"ABSK[0-9A-Za-z+/]{30,}")),  # Bedrock API key
            ("AIza", pattern(r"AIza[0-9A-Za-z_\-]{35}")),  # Google API key
            ("AzSe", pattern(r"[0-9A-Za-z]{20}AzSe[A-D][0-9A-Za-z]{5}")),  # Azure AI Search
            ("+ASt", pattern(r"[0-9A-Za-z+/]{20}\+ASt[0-9A-Za-z+/]{6}==")),  # Azure Storage
            ("AgEIcHlwaS", pattern(r"pypi-AgEIcHlwaS[0-9A-Za-z_\-]{20,}")),
        ),
    ),
    (
        "_",
        (
            *((start, pattern(start + r"[0-9A-Za-z]{36}")) for start in ("ghp_", "gho_", "ghu_", "ghs_", "ghr_")),
            ("github_pat_", pattern(r"github_pat_[0-9A-Za-z_]{22,}")),
            ("hf_", pattern(r"hf_[0-9A-Za-z]{30,}")),  # Hugging Face token
            ("gsk_", pattern(r"(?<![0-9A-Za-z])gsk_[0-9A-Za-z]{30,}")),  # Groq
            ("r8_", pattern(r"(?<![0-9A-Za-z])r8_[0-9A-Za-z]{37}")),  # Replicate
            ("pcsk_", pattern(r"pcsk_[0-9A-Za-z_]{30,}")),  # Pinecone
            ("lsv2_", pattern(r"lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10}")),  # LangSmith
            ("k_live_", pattern(r"[rs]k_live_[0-9A-Za-z]{16,}")),  # Stripe
            ("npm_", pattern(r"(?<![0-9A-Za-z])npm_[0-9A-Za-z]{36}")),
            ("dckr_pat_", pattern(r"dckr_pat_[0-9A-Za-z_\-]{24,}")),  # Docker Hub
            ("glsa_", pattern(r"glsa_[0-9A-Za-z]{32}_[0-9a-f]{8}")),  # Grafana
        ),
    ),
    (
        "-",
        (
            (
                "sk-",
                pattern(
                    r"(?<![0-9A-Za-z])sk-(?:(?:proj|svcacct|admin|ant-[a-z0-9]+)-[0-9A-Za-z_\-]{20,}|[0-9A-Za-z]{20,})"
                ),
            ),
            ("pat-", pattern(r"(?<![0-9A-Za-z])pat-(?:na|eu)\d-[0-9a-f]{8}-[0-9a-f\-]{27}")),  # HubSpot
            ("nvapi-", pattern(r"nvapi-[0-9A-Za-z_\-]{30,}")),  # NVIDIA
            ("glpat-", pattern(r"glpat-[0-9A-Za-z_\-]{20,}")),  # GitLab
            ("-----BEGIN", pattern(r"-----BEGIN [A-Z ]*PRIVATE KEY(?: BLOCK)?-----")),
        ),
    ),
    (
        "=",
        (
            ("AccountKey=", pattern(r"AccountKey=[0-9A-Za-z+/=]{20,}")),
            ("SharedAccessKey=", pattern(r"SharedAccessKey=[0-9A-Za-z+/=]{20,}")),
            ("SharedAccessSignature=", pattern(r"SharedAccessSignature=[^\s\"'$<{%;]{10,}")),
            ("sig=", pattern(r"[?&;]sig=[0-9A-Za-z%_\-]{20,}")),  # Azure Storage, Logic Apps and Power Automate
            ("code=", pattern(r"[?&]code=[0-9A-Za-z_\-/+%]{40,}")),  # key of an Azure function
        ),
    ),
    (
        ".",
        (
            ("SG.", pattern(r"SG\.[0-9A-Za-z_\-]{22}\.[0-9A-Za-z_\-]{43}")),  # SendGrid
            ("hvs.", pattern(r"(?<![0-9A-Za-z])hvs\.[0-9A-Za-z_\-]{24,}")),  # HashiCorp Vault
            ("ya29.", pattern(r"ya29\.[0-9A-Za-z_\-]{20,}")),  # Google access token
            (
                "webhook.office.com/",
                pattern(r"webhook\.office\.com/webhookb2/[0-9A-Za-z@\-]+/IncomingWebhook/[0-9a-f]{32}"),
            ),
            ("hooks.slack.com/", pattern(r"hooks\.slack\.com/(?:services|workflows)/[0-9A-Za-z/]{20,}")),
        ),
    ),
    (
        "G",
        (
            ("GOCSPX-", pattern(r"GOCSPX-[0-9A-Za-z_\-]{20,}")),  # Google OAuth client secret
            ("GOOG1", pattern(r"GOOG1[0-9A-Z]{56}")),  # HMAC key of a service account in Cloud Storage
        ),
    ),
    (
        "J",
        (
            ("JQQJ9", pattern(r"[0-9A-Za-z]{20}JQQJ9[0-9A-Za-z]{20}")),  # Azure OpenAI and other AI services
            # JSON web token; of a run of letters the first beginning alone, so that each is looked at once
            (
                "eyJ",
                pattern(r"(?<![0-9A-Za-z_\-])(?>[0-9A-Za-z_\-]*?eyJ)[0-9A-Za-z_\-]{10,}\.eyJ[0-9A-Za-z_\-]{10,}\."),
            ),
        ),
    ),
    (
        "/",
        (
            ("/t/", pattern(r"/t/[a-z]{2}-[0-9a-f]{8}-[0-9a-f\-]{27}")),  # a channel of Anaconda
            ("com/api/webhooks/", pattern(r"discord(?:app)?\.com/api/webhooks/\d+/[0-9A-Za-z_\-]{60,}")),
            ("1//0", pattern(r"(?<![0-9A-Za-z])1//0[0-9A-Za-z_\-]{40,}")),  # Google refresh token
        ),
    ),
    ("d", (("dapi", pattern(r"(?<![0-9A-Za-z])dapi[0-9a-f]{32}")),)),  # Databricks
    ("x", (("xox", pattern(r"xox[abprs]-[0-9A-Za-z\-]{10,}")),)),  # Slack
    ("~", (("Q~", pattern(r"[0-9A-Za-z_~.\-]{3}\dQ~[0-9A-Za-z_~.\-]{31,34}")),)),  # Entra client secret
    (
        "@",  # password in a URL, with or without a user; not a variable or a blank that stands for one
        (
            (
                "://",
                pattern(
                    r"://[^/\s:@]*:(?!\$[({]|\$[A-Za-z_]\w*@|[<{\[]|%\(|%[A-Z_]+%@|\*+@|[xX]+@)[^/\s:@]{3,}@",
                ),
            ),
        ),
    ),
)


def has_shape(text: str) -> bool:
    """Whether any part of a text has a shape that only credentials have."""
    return _known(text) if len(text) <= _SHORT else _has_shape(text)


def _has_shape(text: str) -> bool:
    for needed, shapes in SHAPES:
        if needed in text:
            for start, shape in shapes:
                if start in text and any(not _BLANK.search(found[0]) for found in shape.finditer(text)):
                    return True
    return False


#: What documentation shows in place of a credential: `hf_xxxxxxxxxxxx`.
_BLANK = pattern(r"(?i)x{8}|\*{8}")


#: What is shorter are mostly names of fields and settings, which come again and again.
_SHORT = 48
_known = lru_cache(maxsize=1024)(_has_shape)


@cache
def _marks() -> tuple[tuple[bytes, re.Pattern[bytes]], ...]:
    """What all of a group need, and its fixed texts around that: to skip to one character is faster than all else."""
    return tuple(
        (needed.encode(), _around(needed, [start for start, _ in shapes])) for needed, shapes in SHAPES if needed != "@"
    )


def _around(needed: str, starts: Sequence[str]) -> re.Pattern[bytes]:
    parts = [start.rpartition(needed) for start in starts]
    texts = "|".join(f"(?<={re.escape(before + needed)}){re.escape(after)}" for before, _, after in parts)
    two = [before[-2:] for before, _, _ in parts]
    if min(map(len, two)) == 2:  # of which most characters have others before them, and are done with
        first, second = (re.escape("".join(sorted(set(some)))) for some in zip(*two, strict=True))
        texts = f"(?<=[{first}][{second}]{re.escape(needed)})(?:{texts})"
    return re.compile(f"{re.escape(needed)}(?:{texts})".encode())


def may_hold_secret(document: bytes) -> bool:
    """Whether any string in JSON text may have the shape of a credential: one look at all of them."""
    for needed, marks in _marks():
        if needed in document and marks.search(document):
            return True
    return b"@" in document and any(b"@" in address.partition(b"/")[0] for address in document.split(b"://")[1:])
