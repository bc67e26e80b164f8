"""CPU time of one call on a bare transport: pooled connections, a signature of one's own, JSON decoded, nothing else.

It bounds what any client in this language can reach on this machine at this time, so it is measured within the run that
it is compared with.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlsplit

import msgspec
import urllib3

REGION = "us-east-1"
CALLS = 400
PAGES = 40


def cost(url: str, key: str, secret: str) -> tuple[float, float]:
    """CPU seconds of one SageMaker describe and of one page of Search, from a server that answers at once."""
    pool = urllib3.PoolManager(maxsize=1)
    ask = _asker(pool, url, key, secret)
    names = [
        item["NotebookInstanceName"] for item in ask("ListNotebookInstances", {"MaxResults": 100})["NotebookInstances"]
    ]
    describe = [{"NotebookInstanceName": names[number % len(names)]} for number in range(CALLS)]
    search = [{"Resource": "Model", "MaxResults": 100}] * PAGES
    return _each(ask, "DescribeNotebookInstance", describe), _each(ask, "Search", search)


Ask = Callable[[str, dict[str, object]], dict[str, list[dict[str, str]]]]


def _each(ask: Ask, operation: str, parameters: list[dict[str, object]]) -> float:
    ask(operation, parameters[0])
    before = time.process_time()
    for given in parameters:
        ask(operation, given)
    return (time.process_time() - before) / len(parameters)


def _asker(pool: urllib3.PoolManager, url: str, key: str, secret: str) -> Ask:
    host = urlsplit(url).netloc
    day = f"{datetime.now(UTC):%Y%m%d}"
    signing = f"AWS4{secret}".encode()
    for part in (day, REGION, "sagemaker", "aws4_request"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    scope = f"{day}/{REGION}/sagemaker/aws4_request"

    def ask(operation: str, parameters: dict[str, object]) -> dict[str, list[dict[str, str]]]:
        body = msgspec.json.encode(parameters)
        now, target = f"{datetime.now(UTC):{day}T%H%M%SZ}", f"SageMaker.{operation}"
        signed = "content-type;host;x-amz-date;x-amz-target"
        headers = f"content-type:application/x-amz-json-1.1\nhost:{host}\nx-amz-date:{now}\nx-amz-target:{target}\n"
        canonical = f"POST\n/\n\n{headers}\n{signed}\n{hashlib.sha256(body).hexdigest()}"
        text = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(signing, text.encode(), "sha256").hexdigest()
        credential = f"Credential={key}/{scope}, SignedHeaders={signed}, Signature={signature}"
        sent = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Date": now, "X-Amz-Target": target}
        sent["Authorization"] = f"AWS4-HMAC-SHA256 {credential}"
        reply = pool.request("POST", url, body=body, retries=False, headers=sent)
        if reply.status != 200:
            raise RuntimeError(f"{operation}: {reply.status} {reply.data[:200]!r}")
        found: dict[str, list[dict[str, str]]] = msgspec.json.decode(reply.data)
        return found

    return ask
