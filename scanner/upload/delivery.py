"""Runs to the repositories that they are for: uploaded, waited for, and their alerts set as findings are suppressed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from urllib.parse import quote as in_path

from msgspec import Struct

from scanner.model.errors import CannotScan, InputError
from scanner.model.sanitize import quote
from scanner.upload.dismissals import REASON, Decisions, Plan, Shown, plan, shown
from scanner.upload.github_api import GitHub
from scanner.upload.github_refusals import Act
from scanner.upload.routes import Routes
from scanner.upload.sarif_runs import MAX_BYTES, Run, packed, part, size
from scanner.upload.versions import COMMIT, REF, Version, of_checkout, of_workflow

#: Seconds before GitHub is asked what became of an upload, as its own action does.
PAUSES = (5.0, 10.0, 20.0, 40.0, 80.0)


class Upload(Struct):
    """One run for one repository. `outcome` is what became of it: empty, pending, complete or failed."""

    repo: str
    category: str
    file: str
    sarif: str
    results: int
    tool: str
    shown: tuple[Shown, ...] = ()
    scanned_at: datetime | None = None
    id: str = ""
    outcome: str = ""
    errors: tuple[str, ...] = ()


class Settings(NamedTuple):
    """What was asked for, beside the files."""

    ref: str | None = None
    commit: str | None = None
    allow_pull: bool = False
    validate: bool = False
    wait: bool = True


def prepared(runs: Iterable[Run], routes: Routes, *, keep: bool) -> Iterator[Upload]:
    """An upload for each run and repository. With `keep`, what alerts show of results is kept. Raises InputError."""
    seen: dict[tuple[str, str], str] = {}
    for run in runs:
        key = run.tool, run.category
        if key in seen:
            raise InputError(
                f"{run.file}: the category {run.category or '(none)'!r} is there twice, first in {seen[key]}; "
                "the second upload would close the alerts of the first, so give each account once"
            )
        seen[key] = run.file
        for repo in routes.repositories:
            yield _upload(run, repo, routes, keep=keep)


def _upload(run: Run, repo: str, routes: Routes, *, keep: bool) -> Upload:
    chosen: Sequence[int] = range(len(run.head.results))
    raw = run.raw
    if len(routes.repositories) > 1:
        owners = [routes.repository(result.path, run.repository(result)).lower() for result in run.results()]
        chosen = [number for number in chosen if owners[number] == repo.lower()]
        raw = part(run, chosen)
    sarif = packed(raw)
    if size(sarif) > MAX_BYTES:
        raise InputError(
            f"{run.file}: the run {run.category or run.tool} has {size(sarif)} bytes when compressed, and GitHub takes "
            f"{MAX_BYTES}; raise --min-severity"
        )
    kept = tuple(shown(run, chosen)) if keep else ()
    return Upload(repo, run.category, run.file, sarif, len(chosen), run.tool, kept, run.scanned_at)


class Delivery:
    """All uploads of one command. What goes wrong with one costs no other, and is in `problems`.

    `left` says that something was not done, or not seen to be done.
    """

    def __init__(self, github: GitHub, settings: Settings, say: Callable[[str], None]) -> None:
        self.problems: list[InputError | CannotScan] = []
        self.left = False
        self._github = github
        self._settings = settings
        self._say = say
        self._versions: dict[str, Version] = {}

    def send(self, uploads: Iterable[Upload]) -> list[Upload]:
        """Upload all, and see what became of each; those that GitHub took."""
        broken: set[str] = set()
        sent: list[Upload] = []
        for upload in uploads:
            if upload.repo in broken:
                continue
            try:
                self._send(upload)
                sent.append(upload)
            except CannotScan as error:  # no other file of this repository would fare better
                broken.add(upload.repo)
                self.problems.append(error)
            except InputError as error:
                self.problems.append(error)
        if self._settings.wait:
            self._await(sent)
        for upload in sent:
            self._tell(upload)
        return sent

    def _send(self, upload: Upload) -> None:
        if upload.repo not in self._versions:
            version = version_of(self._github, upload.repo, self._settings)
            self._versions[upload.repo] = version
            self._say(f"{upload.repo}: {version.ref} at {version.commit[:12]}, as {version.said_by} says")
        version = self._versions[upload.repo]
        body: dict[str, Any] = {"commit_sha": version.commit, "ref": version.ref, "sarif": upload.sarif}
        if self._settings.validate:
            body["validate"] = True
        receipt = self._github.ask(Act.UPLOAD, upload.repo, "/code-scanning/sarifs", method="POST", body=body)
        upload.id = str(_member(receipt, "id", upload.repo))
        upload.sarif = ""  # which may be megabytes

    def _await(self, sent: list[Upload]) -> None:
        """Ask, less and less often, until GitHub has gone through all of them or it takes too long."""
        open_ones = list(sent)
        for pause in PAUSES:
            if not open_ones:
                return
            self._github.wait(pause)
            for upload in open_ones:
                try:
                    self._look(upload)
                except CannotScan as error:
                    upload.outcome = "unknown"
                    self.problems.append(error)
            open_ones = [upload for upload in open_ones if upload.outcome == "pending"]

    def _look(self, upload: Upload) -> None:
        path = f"/code-scanning/sarifs/{in_path(upload.id, safe='')}"
        status = self._github.ask(Act.STATUS, upload.repo, path)
        upload.outcome = str(_member(status, "processing_status", upload.repo))
        errors = status.get("errors")
        upload.errors = tuple(quote(str(one)) for one in errors) if isinstance(errors, list) else ()

    def _tell(self, upload: Upload) -> None:
        what = f"{upload.repo}: {upload.category or upload.tool}: {upload.results} results"
        if upload.outcome == "complete":
            self._say(f"{what}, complete")
        elif upload.outcome == "failed":
            why = "; ".join(upload.errors) or "GitHub does not say why"
            self.problems.append(
                InputError(f"{what} of {upload.file} were not taken ({why}); --validate has GitHub say more of it")
            )
        elif not self._settings.wait:
            self._say(f"{what}, sent")
        elif upload.outcome == "pending":
            self.left = True
            self._say(f"{what}, which GitHub is still going through; see the code scanning page of the repository")

    def dismiss(self, sent: Iterable[Upload], decisions: Decisions) -> None:
        """Have the alerts of every repository whose uploads are complete say what is suppressed."""
        by_repo: dict[str, list[Upload]] = {}
        for upload in sent:
            by_repo.setdefault(upload.repo, []).append(upload)
        for repo, uploads in by_repo.items():
            if any(upload.outcome != "complete" for upload in uploads):
                self.left = True
                self._say(f"{repo}: no alert was dismissed or opened, since not all uploads are complete")
                continue
            try:
                self._dismiss(repo, uploads, decisions)
            except (InputError, CannotScan) as error:
                self.problems.append(error)

    def _dismiss(self, repo: str, uploads: list[Upload], decisions: Decisions) -> None:
        alerts: list[Any] = []
        for tool in sorted({upload.tool for upload in uploads}):
            for state in ("open", "dismissed"):
                query = {"tool_name": tool, "state": state, "ref": self._versions[repo].ref}
                alerts += self._github.pages(Act.ALERTS, repo, "/code-scanning/alerts", **query)
        found = plan((one for upload in uploads for one in upload.shown), alerts, decisions)
        for change in found.changes:
            body: dict[str, str] = {"state": "open"}
            if change.to == "dismiss":
                body = {"state": "dismissed", "dismissed_reason": REASON, "dismissed_comment": change.comment}
            path = f"/code-scanning/alerts/{change.alert}"
            self._github.ask(Act.SET, repo, path, method="PATCH", body=body)
        self._tell_plan(repo, found)

    def _tell_plan(self, repo: str, found: Plan) -> None:
        opened = {change.alert for change in found.changes if change.to == "open"}
        dismissed = {change.alert for change in found.changes if change.to == "dismiss"}
        self._say(
            f"{repo}: {len(dismissed)} alerts dismissed, {len(opened - dismissed)} opened again, "
            f"{found.kept} left as they were dismissed"
        )
        for result in found.unmatched:
            self.left = True
            rule, category, path, line = result.key
            self._say(
                f"{repo}: no one alert is known to be that of {rule} at {path}:{line} ({category}); dismiss it there"
            )


def version_of(github: GitHub, repo: str, settings: Settings) -> Version:
    """The ref and commit of an upload: as given, of the workflow, of the checkout, or the head of the default branch.

    Raises InputError for a pull request.
    """
    if settings.ref and settings.commit:
        found = Version(settings.ref, settings.commit, "the command line")
    elif settings.ref:
        found = _head(github, repo, settings.ref)
    else:
        found = of_workflow(repo) or of_checkout(repo) or _head(github, repo, None)
    if found.ref.startswith("refs/pull/") and not settings.allow_pull:
        raise InputError(
            f"{repo}: {found.ref} is a pull request, whose state a scan of what is live does not show; upload for a "
            "branch (--ref refs/heads/main), or give --allow-pull"
        )
    return found


def _head(github: GitHub, repo: str, ref: str | None) -> Version:
    if ref is None:
        ref = f"refs/heads/{_member(github.ask(Act.HEAD, repo, ''), 'default_branch', repo)}"
    target = github.ask(Act.HEAD, repo, f"/git/ref/{in_path(ref.removeprefix('refs/'))}")
    commit = str(_member(_member(target, "object", repo), "sha", repo))
    if not (REF.fullmatch(ref) and COMMIT.fullmatch(commit)):
        raise CannotScan(f"{repo}: GitHub names a branch or commit that is none; give --ref and --commit")
    return Version(ref, commit, "GitHub")


def _member(reply: Any, name: str, repo: str) -> Any:
    """A member that a reply has to have. Raises CannotScan."""
    if not isinstance(reply, dict) or not reply.get(name):
        raise CannotScan(f"{repo}: a reply has no {name!r}; is what answers GitHub's API? Look at --url and the proxy")
    return reply[name]
