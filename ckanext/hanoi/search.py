"""What goes into the search index, what comes out of a query."""
from __future__ import annotations

from typing import Any

#: Lucene refuses a longer term, and with it the whole document (bytes of UTF-8).
_LONGEST_TERM = 32_766
#: Fields of CKAN's Solr schema that are cut into words or not indexed: they may be of any length.
_ANY_LENGTH = frozenset({"data_dict", "validated_data_dict", "notes", "title", "text", "urls"})
_ANY_LENGTH_PREFIXES = ("extras_", "res_extras_")


def for_index(document: dict[str, Any]) -> dict[str, Any]:
    """The document of a dataset as Solr takes it."""
    return {name: _within_limits(name, value) for name, value in document.items()}


def _within_limits(name: str, value: Any) -> Any:
    if name in _ANY_LENGTH or name.startswith(_ANY_LENGTH_PREFIXES):
        return value
    if isinstance(value, str) and len(value) > _LONGEST_TERM // 4:
        return value.encode()[:_LONGEST_TERM].decode("utf-8", "ignore")
    if isinstance(value, list):
        return [_within_limits(name, item) for item in value]
    return value
