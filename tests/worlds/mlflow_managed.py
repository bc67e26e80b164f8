"""An MLflow server as SageMaker manages it: it wants requests signed, and checks each signature by the published steps.

Source: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from urllib.parse import quote

from worlds.base import Request, Response
from worlds.mlflow import MlflowWorld

ACCOUNT, REGION = "111122223333", "eu-west-1"
ARN = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:mlflow-tracking-server/experiments"
APP = f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:mlflow-app/app-EXAMPLE"
KEY, SECRET, SESSION = "ASIAEXAMPLEREADER000", "an-invented-secret/of+a-test", "an-invented-session"
#: Of each kind of server: its host, the header that names it, and what requests are signed for.
KINDS = {
    ARN: (f"{REGION}.experiments.sagemaker.aws", "x-mlflow-sm-tracking-server-arn", "sagemaker-mlflow"),
    APP: (f"mlflow.sagemaker.{REGION}.app.aws", "x-sm-mlflow-app-arn", "sagemaker"),
}
_AUTHORIZATION = re.compile(r"AWS4-HMAC-SHA256 Credential=(\S+?), SignedHeaders=(\S+?), Signature=([0-9a-f]{64})")


class ManagedWorld(MlflowWorld):
    """One of them on loopback."""

    arn = ARN

    def env(self) -> dict[str, str]:
        return {
            "MLFLOW_TRACKING_URI": self.arn,
            "MLPOSTURE_MLFLOW_ENDPOINT": self.url,
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_SESSION_TOKEN": SESSION,
            "AWS_CONFIG_FILE": "/dev/null",
            "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def _respond(self, request: Request) -> Response:
        host, header, _ = KINDS[self.arn]
        if request.headers.get("host") != host or request.headers.get(header) != self.arn:
            return Response(404, b'{"message": "no such server"}', {"Content-Type": "application/json"})
        if not self._knows(request):
            said = {"message": "Missing Authentication Token"}
            return Response(403, json.dumps(said).encode(), {"Content-Type": "application/json"})
        return super()._respond(request)

    def _knows(self, request: Request) -> bool:
        found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if found is None or request.headers.get("x-amz-security-token") != SESSION:
            return False
        scope, names, signature = found.groups()
        day = request.headers["x-amz-date"][:8]
        _, _, service = KINDS[self.arn]
        signed = names.split(";")
        must = {"host", "x-amz-date", "x-amz-security-token", "x-amz-content-sha256", KINDS[self.arn][1]}
        if scope != f"{KEY}/{day}/{REGION}/{service}/aws4_request" or not must <= set(signed):
            return False
        return hmac.compare_digest(
            self._signature(request, signed, f"{day}/{REGION}/{service}/aws4_request"), signature
        )

    def _signature(self, request: Request, signed: list[str], scope: str) -> str:
        path, query = quote(request.path, safe="/-_.~"), "&".join(sorted(request.raw_query.split("&")))
        headers = "".join(f"{name}:{' '.join(request.headers[name].split())}\n" for name in signed)
        digest = hashlib.sha256(request.body).hexdigest()
        canonical = "\n".join((request.method, path, query, headers, ";".join(signed), digest))
        hashed = hashlib.sha256(canonical.encode()).hexdigest()
        text = f"AWS4-HMAC-SHA256\n{request.headers['x-amz-date']}\n{scope}\n{hashed}"
        key = f"AWS4{SECRET}".encode()
        for part in scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()
