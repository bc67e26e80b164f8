"""Write what Terraform's providers say of the resources that we know, and of those that are under deploy/.

These are tests/scanner/source/provider_schema.json and tests/deploy/provider_schema.json. Run it after
scanner/source/terraform.yaml, or a file under deploy/, names another resource. It downloads, and throws away, bindings
for Python that are generated from the schemas of the providers: 150 MB. Nothing else needs them. Of azapi there are
none.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import yaml

ROOT = Path(__file__).resolve().parent.parent
RESOURCES = ROOT / "scanner" / "source" / "terraform.yaml"
TARGETS = {"known": ROOT / "tests" / "scanner" / "source", "deployed": ROOT / "tests" / "deploy"}
PROVIDERS = ("aws", "azurerm", "google")
#: What every resource may have; no provider knows of it.
_META = {"connection", "count", "depends_on", "for_each", "lifecycle", "provider", "provisioners"}
_VERSION = re.compile(r"providers/hashicorp/\w+/([\d.]+)/")
_STRUCT = re.compile(r"name_mapping=\{([^}]*)\},\n\)\nclass (\w+)")
_READ = re.compile(r"@builtins\.property\n +@jsii\.member\(jsii_name=\"\w+\"\)\n +def (\w+)\(self\)")


def described(source: str) -> dict[str, Any]:
    """The version of the provider, and the attributes of a resource with those of its blocks, by their names."""
    [name] = re.findall(r"^class (\w+)\(\n +_cdktf_\w+\.TerraformResource,", source, re.MULTILINE)
    structs = {struct: re.findall(r'"(\w+)": "', members) for members, struct in _STRUCT.findall(source)}
    stem = name.removesuffix("A")  # which is added where the name would be that of another resource, or of its block

    def tree(struct: str, prefix: str) -> dict[str, Any]:
        members = [one for one in structs[struct] if prefix != stem or one not in _META]
        return {one: inner(prefix + "".join(map(str.capitalize, one.split("_")))) for one in members}

    def inner(struct: str) -> dict[str, Any]:
        found = next((one for one in (struct, f"{struct}A") if one in structs), "")
        return tree(found, struct) if found else {}

    own = source[source.index(f"class {name}(") :]
    computed = (one for one in _READ.findall(own[: own.index("@jsii.data_type")]) if not one.endswith("_input"))
    attributes = {**{one: {} for one in computed}, **tree(f"{name}Config", stem)}
    [version] = set(_VERSION.findall(source))
    return {"version": version, "attributes": dict(sorted(attributes.items()))}


def wanted() -> dict[str, list[str]]:
    """The types of resources of each file."""
    deployed = (path.read_text(encoding="utf-8") for path in (ROOT / "deploy").rglob("*.tf"))
    types = {type_ for text in deployed for type_ in re.findall(r'^resource "(\w+)"', text, re.MULTILINE)}
    return {"known": list(yaml.safe_load(RESOURCES.read_text(encoding="utf-8"))), "deployed": sorted(types)}


def main() -> None:
    """Download, read, write."""
    with tempfile.TemporaryDirectory() as folder:
        names = [f"cdktf-cdktf-provider-{name}" for name in PROVIDERS]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", folder, *names]
        subprocess.run(command, check=True)
        wheels = {name: ZipFile(next(Path(folder).glob(f"*provider_{name}-*.whl"))) for name in PROVIDERS}
        for which, types in wanted().items():
            found: dict[str, Any] = {}
            for type_ in types:
                provider, _, name = type_.partition("_")
                if provider in wheels:
                    module = f"cdktf_cdktf_provider_{provider}/{name}/__init__.py"
                    found[type_] = described(wheels[provider].read(module).decode())
            text = json.dumps(found, indent=1) + "\n"
            (TARGETS[which] / "provider_schema.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
