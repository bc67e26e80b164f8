"""What variables tell serving images to download, and from where.

Each image has variables of its own. The images for vLLM and SGLang turn every `SM_VLLM_…` or `SM_SGLANG_…` into an
option of the server: `true`, or nothing at all, is the option alone, and `false` leaves it out.
"""

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from checks.aws.sagemaker.resources import Environed
from scanner.model.patterns import pattern

#: Variables that name what is downloaded, and those that its revision is read from.
_SOURCES: dict[str, tuple[str, ...]] = {
    "HF_MODEL_ID": (
        "HF_MODEL_REVISION",
        "HF_REVISION",
        "REVISION",
        "OPTION_REVISION",
        "SM_VLLM_REVISION",
        "SM_SGLANG_REVISION",
    ),
    "OPTION_MODEL_ID": ("OPTION_REVISION", "HF_REVISION"),
    "OPTION_S3URL": (),
    "OPTION_SPECULATIVE_DRAFT_MODEL": (),
    "SM_VLLM_MODEL": ("SM_VLLM_REVISION",),
    "SM_VLLM_TOKENIZER": ("SM_VLLM_TOKENIZER_REVISION",),
    "SM_VLLM_LORA_MODULES": (),
    "SM_VLLM_SPECULATIVE_CONFIG": (),
    "SM_SGLANG_MODEL": ("SM_SGLANG_REVISION",),
    "SM_SGLANG_MODEL_PATH": ("SM_SGLANG_REVISION",),
    "SM_SGLANG_TOKENIZER_PATH": ("SM_SGLANG_REVISION",),
    "SM_SGLANG_LORA_PATHS": (),
    "SM_SGLANG_SPECULATIVE_DRAFT_MODEL_PATH": ("SM_SGLANG_SPECULATIVE_DRAFT_MODEL_REVISION",),
    "LORA_ADAPTERS": (),
}
#: Of `HF_MODEL_ID`, images with these words in their name read the revision from nothing else.
_REVISIONS_OF_IMAGE = {
    pattern(r"(?:.*[^a-z])?(?:djl|lmi)(?:[^a-z].*)?"): ("HF_REVISION", "OPTION_REVISION"),
    pattern(r"(?:.*[^a-z])?tei(?:[^a-z].*)?|.*tgi.*"): ("HF_MODEL_REVISION", "REVISION"),
    pattern(r".*vllm.*"): ("SM_VLLM_REVISION",),
    pattern(r".*sglang.*"): ("SM_SGLANG_REVISION",),
    pattern(r"huggingface-(?:pytorch|tensorflow)-inference.*"): ("HF_MODEL_REVISION", "HF_REVISION"),
}
_TRUST = (
    "HF_TRUST_REMOTE_CODE",
    "HF_MODEL_TRUST_REMOTE_CODE",
    "TRUST_REMOTE_CODE",
    "OPTION_TRUST_REMOTE_CODE",
    "SM_VLLM_TRUST_REMOTE_CODE",
    "SM_SGLANG_TRUST_REMOTE_CODE",
)
_OPTIONS = ("SM_VLLM_", "SM_SGLANG_")
#: What some image takes for no; all else is yes to some, `y` and `on` to most.
_OFF = ("0", "f", "false", "n", "no", "none", "null", "off")
#: Where these are on, the client of the Hugging Face Hub asks no server. Source:
#: https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables
_OFFLINE, _ON = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"), ("1", "on", "yes", "true")
#: An image with another client, which does not ask for that.
_WITHOUT_CLIENT = pattern(r"(?:.*[^a-z])?tei(?:[^a-z].*)?")
#: Where the toolkits of SageMaker download code from that they run.
_CODE = "SAGEMAKER_SUBMIT_DIRECTORY"
#: A script in an input, as a container of training sees it; the inputs that the SDK makes.
_INPUT, _SCRIPT = "/opt/ml/input/data/", pattern(r"([^/\s]+)/\S*?\.(?:py|sh)(?![\w.])")
_DRIVERS, _BESIDE = "sm_drivers", "code"
#: The option below whose address the SDK keeps a function to be run remotely.
_FUNCTION = "--s3_base_uri"
_S3 = "s3://"
#: All these. No other value of an environment is kept.
VARIABLES = frozenset((*_SOURCES, *(name for names in _SOURCES.values() for name in names), *_TRUST, *_OFFLINE, _CODE))

_COMMIT = pattern(r"[0-9a-f]{40}")
# Old repositories have no owner in their name: `gpt2`.
_HUB_ID = pattern(r"\w[\w.\-]*(?:/[\w.\-]+)?")
#: Adapters and drafts are JSON, or `name=path` beside each other. A revision may follow an at sign.
_PATH = pattern(r'"(?:path|lora_path|model)"\s*:\s*"([^"]+)"')
_PINNED = pattern(r'"revision"\s*:\s*"[0-9a-f]{40}"')
_SEPARATORS = pattern(r'[\s,\[\]"]+')


