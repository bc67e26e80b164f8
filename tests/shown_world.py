"""Where commands of the documentation run: every simulated service at once, and files that they take for granted."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from commandline import mlposture
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from gating import SEX, evaluation, manifest
from gcp_storage_emulator.server import create_server
from nights import Nights, lab
from scanning import all_running, document
from support import ROOT
from uploading import github
from worlds.aws_security_hub import security_hub
from worlds.receiver import Receiver

from scanner.objects.transfer import write

#: The buckets of the documentation.
REPORTS, STATE = "northwind-example-posture", "northwind-example-state"
_EXAMPLES = ROOT / "examples"
_TERRAFORM = _EXAMPLES / "terraform"
_KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_WEIGHTS = b"invented weights"
TRUST = """\
[[trust.accounts]]
value = "444455556666"
reason = "Contoso Example labels our training data"
"""
#: What variables of shells and pipelines hold.
VARIABLES = {
    "GITHUB_STEP_SUMMARY": "step-summary.md",
    "SLURM_ARRAY_TASK_ID": "3",
    "MODEL": hashlib.sha256(_WEIGHTS).hexdigest(),
    "TEST_DATA": "0e57",
    "TRAINING_DATA": "7e41",
}


@contextmanager
def every_service(folder: Path) -> Iterator[None]:
    """Three clouds with the buckets of the documentation, MLflow, lineage, GitHub, Security Hub, and a webhook."""
    aws, gcp, azure, mlflow = map(document, ("aws", "gcp", "azure", "mlflow"))
    aws["buckets"] += [{"name": name, "region": "eu-west-1"} for name in (REPORTS, STATE)]
    aws["organization"] = [{"id": id, "name": id, "status": "ACTIVE"} for id in (aws["account"], "444455556666")]
    aws["assumable"] = {"arn:aws:iam::444455556666:role/mlposture-reader": "444455556666"}
    buckets = gcp["collections"]["storage.googleapis.com/v1"]["buckets"]
    buckets.append({**buckets[0], "name": REPORTS})
    azure["management_groups"] = {"northwind": [azure["subscription"]["subscriptionId"]]}
    _evaluated(mlflow)
    with ExitStack() as stack:
        server = stack.enter_context(create_server("127.0.0.1", 0, in_memory=True, default_bucket=REPORTS))
        worlds = stack.enter_context(all_running(aws=aws, gcp=gcp, azure=azure, mlflow=mlflow))
        worlds["aws"].writable = (REPORTS, STATE)  # type: ignore[attr-defined]
        worlds["gcp"].objects = f"http://127.0.0.1:{server._api._httpd.server_address[1]}"  # type: ignore[attr-defined]
        hub = stack.enter_context(security_hub())
        receiver = stack.enter_context(Receiver({}))
        stack.enter_context(github(folder))
        keys = [f"{name.lower()}={os.environ[name]}" for name in os.environ if name.startswith(_KEYS)]
        profile = "\n".join(("[profile security-audit]", "region=eu-west-1", *keys))
        (folder / "aws-config").write_text(profile, encoding="utf-8")
        own = {"AWS_CONFIG_FILE": str(folder / "aws-config"), "AWS_ENDPOINT_URL_SECURITYHUB": hub.url,
               "MOTO_ACCOUNT_ID": aws["account"]}  # fmt: skip
        stack.enter_context(mock.patch.dict(os.environ, {**own, **receiver.env(), **VARIABLES}))
        for region in ("eu-west-1", "us-east-1"):
            hub.enable(aws["account"], region)
        yield


def _evaluated(mlflow: dict[str, Any]) -> None:
    """Have the first model of MLflow be evaluated by sex, too."""
    metrics = mlflow["logged_models"][0]["data"]["metrics"]
    measures = {"mae": 45.0, "mae_standard_error": 2.0, "count": 200.0}
    metrics += [{**metrics[0], "key": f"{key}/sex:{sex}", "value": value} for key, value in measures.items()
                for sex in "12"]  # fmt: skip


def stock(folder: Path) -> None:
    """Make all that pages take for granted in one folder, of which each gets what it needs."""
    for example in ("ai-systems.yaml", "mlposture-suppressions.yaml", "triage-fraud-scoring.yaml", "mlposture.toml"):
        shutil.copy(_EXAMPLES / example, folder)
    _scans(folder)
    _gate(folder)
    _keys(folder)
    (folder / "lineage").mkdir()
    (folder / "lineage" / "mlposture.toml").write_text('[lineage]\nplaces = ["events/"]\n', encoding="utf-8")
    shutil.copytree(_EXAMPLES, folder / "examples")
    (folder / "trust.toml").write_text(TRUST, encoding="utf-8")
    shutil.copytree(_TERRAFORM, folder / "infra")
    (folder / "events").mkdir()
    lines = "".join(json.dumps(event) + "\n" for event in document("lineage")["events"])
    (folder / "events" / "november.ndjson").write_text(lines, encoding="utf-8")
    nights = Nights(f"sqlite:///{folder / 'history.db'}")
    for _ in range(19):
        nights.scan(lab("a"), lab("b"))
    _dossiers(folder)
    _objects(folder)


def _run(folder: Path, *arguments: str) -> None:
    done = mlposture(*arguments, cwd=folder)
    assert done.returncode in (0, 4), done.stderr


def _scans(folder: Path) -> None:
    never = ("--fail-on", "never")
    outputs = ("-o", "report.json", "-o", "report.sarif", "-o", "asff:findings.asff")
    _run(folder, "scan", "aws", "--systems", "ai-systems.yaml", "--save-inventory", "inventory.json", *outputs, *never)
    for name in ("monday.json", "tuesday.json", "main.json", "branch.json"):
        shutil.copy(folder / "report.json", folder / name)
    for name in ("previous.sarif", "mlposture.sarif"):
        shutil.copy(folder / "report.sarif", folder / name)
    (folder / "gcp").mkdir()
    kept = ("--keep-replies", "--save-inventory", "inventory.json")
    _run(folder / "gcp", "scan", "gcp", "--systems", "../ai-systems.yaml", *kept, *never)
    for number in (1, 2):
        part = ("--shard", f"{number}/2", "--save-inventory", f"part-{number}.json")
        _run(folder, "scan", "aws", "--organization", *part, *never)


def _gate(folder: Path) -> None:
    """A system `retina` with a threshold, its model, and evaluations by group that clear it."""
    (folder / "model.onnx").write_bytes(_WEIGHTS)
    evaluation(folder, {"1": (45.0, 200), "2": (44.0, 190)}, model_digest=VARIABLES["MODEL"])
    rows = ("metric,sex,value,items,standard_error", "mae,1,45.0,200,2.0", "mae,2,44.0,190,2.0")
    (folder / "by_group.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    for name in ("retina", "retina-diagnosis"):
        made = folder / name
        made.mkdir()
        manifest(made, SEX)
        path = made / "ai-systems.yaml"
        text = path.read_text(encoding="utf-8").replace("- id: progression", f"- id: {name}")
        chosen = "    include:\n    - {provider: mlflow, registered_models: [fraud-scorer]}\n"
        path.write_text(text.replace("    include:\n", chosen), encoding="utf-8")
    result = ("--evaluation", "../evaluation.json", "--model-digest", VARIABLES["MODEL"], "-o", "../gate.json")
    _run(folder / "retina-diagnosis", "gate", "retina-diagnosis", *result)


def _keys(folder: Path) -> None:
    """What `openssl genpkey` and `openssl pkey -pubout` write."""
    key, pem = Ed25519PrivateKey.generate(), serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(private)
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    (folder / "public.pem").write_bytes(public)


def _dossiers(folder: Path) -> None:
    """One for an auditor, and one for a customer beside what opens it."""
    (folder / "dossiers").mkdir()
    inventory = ("--systems", "../ai-systems.yaml", "--inventory", "inventory.json")
    _run(folder / "gcp", "evidence", "fraud-scoring", *inventory, "-o", "../dossiers/fraud-scoring")
    customer = ("--audience", "customer", "-o", "../fraud-customer")
    _run(folder / "gcp", "evidence", "fraud-scoring", *inventory, *customer)
    shutil.move(folder / "fraud-customer-secrets.json", folder / "opened.json")


def _objects(folder: Path) -> None:
    """What is in the buckets of the documentation."""
    state = _TERRAFORM / "terraform.tfstate"
    write(f"s3://{STATE}/ml/terraform.tfstate", lambda path: shutil.copyfile(state, path))
    write(f"s3://{REPORTS}/mlposture.toml", lambda path: path.write_text("[aws]\n", encoding="utf-8"))
    for name in ("part-1.json", "part-2.json"):
        write(f"gs://{REPORTS}/{name}", lambda path, name=name: shutil.copyfile(folder / name, path))
