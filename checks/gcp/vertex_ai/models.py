"""Checks of models in the Vertex AI registry."""

from checks.blind_spots import IMAGE_SETTINGS, IMAGE_VARIABLES, UNSHAPED
from checks.gcp.names import built_by_google
from checks.gcp.vertex_ai.resources import Model
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unobserved


@check(id="MLP-2201", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=())
def vertex_model_without_own_key(model: Model) -> Verdict:
    """Model is not encrypted with a key of your own.

    ## Why it matters
    The registry keeps its own copy of the weights, which are often worth more than the data they came from. With
    Google's key you cannot withdraw access to that copy by disabling a key, and no log shows its use.

    ## How to fix
    The key is set at upload: upload the model again with a Cloud KMS key in its region and delete the old version.

    Python: `Model.upload(…, encryption_spec_key_name=…)`. REST: `encryptionSpec.kmsKeyName` of the model in
    `models:upload`; `gcloud ai models upload` has no option for it.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/cmek
    """
    if missing := unobserved(model, "kms_key"):
        return missing
    if model.kms_key:
        return passed("it is encrypted with a key of your own", kms_key=model.kms_key)
    return failed("it is encrypted with Google's key", kms_key=None)


@check(id="MLP-2202", severity=Severity.LOW, objective="artifact-integrity", since="0.1.0", blind_to=())
def vertex_model_image_unpinned(model: Model) -> Verdict:
    """Model was uploaded with a container image that is named by tag, not by digest.

    ## Why it matters
    Vertex AI copies the image when the model is uploaded, so that a tag that moves later changes nothing that is
    served. But nobody can tell from the model which code it serves, nor upload it again as it was: two versions that
    name the same tag may run different code. Google's own images are left out: Google moves their tags to patch them.

    ## How to fix
    Upload the model with the digest of the image that was tested, `IMAGE@sha256:…`; `gcloud artifacts docker images
    describe IMAGE:TAG` prints it. Make tags of the repository immutable as well.

    CLI: `gcloud ai models upload --container-image-uri=IMAGE@sha256:…`.

    ## References
    - https://cloud.google.com/artifact-registry/docs/docker/names
    - https://cloud.google.com/vertex-ai/docs/reference/rest/v1/ModelContainerSpec
    """
    if missing := unobserved(model, "image_uri"):
        return missing
    if not model.image_uri:
        return not_applicable("it has no container of its own", image_uri=None)
    if "@sha256:" in model.image_uri:
        return passed("the image is named by digest", image_uri=model.image_uri)
    if built_by_google(model.image_uri):
        return not_applicable("Google builds the image and moves its tags", image_uri=model.image_uri)
    return failed("the image is named by tag", image_uri=model.image_uri)


@check(
    id="MLP-2203",
    severity=Severity.HIGH,
    objective="secrets-protection",
    since="0.1.0",
    blind_to=(UNSHAPED, IMAGE_VARIABLES),
)
def vertex_model_secrets_in_environment(model: Model) -> Verdict:
    """Model has what looks like a secret in the variables or arguments of its container.

    ## Why it matters
    The container specification is shown to everyone who may view the model, and is copied with every version and
    deployment. A password or token in it is readable long after its author has left.

    ## How to fix
    Revoke the credential. Let the container fetch its secrets from Secret Manager with the service account of the
    deployed model, and upload a version without the variable; delete the old versions.

    ## References
    - https://cloud.google.com/secret-manager/docs/best-practices
    - https://cloud.google.com/vertex-ai/docs/predictions/use-custom-container
    """
    if missing := unobserved(model, "secrets"):
        return missing
    if model.secrets is None:
        return not_applicable("it has no container of its own", secrets=None)
    if model.secrets:
        return failed(f"these look like secrets: {', '.join(model.secrets)}", secrets=list(model.secrets))
    return passed("no variable or argument looks like a secret", secrets=[])


@check(id="MLP-2204", severity=Severity.HIGH, objective="approved-sources", since="0.1.0", blind_to=(IMAGE_SETTINGS,))
def vertex_model_trusts_remote_code(model: Model) -> Verdict:
    """Model server runs code that is shipped with the weights.

    ## Why it matters
    With remote code trusted, Python files beside the weights are executed when the model is loaded. Whoever can change
    the model repository or the bucket then runs code in your serving container, with its service account.

    ## How to fix
    Deploy a model whose architecture the server supports itself, without `--trust-remote-code`. If it cannot be done
    without, review the code, fix its revision, and serve it from a bucket that only your pipeline may write.

    ## References
    - https://docs.vllm.ai/en/latest/
    - https://huggingface.co/docs/transformers/main/en/models
    """
    if missing := unobserved(model, "remote_code"):
        return missing
    if model.remote_code is None:
        return not_applicable("it has no container of its own", remote_code=None)
    if model.remote_code:
        return failed(f"remote code is trusted by {', '.join(model.remote_code)}", remote_code=list(model.remote_code))
    return passed("no variable or argument trusts remote code", remote_code=[])