def hub_sources(container: Environed, image: str | None) -> Iterator[tuple[str, bool]]:
    """Hub repositories that a container of this image downloads, and whether it is told which commit of each."""
    environment = container.environment or {}
    for variable in () if _is_offline(environment, image) else _SOURCES:
        if not (value := environment.get(variable)):
            continue
        given = [environment[name] for name in _revisions(image, variable) if environment.get(name)]
        pinned = (bool(given) and all(map(_COMMIT.fullmatch, given))) or _PINNED.search(value) is not None
        for named in _named(value):
            source, _, revision = named.partition("@")
            if _HUB_ID.fullmatch(source):
                yield source, _COMMIT.fullmatch(revision) is not None if revision else pinned


def _revisions(image: str | None, variable: str) -> tuple[str, ...]:
    if variable != "HF_MODEL_ID":
        return _SOURCES[variable]
    name = _repository(image)
    return next((names for named, names in _REVISIONS_OF_IMAGE.items() if named.fullmatch(name)), _SOURCES[variable])


def _repository(image: str | None) -> str:
    """The last part of the name of an image, without tag or digest."""
    return (image or "").rpartition("/")[2].partition("@")[0].partition(":")[0]


def _is_offline(environment: Mapping[str, str], image: str | None) -> bool:
    """Whether the container is told to ask no hub, and heeds it. The first variable that says something counts."""
    told = next((value for name in _OFFLINE if (value := environment.get(name))), "")
    return told.lower() in _ON and _WITHOUT_CLIENT.fullmatch(_repository(image)) is None


def _named(value: str) -> list[str]:
    """What a variable names: one thing, or several with names before them."""
    paths = [found[1] for found in _PATH.finditer(value)]
    return paths or [part.rpartition("=")[2] for part in _SEPARATORS.split(value) if part]


def weights_of(container: Environed) -> tuple[str, ...]:
    """Addresses in S3 of weights that a variable names."""
    environment = container.environment or {}
    values = [value for name in _SOURCES if (value := environment.get(name)) and _S3 in value]
    return tuple(found for value in values for found in _named(value) if _is_s3(found))


def code_of(container: Environed) -> tuple[str, ...]:
    """Addresses in S3 of code that a variable names."""
    value = (container.environment or {}).get(_CODE, "")
    return (value,) if _is_s3(value) else ()


def code_of_training(reply: Mapping[str, Any]) -> tuple[str, ...]:
    """Addresses in S3 of code that a training job is told of. Hyperparameters are written as JSON strings.

    Version 3 of the SDK of SageMaker brings code as input, and has the command line run what lies there. Source:
    https://github.com/aws/sagemaker-python-sdk
    """
    found = []
    for member, name in (("HyperParameters", _CODE.lower()), ("Environment", _CODE)):
        values = reply.get(member)
        value = values.get(name) if isinstance(values, Mapping) else None
        if isinstance(value, str) and _is_s3(plain := _unquoted(value)):
            found.append(plain)
    words = _command_line(reply.get("AlgorithmSpecification"))
    found += [uri for option, uri in pairwise(words) if option == _FUNCTION and _is_s3(uri)]
    run = _channels_run(words)
    channels = reply.get("InputDataConfig")
    for channel in channels if isinstance(channels, list) else ():
        if isinstance(channel, Mapping) and str(channel.get("ChannelName")) in run:
            uri: Any = channel
            for member in ("DataSource", "S3DataSource", "S3Uri"):
                uri = uri.get(member) if isinstance(uri, Mapping) else None
            found += [uri] if isinstance(uri, str) and uri else []
    return tuple(dict.fromkeys(found))


def _command_line(algorithm: Any) -> list[str]:
    """The entry point of a training job and its arguments."""
    if not isinstance(algorithm, Mapping):
        return []
    parts = (algorithm.get(member) for member in ("ContainerEntrypoint", "ContainerArguments"))
    return [str(word) for part in parts if isinstance(part, list) for word in part]


def _channels_run(words: list[str]) -> set[str]:
    """Names of the inputs that the command line of a training job runs scripts of."""
    inputs = (text for word in words for text in word.split(_INPUT)[1:])
    names = {match[1] for text in inputs if (match := _SCRIPT.match(text))}
    # What drives the script of the user finds it beside.
    return names | {_BESIDE} if _DRIVERS in names else names


def _unquoted(value: str) -> str:
    try:
        read = json.loads(value)
    except ValueError:
        return value
    return read if isinstance(read, str) else value


def _is_s3(value: str) -> bool:
    return value.startswith(_S3)


def trusting(container: Environed) -> list[str]:
    """Variables that let the container run code that comes with the weights."""
    environment = container.environment or {}
    return [name for name in _TRUST if name in environment and _is_on(name, environment[name])]


def _is_on(name: str, value: str) -> bool:
    told = value.strip().lower()
    return told not in _OFF if told else name.startswith(_OPTIONS)
