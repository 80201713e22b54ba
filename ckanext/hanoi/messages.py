"""Messages that are written in English where they arise and translated where they are shown.

A message is a gettext message id in English, with ``%(name)s`` placeholders that are filled from
its parameters when it is shown. Knows no CKAN.
"""

from __future__ import annotations

from typing import Any


def N_(text: str) -> str:
    """Marks a message for translation; it is translated where it is shown."""
    return text


class MessageError(Exception):
    """An error that a reader is told of: ``message`` is the English message id, ``params`` fill its
    placeholders."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(message % params if params else message)
        self.message = message
        self.params = params


class SourceError(MessageError):
    """The source as a whole can't be read (further): the run ends as failed, nothing is removed."""
