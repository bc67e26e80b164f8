"""What becomes of an inventory in a bill of materials: items, what leads from one to another, and how that is known."""

from __future__ import annotations

import msgspec
import pytest
from bills import SYSTEMS, declaring, demo, made, manifest, parts, properties, words
from factories import azure, gcp
from factories.aws import (
    IMAGE,
    PINNED,
    arn,
    bucket,
    component_from,
    config,
    container,
    endpoint,
    job,
    model,
    notebook,
    packaged,
    packed,
    s3_source,
    single,
    variant,
)
from support import inventory_of

from checks.aws.sagemaker.resources import Channel, DataCapture, TrainingOutput
from scanner.bom.minimum_elements import load_minimum, standings
from scanner.bom.references import reference
from scanner.model.nouns import Gap, Reason, Scope
from scanner.systems.manifest import Include, Organisation, Selectors

HERE = Scope("aws", "111122223333", "eu-west-1")
BUCKET = "northwind-example-models"
ARTIFACT = f"s3://{BUCKET}/sentiment/nightly/output/model.tar.gz"
DATA = f"s3://{BUCKET}/reviews/"


def lineage():
    """An endpoint, and all that stands behind it."""
    return (
        endpoint("live", endpoint_config_name="live-1"),
        config("live-1", variants=(variant(model_name="sentiment", instance_type="ml.m5.xlarge"),),
               data_capture=DataCapture(enable_capture=True)),
        single(container(PINNED, model_data_url=ARTIFACT), enable_network_isolation=None),
        job(inputs=(Channel(channel_name="training", data_source=s3_source(DATA)),),
            output=TrainingOutput(s3_output_path=f"s3://{BUCKET}/sentiment")),
        bucket(BUCKET),
    )  # fmt: skip


def links(part) -> dict[str, list[str]]:
    return {name: found for name, found in properties(part).items() if name.startswith("dependency:")}


def test_from_an_endpoint_everything_can_be_reached() -> None:
    found = parts(made(inventory_of(*lineage())))

    assert links(found[arn("endpoint", "live")]) == {
        "dependency:inferred:endpoint_config_name": [arn("endpoint-config", "live-1")]
    }
    assert links(found[arn("endpoint-config", "live-1")]) == {
        "dependency:inferred:variants.model_name": [arn("model", "sentiment")]
    }
    assert links(found[arn("model", "sentiment")]) == {
        "dependency:inferred:primary_container.model_data_url": [
            f"arn:aws:s3:::{BUCKET}",
            arn("training-job", "nightly"),
        ],
        "dependency:unresolved:primary_container.model_data_url": [f"artifact:{ARTIFACT}"],
        "dependency:unresolved:primary_container.image": [f"image:{PINNED}"],
    }
    assert links(found[f"artifact:{ARTIFACT}"]) == {"dependency:inferred:url": [f"arn:aws:s3:::{BUCKET}"]}
    assert f"dataset:{DATA}" in links(found[arn("training-job", "nightly")])[
        "dependency:unresolved:inputs.data_source.s3_data_source.s3_uri"
    ]  # fmt: skip


def test_a_model_card_has_what_its_jobs_read_and_nothing_else() -> None:
    found = parts(made(inventory_of(*lineage())))

    assert found[arn("model", "sentiment")]["modelCard"]["modelParameters"] == {
        "datasets": [{"ref": f"dataset:{DATA}"}]
    }
    assert "considerations" not in found[arn("model", "sentiment")]["modelCard"]
    assert "modelCard" not in parts(made(inventory_of(model())))[arn("model", "sentiment")]


def test_what_was_observed_is_said_and_what_nobody_saw_is_not() -> None:
    found = parts(made(inventory_of(*lineage())))

    said = properties(found[arn("endpoint-config", "live-1")])
    assert said["hardware:variants.instance_type"] == ["ml.m5.xlarge"]
    assert said["data-use:data_capture.enable_capture"] == ["true"]
    assert "control:kms_key_id" not in said
    assert properties(found[arn("model", "sentiment")])["control:enable_network_isolation"] == ["not set"]


def test_a_model_that_is_named_and_was_not_seen_is_unresolved() -> None:
    found = parts(
        made(inventory_of(config(variants=(variant(model_name="gone"), variant(model_name="sentiment"))), model()))
    )

    [gone] = [ref for ref in found if ref.endswith(":gone")]
    assert properties(found[gone])["basis"] == ["unresolved"]
    assert links(found[arn("endpoint-config", "sentiment-1")]) == {
        "dependency:inferred:variants.model_name": [arn("model", "sentiment")],
        "dependency:unresolved:variants.model_name": [gone],
    }


