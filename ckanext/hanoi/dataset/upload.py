"""Uploaded files: their format and encoding are filled in where nobody has said them."""
from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk
from ckan import model

from ckanext.hanoi.dataset import file_names
from ckanext.hanoi.dataset.media_types import is_active
from ckanext.hanoi.dataset.sniff import HEAD, sniff
from ckanext.hanoi.fetch import Fetcher, FetchError
from ckanext.hanoi.fetch.settings import allowed_hosts
from ckanext.hanoi.vocabulary import vocabulary

#: A server that ignores the wish for the first bytes may send so many, in so many seconds.
_MAX_BYTES, _TIMEOUT = 16 * 1024 * 1024, 15
_RANGE = re.compile(r"bytes \d+-\d+/(\d+)")


def is_file(sent: Any) -> bool:
    """Whether a form sent a file, and not the empty field of one."""
    return bool(sent) and hasattr(sent, "read") and bool(getattr(sent, "filename", ""))


def of_file(sent: Any, name: str = "", size: int | None = None) -> dict[str, Any]:
    """As ``hanoi_resource_detect`` returns it; the file stands at its beginning afterwards."""
    stream = getattr(sent, "stream", sent)
    stream.seek(0)
    head = stream.read(HEAD)
    if size is None:
        stream.seek(0, 2)
        size = stream.tell()
    stream.seek(0)
    return _answer(head, name or sent.filename, "", size)


def of_address(address: str) -> dict[str, Any]:
    """As ``hanoi_resource_detect`` returns it; ``tk.ValidationError`` where nothing answers."""
    fetcher = Fetcher(
        allowed_hosts=allowed_hosts(),
        timeout=_TIMEOUT, max_bytes=_MAX_BYTES, retries=0, unpack=False,
    )  # fmt: skip
    try:
        with fetcher:
            answer = fetcher.get(address, headers={"Range": f"bytes=0-{HEAD - 1}"})
            with answer.open() as body:
                head = body.read(HEAD)
    except FetchError as error:
        message = tk._(error.message)
        raise tk.ValidationError(
            {"url": [message % error.params if error.params else message]}
        ) from None
    whole = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    size = int(whole[1]) if whole else answer.size if answer.status == 200 else None
    return _answer(head, answer.url, answer.content_type, size)


def _answer(head: bytes, name: str, media_type: str, size: int | None) -> dict[str, Any]:
    found = sniff(head, name, media_type)
    encoding = vocabulary("encoding").get(found.encoding)
    return {
        "format": found.format, "mimetype": found.media_type, "encoding": found.encoding,
        "delimiter": found.delimiter, "size": size,
        "legacy": bool(encoding and encoding.extra.get("legacy")),
    }  # fmt: skip


def fill_in(data_dict: dict[str, Any]) -> None:
    """Format and encoding of the files that a dataset is saved with: where nothing is said of
    them, or where a file takes the place of another and the form still says what that was."""
    for resource in data_dict.get("resources") or ():
        sent = resource.get("upload") if isinstance(resource, dict) else None
        if not is_file(sent):
            continue
        file_names.rename(sent, resource.get("name"))
        before = model.Resource.get(resource["id"]) if resource.get("id") else None
        found = of_file(sent)
        for name in ("format", "encoding", "mimetype"):
            given = resource.get(name)
            if name == "mimetype" and is_active(found[name]):
                continue  # advice for the form; what is stored is what the file's name says
            if found[name] and (not given or (before is not None and given == _old(before, name))):
                resource[name] = found[name]


def _old(resource: model.Resource, name: str) -> Any:
    extras = resource.extras or {}
    return extras.get(name) if name == "encoding" else getattr(resource, name)
