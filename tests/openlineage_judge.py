"""Makes events with OpenLineage's own client, and judges others by it. Runs in the environment of .venv-lineage.

`make` prints events, a line each. `judge` reads such lines from stdin and prints what is wrong with each, as one JSON
list: whatever the client's own types refuse. Facets are made by the types that it has for their names.

`names` prints, for some stores, the namespace and name that the client gives to data in them.
"""

import importlib
import inspect
import json
import pkgutil
import sys
from typing import Any

import attr
from openlineage.client import event_v2 as v2
from openlineage.client import generated
from openlineage.client.generated import base
from openlineage.client.naming import dataset as naming
from openlineage.client.serde import Serde

PRODUCER, TIME = "https://example.com/northwind", "2026-11-01T10:00:00Z"
RUN, PARENT = "0190c7a2-0000-7000-8000-000000000001", "0190c7a2-0000-7000-8000-0000000000f0"
#: The types of facets, by the name that an event has them under.
FACETS = {
    "version": "DatasetVersionDatasetFacet",
    "symlinks": "SymlinksDatasetFacet",
    "datasetType": "DatasetTypeDatasetFacet",
    "schema": "SchemaDatasetFacet",
    "ownership": "OwnershipDatasetFacet",
    "columnLineage": "ColumnLineageDatasetFacet",
    "parent": "ParentRunFacet",
    "jobType": "JobTypeJobFacet",
}


def types() -> dict[str, type]:
    """All types that the client has generated from the spec."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(generated.__path__):
        made = importlib.import_module(f"openlineage.client.generated.{module.name}")
        found |= {name: type for name, type in inspect.getmembers(made, inspect.isclass) if attr.has(type)}
    return found


TYPES = types()


def facet(name: str, /, **fields: Any) -> Any:
    return TYPES[FACETS[name]](**fields, producer=PRODUCER)


def made() -> list[Any]:
    """A run that trained a model, what is known of its data and job besides, and a run that failed."""
    from openlineage.client.generated import parent_run

    job = v2.Job("airflow", "claims.train", {"jobType": training()})
    parent = facet("parent", run=parent_run.Run(runId=PARENT), job=parent_run.Job(namespace="airflow", name="claims"))
    run, failed = v2.Run(runId=RUN, facets={"parent": parent}), v2.Run(runId=RUN[:-1] + "2")
    state, later = v2.RunState, "2026-11-01T11:00:00Z"
    common = {"job": job, "producer": PRODUCER}
    static = {"eventTime": TIME, "producer": PRODUCER}
    return [
        v2.RunEvent(eventType=state.START, eventTime=TIME, run=run, inputs=[raw()], **common),
        v2.RunEvent(eventType=state.COMPLETE, eventTime=later, run=run, outputs=[model()], **common),
        v2.RunEvent(eventType=state.FAIL, eventTime=TIME, run=failed, outputs=[model()], **common),
        v2.JobEvent(job=v2.Job(namespace="airflow", name="claims.score"), inputs=[model()], **static),
        v2.DatasetEvent(dataset=v2.StaticDataset(namespace="s3://northwind-claims", name="raw"), **static),
    ]


def training() -> Any:
    return facet("jobType", processingType="BATCH", integration="AIRFLOW", jobType="TRAINING")


def raw() -> Any:
    """A data set with a version, a schema and another name."""
    from openlineage.client.generated import schema_dataset, symlinks_dataset

    field = schema_dataset.SchemaDatasetFacetFields(name="age", type="INTEGER")
    glue = "arn:aws:glue:eu-west-1:111122223333"
    other = symlinks_dataset.Identifier(namespace=glue, name="table/claims/raw", type="TABLE")
    facets = {
        "version": facet("version", datasetVersion="41"),
        "schema": facet("schema", fields=[field]),
        "symlinks": facet("symlinks", identifiers=[other]),
    }
    return v2.InputDataset(namespace="s3://northwind-claims", name="raw", facets=facets)


def model() -> Any:
    """A model, with the column that its score came from."""
    from openlineage.client.generated import column_lineage_dataset as columns

    age = columns.InputField(namespace="s3://northwind-claims", name="raw", field="age")
    facets = {
        "datasetType": facet("datasetType", datasetType="MODEL"),
        "columnLineage": facet("columnLineage", fields={"score": columns.Fields(inputFields=[age])}),
    }
    return v2.OutputDataset(namespace="s3://northwind-models", name="fraud/7", facets=facets)


def wrong_with(document: dict[str, Any]) -> str:
    """What the client's types say of an event, empty if nothing."""
    try:
        event_of(document)
    except Exception as error:  # whatever they raise is a refusal
        return f"{type(error).__name__}: {error}"
    return ""


def event_of(document: dict[str, Any]) -> Any:
    """An event of the client's own type. What it does not know, it refuses."""
    rest = {name: value for name, value in document.items() if name != "schemaURL"}
    if not document["schemaURL"].startswith("https://openlineage.io/spec/"):
        raise ValueError("its schemaURL is none of the spec")
    for side, kind in (("inputs", v2.InputDataset), ("outputs", v2.OutputDataset)):
        if side in rest:
            rest[side] = [kind(**with_facets(item)) for item in rest[side]]
    if "dataset" in rest:
        return v2.DatasetEvent(**{**rest, "dataset": v2.StaticDataset(**with_facets(rest["dataset"]))})
    rest["job"] = v2.Job(**with_facets(rest["job"]))
    if "run" not in rest:
        return v2.JobEvent(**rest)
    rest["run"] = v2.Run(**with_facets(rest["run"]))
    return v2.RunEvent(**{**rest, "eventType": v2.RunState(rest["eventType"]) if "eventType" in rest else None})


def with_facets(item: dict[str, Any]) -> dict[str, Any]:
    """The members of a run, job or data set, with facets of the types that the client has for their names."""
    made = dict(item)
    for member in ("facets", "inputFacets", "outputFacets"):
        for name, content in made.get(member, {}).items():
            base.BaseFacet(producer=content["_producer"])
            fields = {key: value for key, value in content.items() if not key.startswith("_")}
            if name in FACETS:
                facet(name, **fields)
    return made


def names() -> dict[str, tuple[str, str]]:
    """Namespace and name of data in stores that clouds address too, by such an address."""
    given = {
        "s3://claims/raw/x.csv": naming.S3("claims", "raw/x.csv"),
        "gs://claims/raw/x.csv": naming.GCS("claims", "raw/x.csv"),
        "abfss://raw@northwind.dfs.core.windows.net/x.csv": naming.ABFSS("raw", "northwind", "x.csv"),
        "wasbs://raw@northwind.blob.core.windows.net/x.csv": naming.WASBS("raw", "northwind", "x.csv"),
        "bq://p.d.t": naming.BigQuery("p", "d", "t"),
        "postgres://db.example:5432/d.s.t": naming.Postgres("db.example", "5432", "d", "s", "t"),
        "file:///data/x.csv": naming.LocalFileSystem("/data/x.csv"),
        "hdfs://nn.example:8020/x": naming.HDFS("nn.example", "8020", "/x"),
    }
    return {address: (one.get_namespace(), one.get_name()) for address, one in given.items()}


if __name__ == "__main__":
    if sys.argv[1] == "make":
        sys.stdout.write("".join(Serde.to_json(event) + "\n" for event in made()))
    elif sys.argv[1] == "names":
        sys.stdout.write(json.dumps(names()))
    else:
        sys.stdout.write(json.dumps([wrong_with(json.loads(line)) for line in sys.stdin]))
