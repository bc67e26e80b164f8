"""The result of the evaluation gate as JUnit XML: a test case a threshold.

*Against* is a failure. What is missing, or too small to say, is an error, and no test that was skipped: a build with
nothing but skipped ones is green.
"""

import xml.etree.ElementTree as ET

from reports.gate_words import EVIDENCE, limits, of_threshold
from reports.writing import clean, redact
from scanner.gate.gate_types import Answer, GateResult

_ELEMENTS = {Answer.AGAINST: "failure", Answer.MISSING: "error", Answer.TOO_FEW: "error"}


def render(result: GateResult) -> bytes:
    """The result as JUnit XML. The last case is the answer to all: it fails where no threshold is there to do so."""
    cases = [(limits(one.asked), one.answer, one.why, of_threshold(one)) for one in result.thresholds]
    cases.append(("all thresholds", result.answer, result.why, iter((*result.why, EVIDENCE))))
    elements = [_ELEMENTS.get(answer) for _, answer, _, _ in cases]
    suites = ET.Element("testsuites", name="mlposture gate")
    at = result.made_at.isoformat(timespec="seconds").removesuffix("+00:00")
    suite = ET.SubElement(suites, "testsuite", name=_shown(result.system), tests=str(len(cases)), timestamp=at)
    suite.attrib |= {"failures": str(elements.count("failure")), "errors": str(elements.count("error")), "skipped": "0"}
    for name, answer, why, lines in cases:
        case = ET.SubElement(suite, "testcase", classname=_shown(f"mlposture.gate.{result.system}"), name=_shown(name))
        if answer in _ELEMENTS:
            said = ET.SubElement(case, _ELEMENTS[answer], type=str(answer), message=_shown("; ".join(why)))
            said.text = clean(redact("\n".join(lines)), lines=True)
    return b'<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(suites) + b"\n"


def _shown(text: str) -> str:
    return clean(redact(text))
