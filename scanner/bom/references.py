"""What a resource names that is no resource of the inventory: images, artifacts, data sets, code, models elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

from scanner.bom.items import Item, Role
from scanner.bom.recipes import Named
from scanner.model.nouns import Scope
from scanner.model.patterns import pattern
from scanner.model.sanitize import redact, storable

#: Models of registries, as each spells them: who published one, its name, its version.
_MODELS = (
    pattern(r".*?(?:publishers/(?P<publisher>[^/]+)/)?models/(?P<name>[^/@]+)(?:(?:/versions/|@)(?P<version>[^/@]+))?"),
    pattern(r"azureml:(?P<name>[^:/]+)(?::(?P<version>[^:/]+))?"),
    pattern(r"arn:.*:hub-content/[^/]+/Model/(?P<name>[^/]+)(?:/(?P<version>[^/]+))?"),
)
#: A model of Hugging Face: its owner and name. Addresses and paths have other forms.
_HUB = pattern(r"([A-Za-z0-9][\w.-]*)/([A-Za-z0-9][\w.-]*)")
#: An image: its repository, tag, and digest.
_IMAGE = pattern(r"([^@\s]+?)(?::([\w.-]{1,128}))?(?:@(sha256:[0-9a-f]{64}))?")


def reference(what: Named, text: str, scope: Scope) -> Item | None:
    """The item that a text names; None where it names none of that sort.

    What would be escaped in it, and then not look like a credential any more, is redacted before.
    """
    return _MAKERS[what](storable(redact(text)), scope)


def _image(text: str, _: Scope) -> Item:
    found = _IMAGE.fullmatch(text)
    repository, tag, digest = found.groups() if found else (text, None, None)
    return Item(
        ref=f"image:{text}",
        role="image",
        name=repository,
        basis="unresolved",
        version=digest or tag or "",
        url=text,
        purl=_oci(repository, tag, digest) if digest else "",
    )


def _oci(repository: str, tag: str | None, digest: str) -> str:
    """The package URL of an image, which is known by its digest alone."""
    name = quote(repository.rpartition("/")[2].lower(), safe="")
    more = f"&tag={quote(tag, safe='')}" if tag else ""
    return f"pkg:oci/{name}@{quote(digest, safe='')}?repository_url={quote(repository.lower(), safe='/')}{more}"


def _at(role: Role) -> Callable[[str, Scope], Item]:
    """What lies at an address."""

    def made(text: str, _: Scope) -> Item:
        return Item(ref=f"{role}:{text}", role=role, name=text, basis="unresolved", url=text)

    return made


def _model(text: str, scope: Scope) -> Item:
    found = next((found for form in _MODELS if (found := form.fullmatch(text))), None)
    parts: Mapping[str, Any] = found.groupdict() if found else {"name": text}
    # A name alone means a model of the same account and region.
    ref = text if "/" in text or ":" in text else f"model:{scope.provider}:{scope.account}:{scope.region}:{text}"
    if scope.provider == "azure":  # whose ids are the same in any case
        ref = ref.lower()
    return Item(
        ref=ref,
        role="model",
        name=parts["name"],
        basis="unresolved",
        version=parts.get("version") or "",
        producer=parts.get("publisher") or "",
    )


def _hub(text: str, _: Scope) -> Item | None:
    found = _HUB.fullmatch(text)
    if found is None:
        return None
    purl = f"pkg:huggingface/{quote(found[1], safe='')}/{quote(found[2], safe='')}"
    return Item(ref=purl, role="model", name=text, basis="unresolved", producer=found[1], purl=purl)


_MAKERS: Mapping[Named, Callable[[str, Scope], Item | None]] = {
    "image": _image,
    "artifact": _at("artifact"),
    "dataset": _at("dataset"),
    "code": _at("code"),
    "model": _model,
    "hub": _hub,
}
