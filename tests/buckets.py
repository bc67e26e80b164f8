"""A bucket of each cloud: a real server that keeps objects, behind the simulated cloud that the scans of it ask."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from unittest import mock
from urllib.parse import quote

import pytest
import urllib3
from azure.storage.blob import ContainerClient
from gcp_storage_emulator.server import create_server
from moto.backends import get_backend
from scanning import document, running
from worlds.azure_blobs import AZURITE, AzureBlobs
from worlds.base import Fault, Request, World

SCHEMES = ("s3", "gs", "az")
BUCKET, MISSING = "northwind-example-reports", "northwind-example-none"
_PROVIDERS = {"s3": "aws", "gs": "gcp", "az": "azure"}


class Bucket:
    """What a test may know of a bucket, past the room that is tested. `world` logs requests and has the faults."""

    #: operations of `world`, as patterns
    read, write, look, list = "", "", "", ""

    def __init__(self, scheme: str, base: str, cloud: World, world: World) -> None:
        self.scheme = scheme
        self.base = base
        self.cloud = cloud
        self.world = world

    @property
    def provider(self) -> str:
        return _PROVIDERS[self.scheme]

    def at(self, key: str) -> str:
        return f"{self.base}/{key}"

    @property
    def missing(self) -> str:
        """The address of an object in a bucket that is not there."""
        return self.at("x.json").replace(BUCKET, MISSING)

    def fail(self, operation: str, kind: str, times: int | None = None) -> None:
        self.world.faults.append(Fault(operation, kind, times=times))

    def touched(self) -> list[Request]:
        """Requests about objects and the bucket itself."""
        return [request for request in self.world.log if BUCKET in request.path]

    def contents(self) -> dict[str, bytes]:
        raise NotImplementedError

    def clear(self) -> None:
        for world in (self.cloud, self.world):
            world.faults.clear()
            world.log.clear()
            world.longest_body = None


class S3Bucket(Bucket):
    read, write, look, list = "s3:[GH]e[ta]*Object", "s3:PutObject", "s3:HeadBucket", "s3:ListObjectsV2"

    def contents(self) -> dict[str, bytes]:
        return {key.name: key.value for key in self._keys().values()}

    def unfinished(self) -> list[str]:
        """Uploads in parts that nobody finished or gave up."""
        return list(self._moto().multiparts)

    def clear(self) -> None:
        super().clear()
        for name in list(self._keys()):
            self._keys().pop(name)

    def _moto(self):
        return get_backend("s3")[self.cloud.account]["aws"].buckets[BUCKET]

    def _keys(self):
        return self._moto().keys


class GsBucket(Bucket):
    read, write, look, list = (
        f"storage.{one}" for one in ("objects.get", "objects.create", "buckets.get", "objects.list")
    )

    def __init__(self, cloud: World, server) -> None:
        super().__init__("gs", f"gs://{BUCKET}", cloud, cloud)
        self.server = server

    def contents(self) -> dict[str, bytes]:
        objects = f"{self.cloud.objects}/storage/v1/b/{BUCKET}/o"
        names = [item["name"] for item in urllib3.request("GET", objects).json().get("items", ())]
        return {name: urllib3.request("GET", f"{objects}/{quote(name, safe='')}?alt=media").data for name in names}

    def clear(self) -> None:
        super().clear()
        self.server.wipe(keep_buckets=True)


class AzBucket(Bucket):
    read, write, look, list = "GET blob", "PUT blo*", "GET container", "GET list"

    @property
    def container(self) -> ContainerClient:
        class Token:
            def get_token(self, *scopes: str, **options: object):
                from azure.identity import DefaultAzureCredential

                return DefaultAzureCredential(disable_instance_discovery=True).get_token(*scopes)

        return ContainerClient(f"{self.world.account_url}", BUCKET, credential=Token())

    def contents(self) -> dict[str, bytes]:
        with self.container as container:
            return {name: container.download_blob(name).readall() for name in container.list_blob_names()}

    def clear(self) -> None:
        super().clear()
        with self.container as container:
            for name in container.list_blob_names():
                container.delete_blob(name)
        self.world.log.clear()


@contextmanager
def s3_bucket() -> Iterator[Bucket]:
    changed = document("aws")
    changed["buckets"].append({"name": BUCKET, "region": "eu-west-1"})
    with running("aws", changed) as world:
        world.writable = (BUCKET, MISSING)
        yield S3Bucket("s3", f"s3://{BUCKET}", world, world)


@contextmanager
def gs_bucket() -> Iterator[Bucket]:
    changed = document("gcp")
    buckets = changed["collections"]["storage.googleapis.com/v1"]["buckets"]
    buckets.append({**buckets[0], "name": BUCKET})
    with (
        create_server("127.0.0.1", 0, in_memory=True, default_bucket=BUCKET) as server,
        running("gcp", changed) as world,
    ):
        world.objects = f"http://127.0.0.1:{server._api._httpd.server_address[1]}"
        yield GsBucket(world, server)


@contextmanager
def az_bucket() -> Iterator[Bucket]:
    if AZURITE is None:
        pytest.skip("Azurite is not installed: npm install --prefix tests/npm, or set MLPOSTURE_AZURITE")
    with running("azure") as cloud, AzureBlobs(cloud) as world, mock.patch.dict(os.environ, world.env()):
        bucket = AzBucket("az", f"az://devstoreaccount1/{BUCKET}", cloud, world)
        with bucket.container as container:
            container.create_container()
        yield bucket


#: How to have a running one, by its scheme.
BUCKETS = {"s3": s3_bucket, "gs": gs_bucket, "az": az_bucket}
