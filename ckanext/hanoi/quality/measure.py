"""What a measure is, and where all of them are found. Knows no CKAN.

A new measure is a new class in the file of its dimension; a new dimension is a new file in
``measures`` with a ``TITLE``.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from types import ModuleType
from typing import Any, ClassVar

from ckanext.hanoi import discovery
from ckanext.hanoi.quality.link_facts import Link

Data = Mapping[str, Any]
Links = Mapping[str, Link]

#: As the method lists them; others follow.
_ORDER = ("findability", "accessibility", "interoperability", "reusability", "contextuality")


class Measure:
    """One indicator. ``field`` is the form's field that reaches it; in ``remedy`` (English message
    id) ``%(field)s`` stands for that field's label."""

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    points: ClassVar[int] = 0
    field: ClassVar[str] = ""
    remedy: ClassVar[str] = ""


class DatasetMeasure(Measure):
    """A measure of the dataset itself."""

    def reached(self, dataset: Data) -> bool:
        raise NotImplementedError


class ResourceMeasure(Measure):
    """A measure of each resource; the dataset has the average. ``for_all``: the field is one of the
    dataset, and holds for all its resources."""

    for_all: ClassVar[bool] = False

    def reached(self, resource: Data, dataset: Data, links: Links) -> float | None:
        """The share that is reached, 0 to 1; None where it is not known yet."""
        raise NotImplementedError


def is_filled(value: Any) -> bool:
    """Whether a field says anything."""
    return bool(value.strip()) if isinstance(value, str) else value not in (None, [], {}, False)


@cache
def dimensions() -> tuple[tuple[str, str, tuple[Measure, ...]], ...]:
    """Name, title (English message id) and measures of each dimension."""
    found = {}
    for module in discovery.modules("ckanext.hanoi.quality.measures"):
        name = module.__name__.rpartition(".")[2]
        found[name] = (name, module.TITLE, tuple(kind() for kind in _kinds(module)))
    names = [name for name in _ORDER if name in found]
    return tuple(found[name] for name in [*names, *sorted(set(found) - set(names))])


def _kinds(module: ModuleType) -> list[type[Measure]]:
    """The measures that a module defines, in the order in which they stand there."""
    return [
        kind for kind in vars(module).values()
        if inspect.isclass(kind) and kind.__module__ == module.__name__
        and issubclass(kind, Measure) and kind.points
    ]  # fmt: skip
