"""Commands whose `--help` shows options in groups, as some have thirty, and commands whole and in sections."""

from collections.abc import Iterable

import click

from scanner.model.exits import MEANINGS

#: Groups in the order of `--help`, with the options of each by the names of their values. Others come first.
GROUPS = {
    "What is judged": (
        "check", "skip_check", "min_severity", "framework", "framework_file", "systems", "suppressions", "as_of",
        "trust", "verify", "read_documents",
    ),
    "What is written": (
        "output", "verdicts", "baseline", "store", "tfstate", "source_root", "sarif_profile", "sarif_group",
        "sarif_category", "sarif_incomplete", "save_inventory", "keep_replies", "profile_run", "notify",
        "notify_counts",
    ),
    "What is printed": ("details", "controls", "color", "quiet", "no_progress", "verbose"),
    "How it ends": ("fail_on", "fail_on_incomplete", "fail_on_newly_incomplete", "min_coverage"),
    "How clouds are asked": (
        "concurrency", "time_limit", "unit_time_limit", "call_time_limit", "grace", "journal", "shard", "engine",
        "journal_store", "no_cache", "no_index",
    ),
}  # fmt: skip
_GROUP = {name: group for group, names in GROUPS.items() for name in names}
_OTHERS = "Options"


#: Sections in the order of `mlposture --help`, with the commands of each in the order in which one needs them.
SECTIONS = {
    "To begin": ("doctor", "permissions", "init"),
    "To scan and judge": ("scan", "evaluate", "merge"),
    "To work on findings": ("explain", "list", "suppress", "upload"),
    "What changed": ("diff", "trend", "history", "serve"),
    "AI systems, and what is written about them": (
        "systems", "lineage", "evidence", "report", "bom", "card", "datasheet", "gate",
    ),
}  # fmt: skip


class Grouped(click.Command):
    """A command whose options are shown in groups."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        rows: dict[str, list[tuple[str, str]]] = {}
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None:
                rows.setdefault(_GROUP.get(param.name or "", _OTHERS), []).append(record)
        for group in (_OTHERS, *GROUPS):
            if group in rows:
                with formatter.section(group):
                    formatter.write_dl(rows[group])


class Commands(click.Group):
    """A group that says of each command the whole first sentence, where click cuts it off."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        self._section(formatter, "Commands", self.list_commands(ctx))

    def _section(self, formatter: click.HelpFormatter, title: str, names: Iterable[str]) -> None:
        with formatter.section(title):
            formatter.write_dl([(name, self.commands[name].get_short_help_str(limit=1000)) for name in names])


class Sections(Commands):
    """The program itself: its commands in sections, then how it ends."""

    def format_commands(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        for title, names in SECTIONS.items():
            self._section(formatter, title, names)

    def format_epilog(self, _: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Exit codes"):
            formatter.write_dl([(str(int(code)), meaning) for code, meaning in MEANINGS.items()])


class GroupedGroup(Grouped, Commands):
    """Options in groups, and commands of its own."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)
