"""Checks of custom training jobs of the last 30 days, and of those that have not ended.

Finished ones cannot be repaired, but show current practice.
"""

from typing import Any

from checks.blind_spots import IMAGE_VARIABLES, UNSHAPED
from checks.gcp.blind_spots import PERIMETERS
from checks.gcp.iam.disabled import disabled, excuse
from checks.gcp.iam.resources import ServiceAccount
from checks.gcp.names import built_by_google, is_default_account
from checks.gcp.vertex_ai.resources import ENDED, CustomJob
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved
from scanner.model.views import View


@check(id="MLP-2301", severity=Severity.HIGH, objective="workload-identity", since="0.1.0", blind_to=())
def vertex_custom_job_without_service_account(job: CustomJob) -> Verdict:
    """Custom job names no service account and runs as the Vertex AI custom code agent.

    ## Why it matters
    The agent is shared by all such jobs of the project and may read its buckets and tables. Anyone who may start a job
    then has these rights for the price of a container, without permission to act as any account. A persistent resource
    may have an account for the jobs on it, so that the verdict on these is open.

    ## How to fix
    Make a service account for training that may read its data and write its output, and start jobs with it.

    CLI: `gcloud ai custom-jobs create --service-account=EMAIL`. Python: `CustomJob.run(service_account=…)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/custom-service-account
    """
    if missing := unobserved(job, "service_account"):
        return missing
    if job.service_account:
        return passed("it names a service account", service_account=job.service_account)
    if missing := unobserved(job, "persistent_resource"):
        return missing
    if job.persistent_resource:
        return unknown("the service account of its persistent resource")
    return failed("it names no service account", service_account=None)


@check(
    id="MLP-2302",
    severity=Severity.HIGH,
    objective="workload-identity",
    since="0.1.0",
    needs=(ServiceAccount,),
    blind_to=(),
    decided_by=("service_account",),
)
def vertex_custom_job_default_service_account(job: CustomJob, view: View) -> Verdict:
    """Custom job runs as a default service account.

    ## Why it matters
    Training code and the packages it installs come from many hands. As the Compute Engine default account, which often
    holds the Editor role, any of them can change production or read every dataset of the project. A disabled or
    deleted account can do nothing.

    ## How to fix
    Make a service account for training that may read its data and write its output, and start jobs with it.

    CLI: `gcloud ai custom-jobs create --service-account=EMAIL`. Python: `CustomJob.run(service_account=…)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/custom-service-account
    - https://cloud.google.com/compute/docs/access/service-accounts
    """
    if missing := unobserved(job, "service_account"):
        return missing
    if not job.service_account:
        if missing := unobserved(job, "persistent_resource"):
            return missing
        if job.persistent_resource:
            return unknown("the service account of its persistent resource")
        return not_applicable("it names no service account, and so does not run as a default one", service_account=None)
    if is_default_account(job.service_account):
        if off := disabled(view, [job.service_account]):
            return excuse(off)
        return failed("it runs as a default service account", service_account=job.service_account)
    return passed("it runs as a service account of its own", service_account=job.service_account)


@check(id="MLP-2303", severity=Severity.HIGH, objective="hardened-workspaces", since="0.1.0", blind_to=())
def vertex_custom_job_interactive_shell(job: CustomJob) -> Verdict:
    """Custom job allows an interactive shell in its containers.

    ## Why it matters
    Through web access a person gets a shell inside the running job, with its service account and its training data, and
    can change what is being trained. Nothing of what they do appears in the job's definition. Once the job has ended
    nobody can open a shell in it, so that the question does not arise any more.

    ## How to fix
    Leave web access off for all but short debugging runs on test data.

    CLI: leave out `--enable-web-access` of `gcloud ai custom-jobs create`. Python: `CustomJob.run(
    enable_web_access=False)`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/training/monitor-debug-interactive-shell
    """
    if missing := unobserved(job, "state", "web_access"):
        return missing
    if job.state in ENDED:
        return not_applicable("it has ended: nobody can open a shell in it", state=job.state)
    if job.web_access:
        return failed("web access is on", state=job.state, web_access=True)
    return passed("web access is off", state=job.state, web_access=job.web_access)