def test_a_bucket_that_was_seen_not_to_exist_is_only_named_and_nothing_protects_it() -> None:
    bill = made(inventory_of(single(container(model_data_url="s3://deleted/model.tar.gz")),
                             bucket("deleted", exists=False, owned=None, versioning=None)))  # fmt: skip

    found = parts(bill)["arn:aws:s3:::deleted"]
    said = properties(found)
    assert (said["basis"], said["setting:exists"]) == (["unresolved"], ["false"])
    assert not [name for name in said if name.startswith("control:")]
    assert "externalReferences" not in found
    assert words(bill)["security-controls"] == "missing"


def test_what_is_seen_not_to_be_set_is_no_security_control() -> None:
    assert words(made(inventory_of(bucket(versioning=None))))["security-controls"] == "missing"
    assert words(made(inventory_of(bucket(versioning="Enabled"))))["security-controls"] == "present, 1 item"


def test_an_endpoint_depends_on_its_parts_that_name_it() -> None:
    adapter = component_from("s3://x-y-z/a", endpoint_name="live")
    found = parts(made(inventory_of(endpoint("live"), adapter)))

    assert links(found[arn("endpoint", "live")]) == {"dependency:inferred:endpoint_name": [adapter.id]}
    assert "artifact:s3://x-y-z/a" in found
    served = azure.endpoint(), azure.deployment()
    assert links(parts(made(inventory_of(*served)))[served[0].id]) == {"dependency:inferred": [served[1].id]}


def test_a_notebook_is_there_if_a_system_has_it() -> None:
    inventory = inventory_of(notebook(), model())
    whole = declaring(selectors=Selectors(include=(Include(provider="aws", accounts=("111122223333",)),)))

    assert notebook().id not in parts(made(inventory))
    assert notebook().id in parts(made(inventory, whole))


@pytest.mark.parametrize(
    ("what", "text", "name", "version", "producer", "purl"),
    [
        ("image", f"{IMAGE}:1.4", IMAGE, "1.4", "", ""),
        ("image", IMAGE, IMAGE, "", "", ""),
        ("image", "registry.example:5000/a/Serve:1", "registry.example:5000/a/Serve", "1", "", ""),
        ("image", "docker.example/a/Serve:1@sha256:" + "0" * 64, "docker.example/a/Serve", "sha256:" + "0" * 64, "",
         f"pkg:oci/serve@sha256%3A{'0' * 64}?repository_url=docker.example/a/serve&tag=1"),
        ("image", "not an image", "not an image", "", "", ""),
        ("hub", "example-org/tiny-model", "example-org/tiny-model", "", "example-org",
         "pkg:huggingface/example-org/tiny-model"),
        ("model", "azureml:retina:7", "retina", "7", "", ""),
        ("model", "azureml://registries/public/models/retina/versions/1", "retina", "1", "", ""),
        ("model", "projects/p/locations/l/models/42@3", "42", "3", "", ""),
        ("model", "publishers/example/models/chat@001", "chat", "001", "example", ""),
        ("model", "arn:aws:sagemaker:eu-west-1:aws:hub-content/Public/Model/tiny/1.0.0", "tiny", "1.0.0", "", ""),
        ("model", "sentiment", "sentiment", "", "", ""),
        ("artifact", ARTIFACT, ARTIFACT, "", "", ""),
    ],
)  # fmt: skip
def test_what_a_text_names(what: str, text: str, name: str, version: str, producer: str, purl: str) -> None:
    item = reference(what, text, HERE)

    assert (item.name, item.version, item.producer, item.purl) == (name, version, producer, purl)
    assert item.basis == "unresolved"


@pytest.mark.parametrize("text", ["/opt/ml/model", "s3://bucket/key", "tiny-model", "", "../weights", "a/b/c"])
def test_what_is_no_id_of_a_hub_is_no_model_of_one(text: str) -> None:
    assert reference("hub", text, HERE) is None


def test_a_digest_beside_an_image_is_its_own() -> None:
    package = packaged(packed(IMAGE, image_digest="sha256:" + "b" * 64))

    assert f"image:{IMAGE}@sha256:{'b' * 64}" in parts(made(inventory_of(package)))


def test_a_version_of_vertex_is_found_by_its_number() -> None:
    served = gcp.serving(model_version_id="3")
    found = parts(made(inventory_of(served, gcp.model("1", version="3"))))

    assert not [ref for ref, part in found.items() if properties(part)["basis"] == ["unresolved"]]


