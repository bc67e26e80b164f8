"""Checks of what SageMaker endpoints record of their requests and answers."""

from msgspec import UNSET

from checks.aws.sagemaker.references import captures
from checks.aws.sagemaker.resources import Endpoint, EndpointConfig
from checks.blind_spots import ARRIVAL
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, not_applicable, passed, unknown, unobserved

#: While an endpoint changes, capture is between two configurations; one that is gone serves nobody.
_NOT_SETTLED = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting", "Failed", "OutOfService")
_BOTH = "InputAndOutput"
_MISSING = {"Input": "answers", "Output": "requests"}


@check(id="MLP-5501", severity=Severity.MEDIUM, objective="data-capture", since="0.1.0", blind_to=(ARRIVAL,))
def sagemaker_endpoint_data_capture_stopped(endpoint: Endpoint) -> Verdict:
    """Endpoint is set to capture requests and responses, and capture has stopped.

    What counts is what the endpoint says of itself. One that changes is between two configurations, and is not judged;
    one that says nothing of capture has none. MLP-1203 speaks of configurations without capture.

    ## Why it matters
    Whoever reads the configuration believes that there is a record, and since an unknown moment there is none: a
    monitor that compares it with a baseline has nothing to see, and decisions of these days cannot be looked into.
    SageMaker stops capture by itself, to protect inference, when the disk of an instance is nearly full.

    ## How to fix
    See that disks stay below three quarters full (`DiskUtilization` of the endpoint in CloudWatch), and that the
    execution role may write to the destination and use its key. Then move the endpoint to a new configuration, which
    starts capture again.

    An account that data capture is closed to, as it is to new customers of SageMaker, keeps the record on its own: the
    application that calls the endpoint, or the inference code, writes requests and answers to Firehose or to a bucket.

    CLI: `aws sagemaker describe-endpoint --endpoint-name …` shows `CaptureStatus`; `aws sagemaker update-endpoint`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DataCaptureConfigSummary.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
    """
    if missing := unobserved(endpoint, "active_capture", "status"):
        return missing
    capture = endpoint.active_capture
    if endpoint.status in _NOT_SETTLED:
        return not_applicable(f"the status is {endpoint.status}", status=endpoint.status)
    if not capture or capture.enable_capture is False or capture.current_sampling_percentage == 0:
        return not_applicable("it is not set to capture anything")
    if capture.enable_capture is None or capture.capture_status not in ("Started", "Stopped"):
        return unknown("active_capture (EnableCapture, CaptureStatus)")
    if capture.capture_status == "Stopped":
        return failed("capture is on and has stopped", active_capture=capture)
    return passed("capture goes on", active_capture=capture)


@check(id="MLP-5502", severity=Severity.LOW, objective="data-capture", since="0.1.0", blind_to=(ARRIVAL,))
def sagemaker_endpoint_config_captures_one_side(config: EndpointConfig) -> Verdict:
    """Only requests, or only answers, of the endpoint are captured.

    ## Why it matters
    An answer without its request cannot be explained, and a request without the answer does not show what was decided.
    Drift of the data shows in requests; a model that gets worse, or treats groups differently, shows in answers beside
    them.

    ## How to fix
    Create a configuration that captures both and move the endpoint to it. Where one side must not be kept, because of
    the people in it, suppress this with that reason.

    An account that data capture is closed to, as it is to new customers of SageMaker, lets the application that calls
    the endpoint, or the inference code, write the missing side to Firehose or to a bucket, with the inference id.

    Terraform: a second `capture_options { capture_mode = … }` in `data_capture_config` of
    `aws_sagemaker_endpoint_configuration`. CLI: `CaptureOptions=[{CaptureMode=Input},{CaptureMode=Output}]` in
    `--data-capture-config`.

    ## References
    - https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CaptureOption.html
    - https://docs.aws.amazon.com/sagemaker/latest/dg/model-monitor-data-capture-endpoint.html
    """
    if missing := unobserved(config, "data_capture"):
        return missing
    if not captures(config.data_capture or None):
        return not_applicable("data capture is off")
    if config.capture_options is UNSET or not config.capture_options:
        return unknown("capture_options")
    modes = {option.capture_mode for option in config.capture_options}
    if _BOTH in modes or modes >= _MISSING.keys():
        return passed("requests and answers are captured", capture_options=config.capture_options)
    if len(modes) == 1 and (side := _MISSING.get(str(*modes))):
        return failed(f"{side} are not captured", capture_options=config.capture_options)
    return unknown("capture_options (CaptureMode)")