@check(
    id="MLP-2304",
    severity=Severity.MEDIUM,
    objective="network-isolation",
    since="0.1.0",
    blind_to=(PERIMETERS,),
)
def vertex_custom_job_public_network(job: CustomJob) -> Verdict:
    """Custom job is connected to no network of yours.

    ## Why it matters
    A job runs in a network of Google's in any case. Without a peered network or a Private Service Connect interface it
    can reach your data and services only over public addresses, which then have to be open to it, past your firewall
    and flow logs. A connection does not close its way to the internet: that goes through Google's network too, unless
    a VPC Service Controls perimeter around the project blocks it or the job is told of a proxy of yours.

    ## How to fix
    Start the job with a peered network or with a network attachment, and put the project into a service perimeter.

    CLI: `gcloud ai custom-jobs create --network=projects/NUMBER/global/networks/NAME`. In the job's specification:
    `network` or `pscInterfaceConfig.networkAttachment`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/training/using-private-ip
    - https://cloud.google.com/vertex-ai/docs/training/psc-i-egress
    """
    if missing := unobserved(job, "network", "network_attachment", "persistent_resource"):
        return missing
    shown: dict[str, Any] = {"network": job.network, "network_attachment": job.network_attachment}
    if job.network:
        return passed("it is peered with a network of yours", **shown)
    if job.network_attachment:
        return passed("it has an interface in a network of yours", **shown)
    if job.persistent_resource:
        return not_applicable("it runs on machines that are there already", persistent_resource=job.persistent_resource)
    return failed("it is connected to no network of yours", **shown)


@check(id="MLP-2305", severity=Severity.MEDIUM, objective="key-management", since="0.1.0", blind_to=())
def vertex_custom_job_without_own_key(job: CustomJob) -> Verdict:
    """Custom job is not encrypted with a key of your own.

    ## Why it matters
    The disks of a training job hold its data and checkpoints. With Google's key you cannot withdraw access to them by
    disabling a key, and no log shows when they were decrypted. A persistent resource has a key of its own, or none, for
    the disks of the jobs on it: where a job names no other, the verdict is open.

    ## How to fix
    Start jobs with a Cloud KMS key in their region.

    CLI: `gcloud ai custom-jobs create --kms-key=…`. Python: `aiplatform.init(encryption_spec_key_name=…)` or the same
    argument of `CustomJob`.

    ## References
    - https://cloud.google.com/vertex-ai/docs/general/cmek
    """
    if missing := unobserved(job, "kms_key"):
        return missing
    if job.kms_key:
        return passed("it is encrypted with a key of your own", kms_key=job.kms_key)
    if missing := unobserved(job, "persistent_resource"):
        return missing
    if job.persistent_resource:
        return unknown("the key of its persistent resource")
    return failed("it is encrypted with Google's key", kms_key=None)


@check(
    id="MLP-2306",
    severity=Severity.HIGH,
    objective="secrets-protection",
    since="0.1.0",
    blind_to=(UNSHAPED, IMAGE_VARIABLES),
)
def vertex_custom_job_secrets_in_environment(job: CustomJob) -> Verdict:
    """Custom job has what looks like a secret in its variables or arguments.

    ## Why it matters
    The specification of a job stays readable for everyone who may view jobs, for as long as the job is listed, and is
    copied into logs and pipelines. A token in it is a token in all of these places.

    ## How to fix
    Revoke the credential. Let the training code fetch its secrets from Secret Manager with the job's service account,
    and delete the jobs that show the old one.

    ## References
    - https://cloud.google.com/secret-manager/docs/best-practices
    - https://cloud.google.com/vertex-ai/docs/training/configure-container-settings
    """
    if missing := unobserved(job, "secrets"):
        return missing
    if job.secrets:
        return failed(f"these look like secrets: {', '.join(job.secrets)}", secrets=list(job.secrets))
    return passed("no variable or argument looks like a secret", secrets=[])


@check(id="MLP-2307", severity=Severity.MEDIUM, objective="artifact-integrity", since="0.1.0", blind_to=())
def vertex_custom_job_image_unpinned(job: CustomJob) -> Verdict:
    """Custom job runs a container image that is named by tag, not by digest.

    ## Why it matters
    A tag can be moved. Whoever may push to the repository decides what the next training run executes, with its data
    and its account, and a result cannot be traced to the code that made it. Google's own images are left out.

    ## How to fix
    Start jobs with the digest of the image that was reviewed, `IMAGE@sha256:…`, and make tags of the repository
    immutable.

    CLI: `gcloud ai custom-jobs create --worker-pool-spec=container-image-uri=IMAGE@sha256:…`.

    ## References
    - https://cloud.google.com/artifact-registry/docs/docker/names
    - https://cloud.google.com/vertex-ai/docs/training/create-custom-container
    """
    if missing := unobserved(job, "worker_pools"):
        return missing
    specs = [pool.container_spec for pool in job.worker_pools or ()]
    images = sorted({spec.image_uri for spec in specs if spec and spec.image_uri})
    own = [image for image in images if "@sha256:" in image or not built_by_google(image)]
    if not own:
        return not_applicable("it runs only images that Google builds", worker_pools=images)
    if loose := [image for image in own if "@sha256:" not in image]:
        return failed("it runs an image named by tag", worker_pools=loose)
    return passed("every image of its own is named by digest", worker_pools=own)
