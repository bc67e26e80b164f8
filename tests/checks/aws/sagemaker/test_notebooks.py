from factories.aws import notebook
from support import FAIL, PASS, UNKNOWN, Case

CASES = {
    "sagemaker_notebook_direct_internet_access": [
        Case("internet off", PASS, notebook(direct_internet_access="Disabled")),
        Case("internet on", FAIL, notebook(direct_internet_access="Enabled")),
        Case("a value of a later API version", UNKNOWN, notebook(direct_internet_access="EnabledViaProxy")),
        Case("describe was denied", UNKNOWN, notebook()),
    ],
}
