"""The kind of the server itself. Its fields come from what it answers, and not only from what it says."""

from typing import Annotated, ClassVar

from msgspec import UNSET

from scanner.model.nouns import Holds, Observed, Read, Resource

VERSION = "mlflow:GetVersion"
EXPERIMENTS = "mlflow:SearchExperiments"
ANONYMOUS = f"{EXPERIMENTS}#anonymous"
FOREIGN = f"{EXPERIMENTS}#foreign"


class Server(Resource, frozen=True, kw_only=True):
    """A tracking server, by what it answers to one read: asked as the scan asks, without credentials, from elsewhere.

    Id: its address.
    """

    kind: ClassVar[str] = "mlflow.server.Server"
    title: ClassVar[str] = "MLflow server"
    holds: ClassVar[Holds] = Holds.ARTIFACT

    #: None where it does not say, as servers that others manage
    version: Annotated[Observed[str], Read(VERSION, "version")] = UNSET
    #: HTTP status of the read, asked as all others are
    status: Annotated[Observed[int], Read(EXPERIMENTS, "status")] = UNSET
    #: HTTP status of the same read without credentials, and whether what came is what the API gives
    anonymous_status: Annotated[Observed[int], Read(ANONYMOUS, "status")] = UNSET
    anonymous_answer: Annotated[Observed[bool], Read(ANONYMOUS, "answer")] = UNSET
    #: what the server lets a web page of a strange origin read, and whether with the reader's credentials
    allow_origin: Annotated[Observed[str], Read(FOREIGN, "allow_origin")] = UNSET
    allow_credentials: Annotated[Observed[str], Read(FOREIGN, "allow_credentials")] = UNSET
    #: `basic`, `bearer`, or `sigv4` for a signature of AWS; None where the scan had no credentials to send
    asked_with: Observed[str] = UNSET
