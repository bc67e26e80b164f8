"""A data set as mlcroissant writes it, with members of responsible AI. The Python of .venv-cards runs it."""

import json
import sys

import mlcroissant

FILE = mlcroissant.FileObject(
    id="all.csv", name="all.csv", content_url="all.csv", encoding_formats=["text/csv"], sha256="a" * 64
)
made = mlcroissant.Metadata(
    name="tickets",
    description="Tickets of our help desk.",
    license="https://spdx.org/licenses/MIT",
    url="https://northwind.example/tickets",
    creators=mlcroissant.Organization(name="Northwind"),
    date_published="2026-01-01",
    version="1.0.0",
    data_biases=["Few callers are old."],
    data_collection="By phone.",
    personal_sensitive_information=["Age"],
    distribution=[FILE],
)
json.dump(made.to_json(), sys.stdout, default=str)
