"""What a file is, before it is saved: the form proposes it, a program may ask for it."""
from __future__ import annotations

from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi.dataset import upload
from ckanext.hanoi.dataset.rules import RuleError, byte_size, url


@tk.side_effect_free
def hanoi_resource_detect(context: Any, data_dict: dict[str, Any]) -> dict[str, Any]:
    """Format, encoding and size of a file, by the first 64 KiB of it. Nothing is kept.

    :param upload: the file, or its first bytes (multipart/form-data)
    :param name: its name, where that of the upload is not the right one
    :param size: its size in bytes, where only the first bytes are sent
    :param url: instead of all that, the address of a file; only public addresses are fetched

    :returns: ``format``, ``encoding`` (codes of the vocabularies), ``mimetype``, ``size`` in bytes,
      ``delimiter`` (of CSV), ``legacy`` (an encoding from before Unicode); "" and None: not known
    """
    tk.check_access("hanoi_resource_detect", context, data_dict)
    sent = data_dict.get("upload")
    if upload.is_file(sent):
        try:
            size = byte_size(data_dict.get("size"))
        except RuleError as error:
            raise tk.ValidationError({"size": [tk._(error.message) % error.params]}) from None
        return upload.of_file(sent, str(data_dict.get("name") or ""), size)
    if data_dict.get("url"):
        try:
            return upload.of_address(url(data_dict["url"]))
        except RuleError as error:
            message = tk._(error.message)
            raise tk.ValidationError(
                {"url": [message % error.params if error.params else message]}
            ) from None
    raise tk.ValidationError({"upload": [tk._("Send a file (upload) or an address (url)")]})
