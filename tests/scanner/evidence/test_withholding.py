"""Commitments bind and hide, and what is withheld of texts is what names something, not what explains it."""

from __future__ import annotations

import hashlib
import hmac
import re
from itertools import groupby
from typing import Any

import msgspec
import pytest
from dossiers import SYSTEMS, all_judged, compiled
from support import all_kinds

from scanner.evidence import dossier_types as types
from scanner.evidence.commitments import Committer, Opening, commitment, shown
from scanner.evidence.populations import populations_of
from scanner.evidence.provider_words import WORDS
from scanner.evidence.withholding import Withholding

NAME = "//storage.googleapis.com/example-fraud-public"


def withholding(system: str = "fraud-scoring") -> Withholding:
    return Withholding(compiled(system), (all_judged().inventory,), Committer(b"salt" * 8))


def test_a_commitment_is_an_hmac_under_a_key_of_its_own() -> None:
    salt = b"salt" * 8
    committer = Committer(salt)
    name = committer.of(NAME)
    opening = committer.secrets().openings[name]
    key = hmac.new(salt, NAME.encode(), hashlib.sha256).digest()
    assert bytes.fromhex(opening.key) == key
    assert commitment(opening) == hmac.new(key, NAME.encode(), hashlib.sha256).hexdigest()
    assert (name, committer.of(NAME)) == (shown(commitment(opening)), name)
    assert committer.made().commitments == (commitment(opening),)
    assert salt.hex() not in msgspec.json.encode(committer.secrets()).decode()
    assert commitment(Opening(value=NAME + "x", key=opening.key)) not in committer.made().commitments
    assert committer.of("") == ""
    assert Committer().of(NAME) != Committer().of(NAME)


def observation(message: str, evidence: dict[str, Any]) -> types.Observation:
    [first, *_] = compiled("fraud-scoring").observations
    return msgspec.structs.replace(first, message=message, evidence=evidence)


@pytest.mark.parametrize(
    "text",
    [
        "everyone has a role on the bucket ",
        "3 of 5 replicas, for 3600 seconds, since 2026-11-22",
        "not seen: changes made to the machine in Compute Engine and/or elsewhere",
        "duties of Art. 15(5) and Annex IV(2)(d); CC6.1",
        "it has roles/editor, and so iam.serviceAccounts.actAs or s3:PutObject",
        "public_network_access is Enabled",
    ],
)
def test_a_message_keeps_what_explains_it(text: str) -> None:
    assert withholding().of(observation(text, {})).message == text


@pytest.mark.parametrize(
    "name",
    [
        NAME,
        "example-fraud-public",
        "gs://example-fraud-public/model/",
        "posture-scanner@example-fraud-prod.iam.gserviceaccount.com",
        "projects/999999999999",
        "arn:aws:iam::444455556666:role/stranger",
        "/subscriptions/00000000-0000-0000-0000-000000000009/resourceGroups/rg",
        "444455556666",
        "storage.northwind.example",
    ],
)
def test_a_message_loses_what_names_something(name: str) -> None:
    for text in (f"it is open to {name}", f"“{name}”, and ({name}) too.", f"owner: {name}: yes"):
        said = withholding().of(observation(text, {})).message
        assert name not in said
        assert "id-" in said


@pytest.mark.parametrize(
    "value",
    [
        True, None, 3, 0.5, "Enabled", "TLS1_2", "FULL_CONTROL", "allUsers", "0.0.0.0/0", "*", "s3:GetObject",
        "2026-11-22T12:00:00Z", ["READ", "WRITE"], {"Effect": "Allow"}, "",
    ],
)  # fmt: skip
def test_evidence_keeps_words_of_providers_numbers_and_times(value: object) -> None:
    assert withholding().of(observation("", {"field": value})).evidence == {"field": value}


@pytest.mark.parametrize("name", ["", " "])
def test_what_has_no_name_takes_no_words_away(name: str) -> None:
    dossier = compiled("fraud-scoring")
    [first, *others] = dossier.resources
    nameless = msgspec.structs.replace(dossier, resources=(msgspec.structs.replace(first, name=name), *others))
    told = Withholding(nameless, (), Committer()).of(observation("it is open to all", {"field": "Enabled"}))
    assert (told.message, told.evidence) == ("it is open to all", {"field": "Enabled"})


