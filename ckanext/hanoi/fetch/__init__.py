"""Fetching from hostile territory. Knows no CKAN and nothing of harvesting.

    with Fetcher(timeout=60) as fetcher:
        page = fetcher.get("https://portal.example/api", params={"rows": 100}).json()

``address`` decides which machines may be talked to, ``connection`` connects to exactly the
address that was checked and ends on time, ``response`` holds what came, ``client`` joins them.
"""
from ckanext.hanoi.fetch.client import Fetcher, is_local
from ckanext.hanoi.fetch.errors import FetchError, NotModifiedError, public_url
from ckanext.hanoi.fetch.response import Response

__all__ = ["FetchError", "Fetcher", "NotModifiedError", "Response", "is_local", "public_url"]
