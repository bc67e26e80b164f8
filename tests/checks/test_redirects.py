"""What a scan sends goes where it was to go: a redirect, which could lead to anybody, is an answer and no address."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import mlposture
from scanning import running
from worlds.base import Fault, Request, Response, World


def elsewhere(world: World, request: Request) -> Response:
    """With this status, method and body would be kept."""
    return Response(307, b"", {"Location": f"{world.url}/elsewhere{request.path}"})


@pytest.mark.parametrize(
    ("provider", "operations", "code"),
    [
        ("aws", "sts:GetCallerIdentity", 3),
        ("aws", "sagemaker:*", 3),
        ("gcp", "oauth2.token", 3),
        ("gcp", "aiplatform.*", 0),
        ("azure", "oauth2.*", 3),
        ("azure", "Microsoft.Resources/*", 3),
        ("mlflow", "mlflow:*", 3),
    ],
)
def test_no_secret_is_sent_to_where_a_redirect_leads(provider: str, operations: str, code: int, tmp_path: Path) -> None:
    some = {"aws": ("--region", "eu-west-1", "--check", "MLP-1001"), "gcp": ("--check", "MLP-2101")}.get(provider, ())
    with running(provider) as world:
        world.faults.append(Fault(operations, "answer", answer=elsewhere))
        done = mlposture("scan", provider, *some, "--no-cache", "-o", "x.json", "--fail-on", "never", cwd=tmp_path)

    assert done.returncode == code, done.stderr
    assert any(request.status == 307 for request in world.log)
    assert not any("elsewhere" in request.path for request in world.log)
