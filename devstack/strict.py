"""What is not defined in a template of ours is an error: for tests, never in a catalog that serves.

Jinja takes an undefined name for an empty text. CKAN's own templates rely on that, so that only the
templates below ``ckanext/hanoi/templates`` are judged: the first template on the way up from where
something was found undefined is the one that asked for it.

- A name that nobody gave the template raises wherever it is used, but for ``is defined`` and
  ``default``.
- What a value does not have (``dataset.notes``) may be tested and compared; it raises where it is
  printed or gone through.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from jinja2 import StrictUndefined, Undefined, UndefinedError
from jinja2.utils import missing

from devstack.environment import ROOT

TEMPLATES = ROOT / "ckanext" / "hanoi" / "templates"


class _Name(StrictUndefined):
    """A name that the template was not given."""

    __slots__ = ()


class _Part(StrictUndefined):
    """What a value does not have."""

    __slots__ = ()
    __bool__ = Undefined.__bool__
    __eq__ = Undefined.__eq__
    __ne__ = Undefined.__ne__
    __hash__ = Undefined.__hash__


def watch(flask_app: Any) -> None:
    """From now on ``flask_app`` judges our templates."""
    judge(flask_app.jinja_env)


def judge(environment: Any) -> None:
    """From now on templates of this Jinja environment are judged if they are ours."""
    environment.undefined = _undefined


def _undefined(
    hint: str | None = None,
    obj: Any = missing,
    name: str | None = None,
    exc: type[Exception] = UndefinedError,
) -> Undefined:
    """Stands for the class that Jinja calls for each thing that it does not find."""
    kind = Undefined
    if _asking().is_relative_to(TEMPLATES):
        kind = _Name if obj is missing and hint is None else _Part
    return kind(hint, obj, name, exc)  # type: ignore[arg-type]


def _asking() -> Path:
    frame = sys._getframe(2)
    while frame:
        if "__jinja_template__" in frame.f_globals:
            return Path(frame.f_code.co_filename)
        frame = frame.f_back
    return Path()
