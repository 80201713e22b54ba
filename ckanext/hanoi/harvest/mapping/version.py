"""Which mapping this is: another one may make another dataset of an unchanged record.

The version is made of the code itself, so that nobody has to think of it. A record that is compared
for the sake of a comment is compared once, and nothing is written.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[2]
#: What records go through on their way to a dataset.
PARTS = (
    "harvest/connectors/*.py", "harvest/inventory/*.py", "harvest/mapping/*.py",
    "harvest/standards/*.py", "harvest/identity.py", "parsing/*.py", "tabular/cell_values.py",
    "dataset/fields.py", "dataset/formats.py", "dataset/geojson.py", "dataset/rules.py", "dates.py",
    "vietnamese/**/*.py", "vocabulary.py",
    "schemas/dataset.yaml", "schemas/presets.yaml", "schemas/vocabularies/*.yaml",
    "agencies/matching.py", "agencies/names.py", "agencies/registry.py", "schemas/agencies.yaml",
)  # fmt: skip


@cache
def of_code() -> str:
    """The version of this extension's mapping."""
    files = sorted(path for part in PARTS for path in _PACKAGE.glob(part))
    return _digest(files)


@cache
def of_file(path: str) -> str:
    """The version of a connector that another extension brings."""
    return _digest([Path(path)])


def _digest(files: list[Path]) -> str:
    found = hashlib.sha256()
    for path in files:
        if path.is_file():
            found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()[:16]
