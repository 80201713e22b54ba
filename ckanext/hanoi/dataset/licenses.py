"""CKAN's register of licences, made of ``schemas/vocabularies/license.yaml``.

CKAN reads its register from a file (``licenses_group_url``), so the file is kept beside the
vocabulary; a test fails when the two differ. To write it anew::

    python -m ckanext.hanoi.dataset.licenses

Knows no CKAN.
"""
from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from ckanext.hanoi.vocabulary import Term, vocabulary

FILE = Path(__file__).parent.parent / "schemas" / "licenses.json"


def register() -> list[dict[str, Any]]:
    """The entries of the register, in the vocabulary's order. A register has one title for each
    licence, so it is the Vietnamese one; our own pages show the reader's language."""
    return [_entry(term) for term in vocabulary("license")]


def as_json() -> str:
    """The register as the file has it: ASCII, because CKAN reads it in the system's encoding."""
    return json.dumps(register(), indent=1, ensure_ascii=True) + "\n"


def _entry(term: Term) -> dict[str, Any]:
    is_open = bool(term.extra.get("open"))
    return {
        "id": term.code,
        "title": term.vi,
        "title_en": term.en,
        "url": term.uri,
        "status": "active",
        "domain_content": False,
        "domain_data": is_open,
        "domain_software": False,
        "family": "",
        "maintainer": "",
        "is_generic": term.code.startswith("other-") or term.code == "notspecified",
        # "approved" is the word by which CKAN knows an open licence
        "od_conformance": "approved" if is_open else "not reviewed",
        "osd_conformance": "not reviewed",
    }


if __name__ == "__main__":
    FILE.write_text(as_json(), encoding="ascii")
