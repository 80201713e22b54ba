"""Fetching from hostile territory. Knows no CKAN and nothing of harvesting."""
from __future__ import annotations


class FetchError(Exception):
    pass


class Fetcher:
    pass
