"""The file behind a resource: of this site's storage, or fetched, as a file that can be read."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ckan.lib import uploader

from ckanext.hanoi.fetch import Fetcher
from ckanext.hanoi.messages import SourceError


@dataclass(slots=True)
class File:
    """``path`` is empty where the file has not changed since the last look; ``fetched`` is what
    tells so the next time."""

    path: str
    fetched: dict[str, Any] = field(default_factory=dict)


def host_of(resource: dict[str, Any]) -> str:
    """The host that the file has to be asked for; "" for an uploaded file."""
    if resource.get("url_type") == "upload":
        return ""
    try:
        return (urlsplit(_address(resource)).hostname or "").lower()
    except ValueError:
        return ""


def stamp(resource: dict[str, Any]) -> list[Any] | None:
    """Size and time of an uploaded file in this machine's storage; None where it isn't there."""
    try:
        info = os.stat(uploader.get_resource_uploader(dict(resource)).get_path(resource["id"]))
    except (OSError, TypeError, NotImplementedError):
        return None
    return [info.st_size, info.st_mtime_ns]


@contextmanager
def opened(
    resource: dict[str, Any], fetcher: Fetcher, before: dict[str, Any], max_bytes: int
) -> Iterator[File]:
    """The file of a resource for as long as the block goes. ``before`` is ``File.fetched`` of the
    last look; SourceError where it can't be had."""
    if resource.get("url_type") == "upload":
        with _stored(resource, max_bytes) as file:
            yield file
    else:
        with _remote(resource, fetcher, before) as file:
            yield file


@contextmanager
def _stored(resource: dict[str, Any], max_bytes: int) -> Iterator[File]:
    upload: Any = uploader.get_resource_uploader(dict(resource))
    try:
        path = str(upload.get_path(resource["id"]))
    except (TypeError, NotImplementedError) as error:
        raise _not_here() from error
    storage = getattr(upload, "storage", None)
    if storage is None:
        if not os.path.isfile(path):
            raise _not_here()
        yield File(path, {"stamp": stamp(resource)})
        return
    with tempfile.NamedTemporaryFile(prefix="hanoi-table-") as copy:
        _copy(storage, path, copy, max_bytes)
        yield File(copy.name)


def _copy(storage: Any, path: str, copy: Any, max_bytes: int) -> None:
    """From a storage of CKAN 2.12 that need not be a folder of this machine."""
    from ckan.lib import files

    location = files.Location(path)
    size = 0
    try:
        for chunk in storage.stream(files.FileData(location, size=storage.size(location))):
            size += len(chunk)
            if size > max_bytes:
                raise SourceError("The file is larger than %(limit)s bytes.", limit=max_bytes)
            copy.write(chunk)
    except files.exc.FilesError as error:
        raise _not_here() from error
    copy.flush()


def _not_here() -> SourceError:
    return SourceError("The uploaded file is not in this site's storage.")


@contextmanager
def _remote(
    resource: dict[str, Any], fetcher: Fetcher, before: dict[str, Any]
) -> Iterator[File]:
    url = _address(resource)
    known = before if before.get("url") == url else {}
    response = fetcher.get(
        url, etag=known.get("etag"), last_modified=known.get("last_modified")
    )
    if response.not_modified:
        yield File("", dict(before))
        return
    fetched = {"url": url, "etag": response.etag, "last_modified": response.last_modified}
    with tempfile.NamedTemporaryFile(prefix="hanoi-table-") as copy:
        with response.open() as body:
            while data := body.read(1 << 20):
                copy.write(data)
        response.close()
        copy.flush()
        yield File(copy.name, fetched)


def _address(resource: dict[str, Any]) -> str:
    return str(resource.get("download_url") or resource.get("url") or "").strip()
