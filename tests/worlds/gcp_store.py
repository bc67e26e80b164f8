"""A Google world file checked against the discovery documents and indexed by resource name."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any

from worlds import gcp_discovery as discovery
from worlds.base import WorldError

Resource = dict[str, Any]

KEYS = {
    "anonymous",
    "apis",
    "audit_log",
    "bigquery_tables",
    "collections",
    "data_links",
    "files",
    "foreign_buckets",
    "iam_policies",
    "locations",
    "metadata_events",
    "not_inventoried",
    "org_policies",
    "project",
    "project_metadata",
    "projects",
    "unlisted",
    "replies",
    "unreachable",
}
#: APIs that `serviceusage` reports as enabled even when the world keeps no resource of theirs
ALWAYS_LISTED = (
    "aiplatform",
    "cloudasset",
    "cloudresourcemanager",
    "compute",
    "iam",
    "monitoring",
    "notebooks",
    "orgpolicy",
    "serviceusage",
    "storage",
)
HOST = re.compile(
    r"(?:(?P<region>[a-z0-9-]+)-)?(?P<service>[a-z]+)\.googleapis\.com"
    r"|(?P<apart>[a-z]+)\.(?P<multi>us|eu)\.rep\.googleapis\.com"
)

#: a few of the permissions of the roles that worlds grant; the real lists are far longer
PREDEFINED_ROLES = {
    "aiplatform.admin": (
        "Vertex AI Administrator",
        "aiplatform.endpoints.create aiplatform.endpoints.setIamPolicy aiplatform.models.delete",
    ),
    "aiplatform.user": ("Vertex AI User", "aiplatform.endpoints.predict aiplatform.customJobs.create"),
    "aiplatform.viewer": ("Vertex AI Viewer", "aiplatform.endpoints.get aiplatform.endpoints.list"),
    "editor": ("Editor", "aiplatform.endpoints.create iam.serviceAccounts.actAs storage.buckets.create"),
    "iam.serviceAccountTokenCreator": ("Service Account Token Creator", "iam.serviceAccounts.getAccessToken"),
    "iam.serviceAccountUser": ("Service Account User", "iam.serviceAccounts.actAs iam.serviceAccounts.get"),
    "owner": ("Owner", "iam.serviceAccounts.actAs resourcemanager.projects.setIamPolicy storage.buckets.create"),
    "resourcemanager.organizationViewer": ("Organization Viewer", "resourcemanager.organizations.get"),
    "resourcemanager.projectIamAdmin": ("Project IAM Admin", "resourcemanager.projects.setIamPolicy"),
    "storage.admin": ("Storage Admin", "storage.buckets.setIamPolicy storage.objects.create storage.objects.get"),
    "storage.objectAdmin": (
        "Storage Object Admin",
        "storage.objects.create storage.objects.delete storage.objects.get",
    ),
    "storage.objectViewer": ("Storage Object Viewer", "storage.objects.get storage.objects.list"),
    "viewer": ("Viewer", "aiplatform.endpoints.get storage.buckets.list"),
}


def public(resource: Resource) -> Resource:
    """A resource without the world's own keys."""
    return {key: value for key, value in resource.items() if not str(key).startswith("x-")}


