from factories.aws import config, endpoint
from support import FAIL, NOT_APPLICABLE, PASS, UNKNOWN, Case

from checks.aws.sagemaker.resources import ActiveCapture, CaptureOption, DataCapture


def capturing(now: str | None, *, on: bool | None = True, rate: int | None = 100, **fields):
    made = ActiveCapture(enable_capture=on, capture_status=now, current_sampling_percentage=rate)
    return endpoint(**{"status": "InService", "active_capture": made, **fields})


def modes(*named: str | None, **fields):
    options = tuple(CaptureOption(capture_mode=name) for name in named)
    return config(**{"data_capture": DataCapture(enable_capture=True), "capture_options": options, **fields})


CASES = {
    "sagemaker_endpoint_data_capture_stopped": [
        Case("it goes on", PASS, capturing("Started")),
        Case("it stopped", FAIL, capturing("Stopped")),
        Case("it stopped after a failed update", FAIL, capturing("Stopped", status="UpdateRollbackFailed")),
        Case("switched off", NOT_APPLICABLE, capturing("Stopped", on=False)),
        Case("a rate of nothing", NOT_APPLICABLE, capturing("Started", rate=0)),
        Case("without capture", NOT_APPLICABLE, endpoint(status="InService", active_capture=None)),
        Case("between two configurations", NOT_APPLICABLE, capturing("Stopped", status="Updating")),
        Case("was never made", NOT_APPLICABLE, capturing("Stopped", status="Failed")),
        Case("no rate is stated", FAIL, capturing("Stopped", rate=None)),
        Case("no status of capture", UNKNOWN, capturing(None)),
        Case("a status of a later API version", UNKNOWN, capturing("Throttled")),
        Case("nothing says whether it is on", UNKNOWN, capturing("Started", on=None)),
        Case("describe was denied", UNKNOWN, endpoint(status="InService")),
    ],
    "sagemaker_endpoint_config_captures_one_side": [
        Case("both", PASS, modes("Input", "Output")),
        Case("both in one", PASS, modes("InputAndOutput")),
        Case("requests alone", FAIL, modes("Input")),
        Case("answers alone", FAIL, modes("Output", "Output")),
        Case("on without a switch", FAIL, modes("Input", data_capture=DataCapture())),
        Case("off", NOT_APPLICABLE, modes("Input", data_capture=DataCapture(enable_capture=False))),
        Case("not configured", NOT_APPLICABLE, config(data_capture=None, capture_options=None)),
        Case("no modes", UNKNOWN, modes()),
        Case("a mode of a later API version", UNKNOWN, modes("Input", "Trace")),
        Case("a mode that is not stated", UNKNOWN, modes(None)),
        Case("describe was denied", UNKNOWN, config()),
    ],
}
