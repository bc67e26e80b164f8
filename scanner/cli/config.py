"""What a run was asked to do: options and the configuration file, validated before any cloud is asked."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

import msgspec

from scanner.cli.options import spelled
from scanner.cli.trusted import parse_trust
from scanner.cli.wording import in_words
from scanner.model.errors import InputError
from scanner.model.nouns import Severity, Status
from scanner.model.registry import PROVIDERS
from scanner.model.trust import Entry
from scanner.objects.addresses import parse
from scanner.objects.transfer import check
from scanner.store.files import check_target
from scanner.store.places import Places
from scanner.store.saved import Shard

NEVER = "never"
#: What goes before a severity where only failures count that an earlier scan did not have.
NEW = "new:"


class AwsSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Which AWS accounts and regions; empty means the account of the credentials and every enabled region."""

    profile: str | None = None
    role_arns: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    organization: bool = False
    organization_role: str = "mlposture-reader"


class GcpSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Which Google Cloud projects and locations; empty means the configured project and every location."""

    projects: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()


class AzureSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Which Azure subscriptions; empty means all that the credential sees."""

    subscriptions: tuple[str, ...] = ()
    management_groups: tuple[str, ...] = ()


class MlflowSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Which MLflow servers, by address; empty means the one that MLFLOW_TRACKING_URI names."""

    urls: tuple[str, ...] = ()


class LineageSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Which files and folders of OpenLineage events, and which servers of lineage, by address."""

    places: tuple[str, ...] = ()


class BoundSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """How large a reply may be and how long a listing, for accounts that come near the defaults."""

    reply_mib: Annotated[int, msgspec.Meta(ge=1, le=1024)] | None = None
    pages: Annotated[int, msgspec.Meta(ge=1)] | None = None
    empty_pages: Annotated[int, msgspec.Meta(ge=1)] | None = None


class OutputSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """Where reports go, and the profile of the user's AWS configuration that writes those in buckets of S3."""

    paths: tuple[str, ...] = ()
    profile: str | None = None