@pytest.mark.parametrize(
    "value",
    [NAME, ["subnet-0abc"], {NAME: True}, {"Principal": {"AWS": "arn:aws:iam::444455556666:root"}}, "10.0.0.0/8"],
)
def test_evidence_loses_all_that_may_be_a_name(value: object) -> None:
    told = withholding().of(observation("", {"field": value}))
    text = msgspec.json.encode(told.evidence).decode()
    for name in (NAME, "subnet-0abc", "444455556666", "10.0.0.0"):
        assert name not in text
    assert "id-" in text


@pytest.mark.parametrize(
    "evidence",
    [
        {"secrets": ["ZEBRA_QUAGGA"]},
        {"RoleDefinition.role_name": "Zebra Quagga"},
        {"containers": {"container": "Quagga"}},
        {"inline_policies": {"ZebraQuagga": {"Statement": [{"Sid": "Okapi"}]}}},
        {"grants": [{"Grantee": {"DisplayName": "quagga"}}]},
    ],
)
def test_what_evidence_loses_the_message_beside_it_loses_too(evidence: dict[str, Any]) -> None:
    """A word alone looks like any other: what is no word of a provider may be how somebody calls something."""
    words = ("ZEBRA_QUAGGA", "Zebra Quagga", "ZebraQuagga", "Quagga", "quagga", "Okapi")
    told = withholding().of(observation(f"it is open to all by {', '.join(words)}", evidence))
    text = msgspec.json.encode(told.evidence).decode()
    assert not [word for word in words if word in text]
    lost = [word for word in words if f'"{word}"' in msgspec.json.encode(evidence).decode()]
    assert lost
    assert not [word for word in lost if re.search(rf"(?<!Zebra )\b{word}\b", told.message)]
    assert told.message.startswith("it is open to all by ")


def test_words_of_providers_are_no_names_of_the_demo_organisation() -> None:
    """Else a customer could tell by one which resource is meant."""
    for system in SYSTEMS:
        assert not {one.name for one in compiled(system).resources} & WORDS


def test_every_field_of_a_dossier_that_is_named_exists() -> None:
    from scanner.evidence import populations, withholding
    from scanner.model import claims, nouns
    from scanner.systems import manifest, triage

    rooms = (types, populations, claims, nouns, manifest, triage)
    for table in (withholding._WHOLE, withholding._OURS, withholding._OBSERVED):
        for kind, fields in table.items():
            found = [getattr(room, kind) for room in rooms if hasattr(room, kind)]
            assert found, kind
            assert any(fields <= set(one.__struct_fields__) for one in found), kind


def test_no_two_types_of_a_dossier_have_a_name_in_common() -> None:
    kinds: dict[str, set[type]] = {}
    todo: list[Any] = [compiled("retina-diagnosis")]
    seen: set[type] = set()
    for value in todo:  # grows while it is gone through
        if isinstance(value, msgspec.Struct):
            kinds.setdefault(type(value).__name__, set()).add(type(value))
            if type(value) in seen and not isinstance(value, types.ControlPage | types.Question):
                continue
            seen.add(type(value))
            todo += [getattr(value, name) for name in value.__struct_fields__]
        elif isinstance(value, tuple | list):
            todo += value
        elif isinstance(value, dict):
            todo += value.values()
    assert len(kinds) > 20
    assert {name for name, found in kinds.items() if len(found) > 1} == set()


def test_other_systems_and_what_selects_this_one_are_left_out() -> None:
    told = withholding().dossier(compiled("fraud-scoring"))
    assert [system.id for system in told.manifest.systems] == ["fraud-scoring"]
    [include] = told.declared.selectors.include
    assert (include.provider, include.projects, include.regions) == ("gcp", (), ())
    assert told.declared.selectors.exclude == ()
    assert told.state.score == compiled("fraud-scoring").state.score


def test_commitments_do_not_stand_in_the_order_of_names() -> None:
    plain = compiled("fraud-scoring")
    told = withholding().dossier(plain)
    assert list(told.resources) == sorted(told.resources)
    assert [(one.bears, one.check) for one in told.observations] == [
        (one.bears, one.check) for one in plain.observations
    ]
    for _, some in groupby(told.observations, lambda one: (one.bears, one.check)):
        shown = [one.resource for one in some]
        assert shown == sorted(shown)
    for one in populations_of(plain, all_judged().inventory, all_kinds()):
        shown = [(item.kind, item.id) for item in withholding().population(one).items]
        assert shown == sorted(shown) and len(shown) == one.count