def test_where_many_jobs_write_to_one_place_not_all_are_linked_and_that_is_said() -> None:
    jobs = [job(f"j{n}", output=TrainingOutput(s3_output_path=f"s3://{BUCKET}/sentiment/nightly")) for n in range(60)]
    found = parts(made(inventory_of(single(container(IMAGE, model_data_url=ARTIFACT)), *jobs)))

    said = properties(found[arn("model", "sentiment")])
    assert len(said["dependency:inferred:primary_container.model_data_url"]) == 50
    assert said["more:primary_container.model_data_url"] == ["10 more that it may lead to"]


def test_what_two_systems_have_says_both_and_what_lies_outside_is_named() -> None:
    inventory = inventory_of(*lineage(), endpoint("other", endpoint_config_name="live-1"))
    [first] = declaring().systems
    systems = tuple(
        msgspec.structs.replace(first, id=id, selectors=Selectors(
            include=(Include(provider="aws", arns=(arn("endpoint", name),)),), follow=follow))
        for id, name, follow in (("one", "live", ("lineage",)), ("two", "other", ("lineage", "buckets")))
    )  # fmt: skip
    both = msgspec.structs.replace(manifest(), systems=systems)

    found = parts(made(inventory, both, "one"))
    assert arn("endpoint", "other") not in found and f"arn:aws:s3:::{BUCKET}" not in found
    assert properties(found[arn("model", "sentiment")])["system"] == ["one", "two"]
    assert properties(found[f"image:{PINNED}"])["system"] == ["one", "two"]
    assert properties(found[f"artifact:{ARTIFACT}"])["outside:url"] == [f"arn:aws:s3:::{BUCKET}"]
    assert f"arn:aws:s3:::{BUCKET}" in parts(made(inventory, both, "two"))


def test_gaps_are_of_the_clouds_of_a_system_and_make_it_incomplete() -> None:
    inventory = inventory_of(*lineage())
    gap = Gap(kind="aws.sagemaker.Model", operation="sagemaker:DescribeModel", scope=HERE, reason=Reason.DENIED,
              permission="sagemaker:DescribeModel", detail="")  # fmt: skip
    assert made(inventory).complete
    inventory.gaps = (gap, msgspec.structs.replace(gap, scope=Scope("gcp", "p")))

    assert made(inventory, manifest(), SYSTEMS[0]).gaps == (gap,)
    assert made(inventory).gaps == inventory.gaps and not made(inventory).complete


def test_the_list_of_elements_has_fifty_in_seven_clusters() -> None:
    clusters = load_minimum().clusters

    assert [len(cluster.elements) for cluster in clusters] == [10, 9, 13, 10, 2, 4, 2]
    assert len({element.id for cluster in clusters for element in cluster.elements}) == 50


def test_an_element_that_is_missing_says_why() -> None:
    bare = made(inventory_of(model()))

    for standing in (*standings(bare), *standings(demo())):
        assert bool(standing.why) == (standing.word in ("missing", "partial"))


def test_of_nothing_nothing_is_present_but_what_the_document_says_of_itself() -> None:
    said = words(made(inventory_of()))

    assert {id for id, word in said.items() if not word.startswith("missing")} == {
        "sbom-version", "sbom-data-format-name", "sbom-data-format-version", "sbom-tool-name", "sbom-tool-version",
        "sbom-generation-context", "sbom-timestamp",
    }  # fmt: skip
    assert said["model-name"] == "missing, 0 of 0 models"


def test_words_of_elements() -> None:
    said = words(made(inventory_of(*lineage(), model("other")), manifest()))

    assert said["model-training-properties"] == "partial, 1 of 2 models"
    assert said["model-name"] == "present, 2 of 2 models"
    assert said["model-license"] == "missing, 0 of 2 models"
    assert said["intended-application-area"] == "declared, 3 of 3 systems"
    assert said["security-compliance"] == "declared, 3 of 3 systems"
    assert said["operational-performance-kpis"] == "declared, 2 of 3 systems"
    assert said["infrastructure-hardware"] == "present, 1 item"
    assert said["dataset-sensitivity"] == "missing, 0 of 1 dataset"  # which no declared system has


def test_who_only_uses_a_system_is_not_its_producer() -> None:
    deployer = msgspec.structs.replace(
        declaring(classification=msgspec.structs.replace(manifest().systems[0].classification, roles=("deployer",))),
        organisation=Organisation(name="Northwind Example Ltd.", default_roles=("provider",)),
    )

    assert words(made(inventory_of(), deployer))["system-producer"] == "missing, 0 of 1 system"


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_element_of_a_demo_system_is_there_or_explained(system: str) -> None:
    found = standings(demo(system))

    assert all(standing.word in ("present", "declared") or standing.why for standing in found)
    assert {"present", "declared", "missing"} <= {standing.word for standing in found}