class SarifSettings(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """What SARIF is like; the options of the same names."""

    category: str | None = None
    profile: str | None = None
    group: str | None = None
    incomplete: str | None = None


class Config(msgspec.Struct, frozen=True, kw_only=True, rename="kebab", forbid_unknown_fields=True):
    """A configuration file. A cloud or other source is scanned when its table is there, even an empty one."""

    aws: AwsSettings | None = None
    gcp: GcpSettings | None = None
    azure: AzureSettings | None = None
    mlflow: MlflowSettings | None = None
    lineage: LineageSettings | None = None
    #: a table, or the paths alone
    outputs: tuple[str, ...] | OutputSettings = msgspec.field(name="output", default=())
    save_inventory: str | None = None
    keep_replies: bool | None = None
    verdicts: str | None = None
    check: tuple[str, ...] = ()
    skip_check: tuple[str, ...] = ()
    min_severity: str | None = None
    framework: tuple[str, ...] = ()
    framework_file: tuple[str, ...] = ()
    systems: str | None = None
    suppressions: str | None = None
    as_of: str | None = None
    tfstate: tuple[str, ...] = ()
    source_root: str | None = None
    fail_on: str | None = None
    fail_on_incomplete: bool | None = None
    fail_on_newly_incomplete: bool | None = None
    min_coverage: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    baseline: tuple[str, ...] = ()
    store: str | None = None
    notify: str | None = None
    notify_counts: bool | None = None
    sarif: SarifSettings = SarifSettings()
    concurrency: Annotated[int, msgspec.Meta(ge=1, le=256)] | None = None
    time_limit: str | None = None
    unit_time_limit: str | None = None
    call_time_limit: str | None = None
    bounds: BoundSettings = BoundSettings()
    grace: str | None = None
    no_cache: bool | None = None
    no_index: bool | None = None
    verify: bool | None = None
    read_documents: bool | None = None
    shard: str | None = None
    engine: str | None = None
    journal_store: str | None = None
    #: What the file says belongs to its reader: its tables when it is decoded, the entries from then on.
    trust: Any = msgspec.field(default_factory=dict)

    @property
    def output(self) -> tuple[str, ...]:
        return self.outputs.paths if isinstance(self.outputs, OutputSettings) else self.outputs

    @property
    def output_profile(self) -> str | None:
        return self.outputs.profile if isinstance(self.outputs, OutputSettings) else None

    @property
    def sarif_category(self) -> str | None:
        return self.sarif.category

    @property
    def sarif_profile(self) -> str | None:
        return self.sarif.profile

    @property
    def sarif_group(self) -> str | None:
        return self.sarif.group

    @property
    def sarif_incomplete(self) -> str | None:
        return self.sarif.incomplete

    def providers(self) -> dict[str, dict[str, Any]]:
        """Settings by provider, for those the file names."""
        named = {name: getattr(self, name) for name in PROVIDERS}
        return {name: msgspec.structs.asdict(settings) for name, settings in named.items() if settings is not None}


class Output(msgspec.Struct, frozen=True):
    """One report to write; `path`, on disk or in a bucket, None is standard output."""

    format: str
    path: str | None


def read_config(path: Path) -> Config:
    """Parse a TOML configuration file. Raises InputError naming the file and the place that is wrong."""
    config = _decoded(path)
    if not config.providers():
        raise InputError(f"{path}: names nothing to scan; add a table [aws], [gcp], [azure], [mlflow] or [lineage]")
    return config


def read_trust(path: Path) -> tuple[Entry, ...]:
    """What a file says belongs to its reader: a configuration file, of which the rest does not count, or one of
    `[trust]` alone. Raises InputError.
    """
    entries: tuple[Entry, ...] = _decoded(path).trust
    if not entries:
        raise InputError(f"{path}: names nothing to trust; add an entry such as [[trust.accounts]]")
    return entries


def _decoded(path: Path) -> Config:
    try:
        config = msgspec.toml.decode(path.read_bytes(), type=Config)
        return msgspec.structs.replace(config, trust=parse_trust(config.trust))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise InputError(f"{path}: {in_words(error, Config)}") from error
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def parse_outputs(
    texts: Sequence[str],
    formats: Mapping[str, str],
    suffixes: Mapping[str, str],
    places: Places,
    profile: str | None = None,
) -> tuple[Output, ...]:
    """`report.json`, `sarif:s3://bucket/x.txt`, `json:-` or `-` (JSON) → what to write. Raises InputError.

    `places` are those that the command uses besides. `profile` is that of the AWS configuration that writes to S3.
    """
    outputs = []
    for text in texts:
        name, colon, rest = text.partition(":")
        if colon and name in formats:
            format, target = name, rest
        elif text == "-":
            format, target = "json", "-"
        else:
            parse(text)  # or a signature at its end would be taken for a suffix, and shown
            suffix = Path(text).suffix.lower()
            if suffix not in suffixes:
                known = ", ".join(sorted(suffixes))
                raise InputError(f"-o {text}: no format for {suffix or 'a name without a suffix'!r}; known are {known}")
            format, target = suffixes[suffix], text
        if not target:
            raise InputError(f"-o {text.removesuffix(':')}: names no file; {name}:PATH is expected")
        if target != "-":
            places.note(f"-o {text}", check_place("-o", target, profile))
        outputs.append(Output(format, None if target == "-" else target))
    if sum(output.path is None for output in outputs) > 1:
        raise InputError("-o: only one report can go to standard output")
    return tuple(outputs)


def check_place(option: str, text: str, profile: str | None = None) -> Path | str:
    """Where writing to `text` will end up, on disk or in a bucket. Raises what can be known beforehand not to work."""
    address = parse(text)
    if address is None:
        check_target(option, text, Path(text))
        return Path(text)
    check(address, profile)
    return text


def refuse_undecoded(given: Mapping[str, Any]) -> None:
    """Raise InputError for an option, by name, whose text is no UTF-8: neither a journal nor a report can hold it."""
    for name, value in given.items():
        for text in value if isinstance(value, tuple | list) else (value,):
            if isinstance(text, str) and not _is_utf8(text):
                option = "-o" if name == "output" else spelled(name)
                raise InputError(f"{option} {text}: is not UTF-8")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def parse_verdicts(text: str) -> frozenset[Status]:
    """`all` or a comma-separated list of verdicts. Raises InputError."""
    if text == "all":
        return frozenset(Status)
    try:
        return frozenset(Status(part.strip()) for part in text.split(","))
    except ValueError as error:
        raise InputError(f"--verdicts {text}: use all, or some of {', '.join(Status)}") from error


def parse_severity(option: str, text: str, *others: str) -> Severity:
    """A severity by name; `others` are what else the option takes. Raises InputError."""
    try:
        return Severity(text)
    except ValueError as error:
        raise InputError(f"{option} {text}: use one of {', '.join((*Severity, *others))}") from error


def parse_shard(text: str, providers: Iterable[str]) -> Shard:
    """`2/5` is the second of five parts of a scan of these providers. Raises InputError."""
    number, _, of = text.partition("/")
    if not (number.isdecimal() and of.isdecimal() and len(of) < 6 and 1 <= int(number) <= int(of)):
        raise InputError(f"--shard {text}: give a part and how many there are, from 1/5 to 5/5 for example")
    return Shard(int(number), int(of), tuple(sorted(providers)))


def parse_duration(option: str, text: str) -> float:
    """`90s`, `30m`, `2h` or `1d` in seconds. Raises InputError."""
    unit = {"s": 1, "m": 60, "h": 3600, "d": 86_400}.get(text[-1:])
    number = text[:-1]
    if unit is None or not number.isdecimal() or not int(number):
        raise InputError(f"{option} {text}: give a whole number from 1 and a unit, like 90s, 30m or 2h")
    return float(int(number) * unit)


def new_severity(fail_on: str) -> Severity | None:
    """The severity of `new:SEVERITY`; None for a threshold of another sort. Raises InputError for an unknown one."""
    if not fail_on.startswith(NEW):
        return None
    try:
        return Severity(fail_on.removeprefix(NEW))
    except ValueError as error:
        raise InputError(f"--fail-on {fail_on}: after {NEW} use one of {', '.join(Severity)}") from error


def fails(by_severity: Mapping[str, int], fail_on: str) -> bool:
    """Whether any failure is at or above the threshold; `never` never is. Raises InputError for an unknown one.

    Of a threshold for new ones, the failures are those that are new.
    """
    if fail_on == NEVER:
        return False
    threshold = new_severity(fail_on) or parse_severity("--fail-on", fail_on, f"{NEW}SEVERITY", NEVER)
    return any(count for name, count in by_severity.items() if Severity(name).rank <= threshold.rank)
