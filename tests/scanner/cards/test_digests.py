"""Digests in cards: whose they are, by which algorithm, and in which spelling."""

import base64
import json
from typing import Any

import pytest

from scanner.cards.cyclonedx_card import read_cyclonedx
from scanner.cards.digests import artifact_digests, digest, image_digests
from scanner.cards.huggingface_card import read_huggingface
from scanner.cards.members_card import read_members
from scanner.cards.registry_card import read_registry
from scanner.cards.sagemaker_card import read_sagemaker

SHA, IMAGE = "a" * 64, "b" * 64
MD5 = "0f" * 16
BASE64 = base64.b64encode(bytes.fromhex(MD5)).decode()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("artifact_sha256", SHA.upper(), (f"sha256:{SHA}",)),
        ("artifact digest", f"sha256:{SHA}", (f"sha256:{SHA}",)),
        ("Model SHA-256", SHA, (f"sha256:{SHA}",)),
        ("artifact_hash", SHA, (f"sha256:{SHA}",)),
        ("model_md5", MD5, (f"md5:{MD5}",)),
        ("artifact-md5", BASE64, (f"md5:{MD5}",)),
        ("weights", f"md5={MD5}, sha-256: {SHA}", (f"md5:{MD5}", f"sha256:{SHA}")),
        ("artifact crc32c", "AAAAAQ==", ("crc32c:00000001",)),
        ("modelDataETag", f'"{MD5}-12"', (f"etag:{MD5}-12",)),
        ("model_data_etag", f'W/"{MD5}"', (f"etag:{MD5}",)),
        ("artifact_md5", "TODO", ()),
        ("artifact_md5", "0f0f", ()),
        ("artifact_md5", SHA, (f"sha256:{SHA}",)),
        ("training_data_sha256", SHA, ()),
        ("model_training_data_sha256", SHA, ()),
        ("model_image_sha256", SHA, ()),
        ("sha256", SHA, ()),
        ("artifact_sha256", 7, ()),
        ("model_artifact", f"s3://models/{SHA}/model.tar.gz", ()),
        ("model_artifact", f"oci://registry.example.org/model@sha256:{SHA}", (f"sha256:{SHA}",)),
    ],
)
def test_digests_of_artifacts_by_their_names(name: str, value: Any, expected: tuple[str, ...]) -> None:
    assert artifact_digests({name: value}) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("image_digest", (IMAGE,)),
        ("containerImage", (IMAGE,)),
        ("serving image", (IMAGE,)),
        ("training_image_digest", ()),
        ("image_dataset_sha256", ()),
        ("artifact_digest", ()),
    ],
)
def test_digests_of_images_by_their_names(name: str, expected: tuple[str, ...]) -> None:
    assert image_digests({name: f"registry.example.org/scorer@sha256:{IMAGE}"}) == expected


def test_what_is_no_mapping_names_none() -> None:
    assert (artifact_digests(["artifact_sha256"]), image_digests(None)) == ((), ())


@pytest.mark.parametrize(
    ("algorithm", "value"),
    [("md5", SHA), ("sha256", "g" * 64), ("md5", "é" * 32), ("blake3", SHA), ("etag", '"a b"'), ("etag", "")],
)
def test_what_is_no_digest(algorithm: str, value: str) -> None:
    assert digest(algorithm, value) == ""


def test_each_format_names_an_artifact_and_an_image() -> None:
    named = {"artifact_md5": MD5, "image_digest": f"sha256:{IMAGE}"}
    yaml = "".join(f"{name}: {value}\n" for name, value in named.items())
    container = {"type": "container", "name": "scorer", "purl": f"pkg:oci/scorer@sha256%3A{IMAGE}"}
    model = {"modelCard": {}, "hashes": [{"alg": "MD5", "content": MD5}], "components": [container]}
    properties = [{"name": name, "value": value} for name, value in named.items()]
    cards = [
        read_sagemaker(json.dumps({"additional_information": {"custom_details": named}})),
        read_huggingface(f"---\n{yaml}---\n"),
        read_members(named, "yaml"),
        read_registry({}, named),
        read_cyclonedx(json.dumps({"components": [model]})),
        read_cyclonedx(json.dumps({"components": [{"modelCard": {"properties": properties}}]})),
    ]

    assert {(card.digests, card.image_digests) for card in cards} == {((f"md5:{MD5}",), (IMAGE,))}
