"""From options, or answers at a terminal, to a configuration that a scan reads."""

import importlib
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import click

from reports import FORMATS, SUFFIXES
from scanner.cli.config import NEVER, check_place, parse_outputs, parse_severity, read_config, refuse_undecoded
from scanner.cli.init_command import DEFAULT
from scanner.cli.judging import write_to
from scanner.cli.permission_commands import CLOUDS
from scanner.cli.process import say
from scanner.cli.role_writing import NAMES
from scanner.model.errors import InputError
from scanner.model.nouns import Severity
from scanner.objects.transfer import exists, write
from scanner.store.files import write_atomically
from scanner.store.host import home
from scanner.store.places import Places

#: Settings of each cloud that options name, and what a comment says where one is not given.
_SETTINGS = {
    "aws": {
        "profile": 'profile = "security-audit"   # of your AWS configuration; else as the AWS CLI finds credentials',
        "regions": 'regions = ["eu-west-1"]   # else every region that is enabled',
        "organization": "organization = true   # all accounts of the organisation, through a role in each",
    },
    "gcp": {"projects": 'projects = ["example-ml"]   # else the configured one'},
    "azure": {"subscriptions": 'subscriptions = ["00000000-0000-0000-0000-000000000001"]   # else all that are seen'},
}


def write_config(output: str, options: Mapping[str, Any]) -> None:
    """The configuration to its place, which must be empty. Raises InputError."""
    refuse_undecoded({**options, "output": output})
    if output == "-":
        if sys.stdout is None:
            raise InputError("-o: standard output is closed")
    else:
        check_place("-o", output)
        if exists(output):
            raise InputError(f"-o {output}: is there already, and may be yours; name another file, or - to print it")
    given = dict(options)
    if not given["clouds"]:
        if not sys.stdin.isatty():
            raise InputError("there is no terminal to ask at; name at least one cloud with --cloud")
        given = {**given, **_asked(given)}
    _check(given)
    text = configuration(given)
    if output == "-":
        write_to(None, [text.encode()])
        return
    write(output, partial(write_atomically, chunks=text.encode()))
    looked = f"mlposture doctor {' '.join(given['clouds'])}"
    say(f"{output}: written; look at the credentials with {looked}, then mlposture scan --config {output}")


def configuration(given: Mapping[str, Any]) -> str:
    """The text of it. Raises InputError where no scan would read it."""
    text = "\n".join(_lines(given)) + "\n"
    with tempfile.TemporaryDirectory(prefix="mlposture-") as folder:
        path = Path(folder) / DEFAULT
        path.write_text(text, encoding="utf-8")
        read_config(path)
    return text


def _lines(given: Mapping[str, Any]) -> Iterator[str]:
    yield "# Scan with: mlposture scan --config FILE. A cloud is scanned when its table is here."
    yield "# Options of the command line win over this file."
    yield ""
    yield (
        _setting("output", given["reports"]) if given["reports"] else '# output = ["mlposture.json", "mlposture.html"]'
    )
    yield (
        _setting("fail-on", given["fail_on"])
        if given["fail_on"]
        else '# fail-on = "high"   # exit with 1 from there on'
    )
    for cloud in dict.fromkeys(given["clouds"]):
        yield ""
        yield f"[{cloud}]"
        for name, otherwise in _SETTINGS[cloud].items():
            yield _setting(name, given[name]) if given[name] else f"# {otherwise}"


def _setting(name: str, value: Any) -> str:
    """A line of TOML, whose strings are those of JSON, but that DEL stands for itself in none."""
    return f"{name} = {json.dumps(list(value) if isinstance(value, tuple) else value)}".replace("\x7f", "\\u007f")


def _check(given: Mapping[str, Any]) -> None:
    """Raise InputError for what a scan would refuse, and for what belongs to a cloud that is not scanned."""
    if given["fail_on"]:
        parse_severity("--fail-on", given["fail_on"], NEVER)
    parse_outputs(given["reports"], FORMATS, SUFFIXES, Places())
    for cloud, settings in _SETTINGS.items():
        option = next((name for name in settings if given[name]), None)
        if option and cloud not in given["clouds"]:
            typed = option if option in ("profile", "organization") else option.removesuffix("s")
            raise InputError(f"--{typed} is of {NAMES[cloud]}; add --cloud {cloud}, or leave it out")


def _asked(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the options left open, from a few questions. Enter takes what stands in brackets."""
    found = [cloud for cloud in CLOUDS if _has_credentials(cloud)]
    click.echo("Enter takes what stands in brackets. No cloud is asked.", err=True)
    clouds = _words("Clouds to scan (aws, gcp, azure)", " ".join(found) or "aws", CLOUDS)
    said: dict[str, Any] = {"clouds": clouds}
    if "aws" in clouds and not given["profile"]:
        said["profile"] = click.prompt(
            "AWS: profile, empty for the usual credentials", default="", show_default=False, err=True
        )
    if "aws" in clouds and not given["organization"]:
        said["organization"] = click.confirm("AWS: all accounts of the organisation?", default=False, err=True)
    if "gcp" in clouds and not given["projects"]:
        said["projects"] = _words("Google Cloud: project ids, empty for the configured one", "")
    if "azure" in clouds and not given["subscriptions"]:
        said["subscriptions"] = _words("Azure: subscription ids, empty for all", "")
    if not given["reports"]:
        said["reports"] = _words("Reports to write", "mlposture.json mlposture.html")
    if not given["fail_on"]:
        levels = click.Choice([*map(str, Severity), NEVER])
        said["fail_on"] = click.prompt(
            "Fail from which severity on", default="high", type=levels, show_choices=False, err=True
        )
    return said


def _words(question: str, default: str, known: tuple[str, ...] = ()) -> tuple[str, ...]:
    """Words of an answer, parted by commas or spaces; asked again where one is not among the known."""

    def read(text: str) -> tuple[str, ...]:
        words = tuple(dict.fromkeys(text.replace(",", " ").split()))
        if known and (not words or not set(words) <= set(known)):
            raise click.BadParameter(f"some of {', '.join(known)}")
        return words

    return click.prompt(question, default=default, show_default=bool(default), value_proc=read, err=True)


def _has_credentials(cloud: str) -> bool:
    sources = importlib.import_module(f"checks.{cloud}.credential_sources").sources
    return any(source.found for source in sources(os.environ, home(), {}, metadata=False))
