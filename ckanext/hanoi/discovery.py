"""Finds the parts of a package by looking at its folder, so that a new part is one new file.

Knows nothing of CKAN.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any


class DuplicateNameError(Exception):
    """Two modules of a package define a function of the same name: one would hide the other."""


def modules(package: str) -> Iterator[ModuleType]:
    """Every module directly inside the package named ``package``, by name."""
    root = importlib.import_module(package)
    for info in sorted(pkgutil.iter_modules(root.__path__), key=lambda info: info.name):
        yield importlib.import_module(f"{package}.{info.name}")


def public_functions(module: ModuleType) -> dict[str, Any]:
    """The public functions that are defined in (not imported into) ``module``, by name."""
    return {
        name: member
        for name, member in inspect.getmembers(module, inspect.isfunction)
        if member.__module__ == module.__name__ and not name.startswith("_")
    }


def _named(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}_")


def functions(
    package: str, *, only: str | None = None, without: str | None = None
) -> dict[str, Any]:
    """Public functions of all modules of ``package``; ``only`` / ``without``: of (all but) the
    modules of that name, ``harvest`` and ``harvest_…`` for "harvest". NameTaken where two of them
    define one name."""
    found: dict[str, Any] = {}
    for module in modules(package):
        name = module.__name__.rpartition(".")[2]
        if (without and _named(name, without)) or (only and not _named(name, only)):
            continue
        for function, member in public_functions(module).items():
            if function in found:
                raise DuplicateNameError(
                    f"{found[function].__module__} and {module.__name__} both define {function}()"
                )
            found[function] = member
    return found


def instances(
    package: str, kind: type, *, only: str | None = None, without: str | None = None
) -> list[Any]:
    """Module-level instances of ``kind`` (blueprints, commands) in the modules of ``package``."""
    found: list[Any] = []
    for module in modules(package):
        name = module.__name__.rpartition(".")[2]
        if (without and _named(name, without)) or (only and not _named(name, only)):
            continue
        for _name, member in sorted(inspect.getmembers(module, lambda m: isinstance(m, kind))):
            if not _name.startswith("_") and member not in found:
                found.append(member)
    return found