class Store:
    """Every resource of a world, by API (`aiplatform/v1`) and canonical path (projects by id, never by number)."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.document = document
        self.problems = [f"{key}: unknown key" for key in document if key not in KEYS]
        self.resources: dict[str, dict[str, Resource]] = defaultdict(dict)
        self.collections: dict[str, dict[str, list[Resource]]] = defaultdict(lambda: defaultdict(list))
        self.locations: dict[str, list[str]] = document.get("locations") or {}
        self.policies: dict[str, Any] = {}
        self.projects: dict[str, Resource] = {}
        self.numbers: dict[str, str] = {}
        self._load_projects()
        if self.projects:
            self.main = next(iter(self.projects.values()))
            self._load_collections()
            self._load_foreign_buckets()
            self._load_policies()
            self._add_roles()
            self._add_services()
            self._check_services()
            self._check_not_inventoried()
        if self.problems:
            raise WorldError("\n".join(self.problems))
        for index in self.collections.values():
            for resources in index.values():
                resources.sort(key=lambda resource: str(resource.get("name")))

    # -- reading ---------------------------------------------------------------------------------------------------

    def canonical(self, path: str) -> str:
        """The path with project numbers replaced by project ids."""
        parts = path.split("/")
        for place, part in enumerate(parts[:-1]):
            if part == "projects":
                parts[place + 1] = self.numbers.get(parts[place + 1], parts[place + 1])
        return "/".join(parts)

    def get(self, api: str, path: str) -> Resource | None:
        return self.resources[api].get(path)

    def children(self, api: str, collection: str) -> list[Resource]:
        """The resources of one collection, sorted by name; a `-` segment stands for any parent."""
        index = self.collections[api]
        if "-" not in collection.split("/"):
            return list(index.get(collection, ()))
        wanted = collection.split("/")
        found: list[Resource] = []
        for path, resources in index.items():
            parts = path.split("/")
            if len(parts) == len(wanted) and all(w in ("-", p) for w, p in zip(wanted, parts, strict=True)):
                found.extend(resources)
        return sorted(found, key=lambda resource: str(resource["name"]))

    def disabled(self, host: str) -> bool:
        return host in (self.document.get("apis") or {}).get("disabled", ())

    # -- loading ---------------------------------------------------------------------------------------------------

    def _put(self, api: str, path: str, resource: Resource, where: str = "") -> None:
        if path in self.resources[api]:
            self.problems.append(f"{where}.name: {resource.get('name')} is there twice")
            return
        self.resources[api][path] = resource
        self.collections[api][path.rpartition("/")[0]].append(resource)

    def _load_projects(self) -> None:
        api = self._api("cloudresourcemanager", "v1")
        main = self.document.get("project")
        named = [] if main is None else [("project", main)]
        named += [
            (f"projects[{number}]", project) for number, project in enumerate(self.document.get("projects") or ())
        ]
        if main is None:
            self.problems.append("project: missing")
        for where, project in named:
            found = api.problems("Project", project, where)
            if not found and not (project.get("projectId") and project.get("projectNumber")):
                found = [f"{where}: needs a projectId and a projectNumber"]
            self.problems += found
            if not found:
                self._add_project(project)

    def _add_project(self, project: Resource) -> None:
        id_, number = project["projectId"], project["projectNumber"]
        self.projects[id_] = project
        self.numbers[number] = id_
        state = project.get("lifecycleState", "ACTIVE")
        v1 = {**project, "lifecycleState": state}
        v3 = {"name": f"projects/{number}", "projectId": id_, "state": state}
        v3["displayName"] = project.get("name", id_)
        v3 |= {key: project[key] for key in ("createTime", "labels") if key in project}
        if "parent" in project:
            v3["parent"] = f"{project['parent']['type']}s/{project['parent']['id']}"
        metadata = (self.document.get("project_metadata") or {}).get(f"projects/{id_}", {})
        items = [{"key": key, "value": value} for key, value in metadata.items()]
        compute = {"name": id_, "id": number, "commonInstanceMetadata": {"items": items} if items else {}}
        self._put("compute/v1", f"projects/{id_}", compute)
        self._put("cloudresourcemanager/v1", f"projects/{id_}", v1)
        self._put("cloudresourcemanager/v3", f"projects/{id_}", v3)

    def _load_collections(self) -> None:
        for spelling, kinds in (self.document.get("collections") or {}).items():
            host, _, version = spelling.partition("/")
            match = HOST.fullmatch(host)
            api = discovery.load(match["service"], version) if match and not match["region"] else None
            if api is None:
                self.problems.append(f"collections.{spelling}: there is no such API")
                continue
            for kind, resources in (kinds or {}).items():
                for number, resource in enumerate(resources or ()):
                    self._load_resource(api, kind, resource, f"{spelling} {kind}[{number}]")

    def _load_resource(self, api: discovery.Api, kind: str, resource: Any, where: str) -> None:
        if not isinstance(resource, dict) or not isinstance(resource.get("name"), str):
            self.problems.append(f"{where}: expected a mapping with a name, got {resource!r}")
            return
        name = resource["name"]
        path = self.canonical(f"b/{name}" if api.service == "storage" else name)
        method = api.getter(path)
        if method is None or method.resource != kind:
            self.problems.append(f"{where}.name: {name} is not the name of one of the {kind}")
            return
        self.problems += api.problems(method.response, public(resource), where)
        self._check_place(api, path, resource, where)
        for key in resource.keys() - public(resource).keys():
            if key == "x-iamPolicy":
                policy = next(s for s in ("Policy", "GoogleIamV1Policy") if s in api.schemas)
                self.problems += api.problems(policy, resource[key], f"{where}.{key}")
            elif key == "x-keys" and kind == "serviceAccounts":
                for number, child in enumerate(resource[key]):
                    self._load_resource(api, "keys", child, f"{where}.x-keys[{number}]")
            elif key == "x-managedFolders" and kind == "buckets":
                for number, child in enumerate(resource[key]):
                    self._load_folder(api, path, child, f"{where}.x-managedFolders[{number}]")
            else:
                self.problems.append(f"{where}.{key}: unknown key")
        self._put(f"{api.service}/{api.version}", path, resource, where)

    def _load_folder(self, api: discovery.Api, bucket: str, folder: Resource, where: str) -> None:
        """A managed folder; its name has slashes of its own."""
        self.problems += api.problems("ManagedFolder", public(folder), where)
        self.problems += api.problems("Policy", folder.get("x-iamPolicy", {}), f"{where}.x-iamPolicy")
        collection, key = f"{bucket}/managedFolders", f"{api.service}/{api.version}"
        self.resources[key][f"{collection}/{folder['name']}"] = folder
        self.collections[key][collection].append(folder)

    def _check_place(self, api: discovery.Api, path: str, resource: Resource, where: str) -> None:
        """A resource in a project or a location that the world does not have could be asked for, but never found."""
        parts = path.split("/")
        project = parts[1] if parts[0] == "projects" else None
        if api.service == "storage":
            number = resource.get("projectNumber")
            project = self.numbers.get(str(number), f"number {number}")
        if project is not None and project not in self.projects:
            self.problems.append(f"{where}: project {project} is not in this world")
        known = self.locations.get(api.service)
        if known and len(parts) > 3 and parts[2] == "locations" and parts[3] not in (*known, "global"):
            self.problems.append(f"{where}.name: location {parts[3]} is not among locations.{api.service}")

    def _load_foreign_buckets(self) -> None:
        self.foreign: dict[str, Resource] = {}
        api = self._api("storage", "v1")
        for number, entry in enumerate(self.document.get("foreign_buckets") or ()):
            where = f"foreign_buckets[{number}]"
            bucket = {key: value for key, value in entry.items() if key != "readable"}
            found = api.problems("Bucket", bucket, where)
            if not isinstance(entry.get("readable"), bool) or not entry.get("name") or not entry.get("projectNumber"):
                found.append(f"{where}: needs name, projectNumber and readable: true or false")
            elif entry["projectNumber"] in self.numbers or f"b/{entry['name']}" in self.resources["storage/v1"]:
                found.append(f"{where}: {entry['name']} belongs to this world, so it is not foreign")
            self.problems += found
            self.foreign[str(entry.get("name"))] = entry

    def _load_policies(self) -> None:
        api = self._api("cloudresourcemanager", "v3")
        for name, policy in (self.document.get("iam_policies") or {}).items():
            self.problems += api.problems("Policy", policy, f"iam_policies.{name}")
            self.policies[self.canonical(name)] = policy

    def _add_roles(self) -> None:
        for short, (title, permissions) in PREDEFINED_ROLES.items():
            path = f"roles/{short}"
            if path not in self.resources["iam/v1"]:
                role = {"name": path, "title": title, "stage": "GA", "includedPermissions": permissions.split()}
                self._put("iam/v1", path, role)

    def _add_services(self) -> None:
        apis = self.document.get("apis") or {}
        self.problems += [f"apis.{key}: unknown key" for key in apis if key != "disabled"]
        self.hosts = {f"{service}.googleapis.com" for service in ALWAYS_LISTED} | set(apis.get("disabled") or ())
        self.hosts |= {spelling.partition("/")[0] for spelling in self.document.get("collections") or ()}
        for id_, project in self.projects.items():
            for host in self.hosts:
                parent = f"projects/{project['projectNumber']}"
                service = {"name": f"{parent}/services/{host}", "parent": parent, "config": {"name": host}}
                service["state"] = "DISABLED" if self.disabled(host) else "ENABLED"
                self._put("serviceusage/v1", f"projects/{id_}/services/{host}", service)

    def _check_services(self) -> None:
        known = {host.partition(".")[0] for host in self.hosts}
        for key in ("locations", "unreachable"):
            strangers = (self.document.get(key) or {}).keys() - known
            self.problems += [f"{key}.{service}: no collection is of this service" for service in sorted(strangers)]

    def _check_not_inventoried(self) -> None:
        """Names of resources that Cloud Asset Inventory has not heard of yet."""
        known = {path for index in self.resources.values() for path in index}
        self.not_inventoried = {self.canonical(name) for name in self.document.get("not_inventoried") or ()}
        self.problems += [f"not_inventoried: there is no {name}" for name in sorted(self.not_inventoried - known)]

    def lineage(self, project: Resource) -> list[str]:
        """A project, the folders above it and the organisation, as `projects/ID`, `folders/NUMBER` and so on."""
        manager = "cloudresourcemanager/v3"
        found = [f"projects/{project['projectId']}"]
        while above := (self.get(manager, found[-1]) or {}).get("parent", ""):
            found.append(above)
        return found

    def below(self, project: Resource, scope: str) -> bool:
        """Whether a project is the scope (`projects/ID`, `folders/NUMBER`, `organizations/NUMBER`) or below it."""
        return scope in self.lineage(project)

    def _api(self, service: str, version: str) -> discovery.Api:
        api = discovery.load(service, version)
        if api is None:
            raise RuntimeError(f"google-api-python-client ships no discovery document for {service} {version}")
        return api
