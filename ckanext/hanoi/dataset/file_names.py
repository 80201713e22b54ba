"""Names of uploaded files keep what a Vietnamese name says, for files of datasets and images.

``ckan.lib.munge`` drops each letter that is not Latin-1 and leaves ``danh-sach-c-s-y-t`` of
``Danh sách cơ sở y tế``. So a file is renamed before CKAN's uploader, or that of another
extension, sees it.
"""
from __future__ import annotations

from contextvars import ContextVar
from functools import wraps
from typing import Any

from ckan.lib import uploader

from ckanext.hanoi.vietnamese import file_name

#: Room for the time that CKAN puts before the name of an image, within its 100 characters.
_IMAGE_LIMIT = 70
_asking: ContextVar[bool] = ContextVar("hanoi_asking_for_an_uploader", default=False)


def rename(sent: Any, otherwise: Any = "", limit: int = 100) -> None:
    """Give an upload the name under which it is kept; anything else is left alone."""
    name = getattr(sent, "filename", None)
    if name and isinstance(name, str) and hasattr(sent, "stream"):
        sent.filename = file_name(name, otherwise if isinstance(otherwise, str) else "", limit)


def image_uploader(upload_to: str, old_filename: str | None) -> Any:
    """The uploader of images that there is without us (CKAN's, another extension's), which
    renames what it is given; None while that one is being asked for."""
    if _asking.get():
        return None
    token = _asking.set(True)
    try:
        found: Any = uploader.get_uploader(upload_to, old_filename)
    finally:
        _asking.reset(token)
    update_data_dict = found.update_data_dict

    @wraps(update_data_dict)
    def renaming(data_dict: dict[str, Any], url_field: str, file_field: str,
                 clear_field: str) -> None:  # fmt: skip
        rename(data_dict.get(file_field), limit=_IMAGE_LIMIT)
        update_data_dict(data_dict, url_field, file_field, clear_field)

    found.update_data_dict = renaming
    return found
