"""YAML that people type: a source's configuration. Read without what makes it larger than it is.

An alias repeats what its anchor names, aliases of aliases as often as anybody likes: 380 bytes
become gigabytes. No configuration needs them. Knows no CKAN.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

#: Characters; the longest configuration of a real source has 3,000.
MAX_LENGTH = 200_000
#: Nested lists and mappings.
_MAX_DEPTH = 20


class UserYAMLError(ValueError):
    """The text is not read: why (English message id) and where (from 1; 0 where nobody knows)."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def N_(text: str) -> str:
    """Marks a message for translation."""
    return text


class _Loader(yaml.SafeLoader):
    """PyYAML's own safe loader without anchors and aliases, and no deeper than people write."""

    depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        event: Any = self.peek_event()
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            message = N_("Anchors and aliases (& and *) are not read here: write the value again "
                         "at line %(line)s, or in quotation marks if it is text")  # fmt: skip
            raise _problem(message, event.start_mark)
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise _problem(N_("Too many levels at line %(line)s"), event.start_mark)
        try:
            return super().compose_node(parent, index)
        finally:
            self.depth -= 1


class _Dumper(yaml.SafeDumper):
    """Writes nothing that ``load`` refuses."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _problem(message: str, mark: Any) -> UserYAMLError:
    return UserYAMLError(message, mark.line + 1, mark.column + 1)


def load(text: str) -> Any:
    """What the text says. Raises ``UserYAMLError``."""
    if len(text) > MAX_LENGTH:
        raise UserYAMLError(N_("This text is too long"))
    try:
        return yaml.load(text, Loader=_Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        message = N_("This is not YAML: look at line %(line)s, column %(column)s")
        raise _problem(message, mark) if mark else UserYAMLError(message) from error
    except (
        ValueError, ArithmeticError, LookupError, AttributeError, TypeError, RecursionError,
    ) as error:
        if isinstance(error, UserYAMLError):
            raise
        # a date such as 2026-02-31, a number of 5,000 digits
        raise UserYAMLError(N_("A value can't be read: write it in quotation marks")) from error


def dump(data: Mapping[str, Any], **style: Any) -> str:
    """The data as a person would type them; "" for nothing."""
    if not data:
        return ""
    return yaml.dump(dict(data), Dumper=_Dumper, allow_unicode=True, sort_keys=False, **style)
