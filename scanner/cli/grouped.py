"""Commands whose `--help` shows options in groups: some have thirty."""

import click

#: Groups in the order of `--help`, with the options of each by the names of their values. Others come first.
GROUPS = {
    "What is judged": (
        "check", "skip_check", "min_severity", "framework", "framework_file", "systems", "suppressions", "as_of",
        "trust", "verify",
    ),
    "What is written": (
        "output", "verdicts", "baseline", "store", "tfstate", "source_root", "sarif_profile", "sarif_group",
        "sarif_category", "sarif_incomplete", "save_inventory", "keep_replies", "profile_run",
    ),
    "What is printed": ("details", "controls", "color", "quiet", "no_progress", "verbose"),
    "How it ends": ("fail_on", "fail_on_incomplete", "min_coverage"),
    "How clouds are asked": (
        "concurrency", "time_limit", "unit_time_limit", "call_time_limit", "grace", "journal", "shard", "engine",
        "journal_store", "no_cache", "no_index",
    ),
}  # fmt: skip
_GROUP = {name: group for group, names in GROUPS.items() for name in names}
_OTHERS = "Options"


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


class GroupedGroup(Grouped, click.Group):
    """The same with commands of its own."""

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        super().format_options(ctx, formatter)
        self.format_commands(ctx, formatter)
