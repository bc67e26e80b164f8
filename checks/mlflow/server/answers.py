"""Checks of MLflow servers: whom they answer, by what was tried. No password is guessed, and nothing is written."""

from typing import Any

from checks.mlflow.server.holes import holes_of
from checks.mlflow.server.resources import Server
from scanner.model.checks import check
from scanner.model.nouns import Severity, Verdict, failed, passed, unknown, unobserved

#: Of the holes of a version, those that evidence names; the message counts all.
_NAMED = 5
_ELSEWHERE = "other addresses by which the server can be reached"


@check(
    id="MLP-5101",
    severity=Severity.HIGH,
    objective="public-exposure",
    since="0.1.0",
    blind_to=(_ELSEWHERE, "routes of plugins and proxies"),
)
def mlflow_server_answers_without_credentials(server: Server) -> Verdict:
    """MLflow server answers reads of its API without credentials.

    A read of experiments was sent without credentials to the address that was scanned. Only its answer counts:
    `/health`, `/version` and the pages of the user interface say nothing of who may read, and a refusal for the sake of
    the host name is no authentication.

    ## Why it matters
    A tracking server without authentication lets whoever reaches it read every run, and register, replace and delete
    models and artifacts: MLflow's API has no roles of its own then. Scanners of the whole internet look for such
    servers, and code runs where a replaced model is loaded.

    ## How to fix
    Start the server with `mlflow server --app-name basic-auth`, or put it behind a proxy that signs people in, and let
    no other way lead to it. Change the password of the first administrator: the documentation prints it. Whether it was
    changed is not tried here; ask who runs the server.

    ## References
    - https://mlflow.org/docs/latest/self-hosting/security/basic-http-auth/
    - https://mlflow.org/docs/latest/self-hosting/security/network/
    """
    if missing := unobserved(server, "anonymous_status", "anonymous_answer"):
        return missing
    seen: dict[str, Any] = {"anonymous_status": server.anonymous_status, "anonymous_answer": server.anonymous_answer}
    if server.anonymous_status == 200 and server.anonymous_answer:
        return failed("a read of the API was answered without credentials", **seen)
    if server.anonymous_status == 401:
        return passed("a read of the API without credentials was refused with 401", **seen)
    if missing := unobserved(server, "status", "asked_with"):
        return missing
    if server.status == 200 and server.asked_with:
        seen |= {"status": server.status, "asked_with": server.asked_with}
        return passed("a read of the API was answered with credentials alone", **seen)
    return unknown("anonymous_status")


@check(
    id="MLP-5102",
    severity=Severity.HIGH,
    objective="vulnerability-management",
    since="0.1.0",
    blind_to=("patches that a vendor put into a version", "holes that nobody published by the release of this scanner"),
)
def mlflow_server_version_with_published_hole(server: Server) -> Verdict:
    """MLflow server runs a version with published holes.

    The list is data in this scanner, each with its source: holes of the server by which anybody, or anybody who may log
    in, gets at what is not theirs. What only hurts whoever loads a hostile model is left out.

    ## Why it matters
    Reading files of the server, writing them, or running code as it takes one request in the affected versions. Those
    files are the models of an organisation and the credentials of its artifact store. From 3.16.0 on, basic
    authentication refuses what no rule allows; before, a route without a rule let every user through.

    ## How to fix
    Upgrade MLflow to the version that the finding names, or a later one, and run `mlflow db upgrade` where its notes
    ask for it. Keep `MLFLOW_BASIC_AUTH_FAIL_CLOSED` as it is by default.

    ## References
    - https://github.com/mlflow/mlflow/security/advisories
    - https://github.com/mlflow/mlflow/pull/25308
    """
    if missing := unobserved(server, "version"):
        return missing
    found = holes_of(server.version or "")
    if found is None:
        return unknown("version")
    if not found:
        return passed("no published hole of this version is known", version=server.version)
    worst = sorted(found, key=lambda hole: (hole.kind != "anyone", hole.id))
    named = ", ".join(hole.id for hole in worst[:_NAMED])
    more = f" and {len(worst) - _NAMED} more" if len(worst) > _NAMED else ""
    return failed(f"has {named}{more}; {found[-1].fixed} has none of these", version=server.version)


@check(
    id="MLP-5103",
    severity=Severity.MEDIUM,
    objective="public-exposure",
    since="0.1.0",
    blind_to=("origins that it lets in by name", _ELSEWHERE),
    decided_by=("allow_origin", "allow_credentials"),
)
def mlflow_server_lets_any_origin_read(server: Server) -> Verdict:
    """MLflow server lets web pages of any origin read its answers.

    A read was sent with an origin that the server cannot know, and its answer says whether a browser would show it to
    that page.

    ## Why it matters
    A browser inside the network reaches a server that the internet does not. If any origin may read, a page that
    somebody visits there reads runs and models through it: without credentials where the server asks for none, with
    the visitor's own where it says that these count.

    ## How to fix
    Name the origins that need it: `mlflow server --cors-allowed-origins https://app.northwind.example`. Neither set it
    to `*`, nor let a proxy answer with the origin that it was sent.

    ## References
    - https://mlflow.org/docs/latest/self-hosting/security/network/
    - https://developer.mozilla.org/en-US/docs/Web/HTTP/Guides/CORS
    """
    if missing := unobserved(server, "allow_origin", "allow_credentials"):
        return missing
    seen: dict[str, Any] = {"allow_origin": server.allow_origin, "allow_credentials": server.allow_credentials}
    if not server.allow_origin or not _is_any(server.allow_origin):
        return passed("an origin that it cannot know may not read", **seen)
    if server.allow_origin != "*" and server.allow_credentials == "true":
        return failed("any origin may read, with the credentials of the visitor", **seen)
    if missing := unobserved(server, "anonymous_status", "anonymous_answer"):
        return missing
    seen |= {"anonymous_status": server.anonymous_status, "anonymous_answer": server.anonymous_answer}
    if server.anonymous_status == 200 and server.anonymous_answer:
        return failed("any origin may read, and reads take no credentials", **seen)
    return passed("any origin may read, but nothing without credentials, and not with a visitor's", **seen)


def _is_any(allowed: str) -> bool:
    """Whether what the server says lets in the origin that was tried."""
    return allowed.strip() in ("*", "https://origin.invalid")
