"""What a dataset has beside the schema's fields, and who reads it. Knows no CKAN.

Harvested datasets bring whatever their source keeps of them: keys and values for programs
(``harvest_object_id``, JSON) beside what people wrote for people. The former are for those who may
edit the dataset.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

#: Keys that are shown elsewhere on the page.
SHOWN = frozenset({"license_text"})
# "so_quyet_dinh", "harvest_object_id", "dcat:publisher", "contactEmail"
_KEY_OF_A_PROGRAM = re.compile(r"[a-z][a-zA-Z0-9]*([_:./-][a-zA-Z0-9]+)*")
_VALUE_OF_A_PROGRAM = re.compile(
    r"\s*[\[{].*[\]}]\s*|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.DOTALL
)


def for_people(extras: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Those that people wrote for people: a key of one's own words, a value that can be read."""
    return [
        (key, value)
        for key, value in extras
        if not _KEY_OF_A_PROGRAM.fullmatch(key) and not _VALUE_OF_A_PROGRAM.fullmatch(value)
    ]
