"""The site's catalogue for machines: DCAT-AP 3 (SEMIC) as JSON-LD."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any, Final

from release.dataset import PUBLIC
from release.site.entry import Entry

_LANGUAGES: Final = ("nl", "en")
_MEDIA: Final = {".csv": "text/csv", ".parquet": "application/vnd.apache.parquet"}
_CONTEXT: Final = {
    "dcat": "http://www.w3.org/ns/dcat#", "dct": "http://purl.org/dc/terms/", "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#", "xsd": "http://www.w3.org/2001/XMLSchema#",
}  # fmt: skip


def catalogue(entries: Sequence[Entry], title: str) -> dict[str, Any]:
    """`dcat:Catalog` of what may be had; what was called back is not in it. Addresses are relative to the catalogue."""
    agent = {"@type": "foaf:Agent", "foaf:name": title}
    return {
        "@context": _CONTEXT,
        "@type": "dcat:Catalog",
        "@id": "catalog.jsonld",
        "dct:title": title,
        "dct:publisher": agent,
        "dct:language": list(_LANGUAGES),
        "dcat:dataset": [_dataset(entry, agent) for entry in entries if not entry.revoked],
    }


def _dataset(entry: Entry, agent: dict[str, str]) -> dict[str, Any]:
    facts = entry.facts
    return {
        "@type": "dcat:Dataset",
        "@id": f"{facts.release}/",
        "dct:identifier": facts.release,
        "dct:title": facts.asked.title,
        "dct:description": facts.asked.effect or facts.asked.purpose,
        "dct:publisher": agent,
        "dct:issued": {"@type": "xsd:date", "@value": facts.made_on},
        "dct:accessRights": {"@id": PUBLIC},
        "dct:provenance": [source.title for source in facts.sources],
        "dcat:landingPage": {"@id": f"{facts.release}/index.html"},
        "dcat:distribution": [
            _distribution(facts.release, *file) for file in entry.files if _suffix(file[0]) in _MEDIA
        ],
    }


def _distribution(release: str, name: str, size: int, sha256: str) -> dict[str, Any]:
    return {
        "@type": "dcat:Distribution",
        "dct:title": name,
        "dcat:accessURL": {"@id": f"{release}/index.html"},
        "dcat:downloadURL": {"@id": f"{release}/{name}"},
        "dcat:mediaType": _MEDIA[_suffix(name)],
        "dcat:byteSize": {"@type": "xsd:nonNegativeInteger", "@value": str(size)},
        "spdx:checksum": {"spdx:algorithm": {"@id": "spdx:checksumAlgorithm_sha256"}, "spdx:checksumValue": sha256},
    }


def _suffix(name: str) -> str:
    return PurePath(name).suffix
