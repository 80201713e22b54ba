"""The parts of a package are found in its folder."""
from __future__ import annotations

import pytest

from ckanext.hanoi import discovery


@pytest.fixture
def package(tmp_path, monkeypatch):
    """Writes modules of a package; gives its name."""
    monkeypatch.syspath_prepend(tmp_path)
    folder = tmp_path / f"parts_{tmp_path.name}"
    folder.mkdir()
    (folder / "__init__.py").touch()

    def write(**modules):
        for name, text in modules.items():
            (folder / f"{name}.py").write_text(text)
        return folder.name

    return write


def test_public_functions_of_all_modules_are_found(package):
    name = package(
        one="from json import dumps\ndef a(): pass\ndef _b(): pass", harvest_two="def c(): pass"
    )
    assert set(discovery.functions(name)) == {"a", "c"}
    assert set(discovery.functions(name, without="harvest")) == {"a"}
    assert set(discovery.functions(name, only="harvest")) == {"c"}


def test_two_modules_with_a_function_of_one_name_are_refused(package):
    name = package(one="def a(): pass", two="def a(): pass", harvest="def a(): pass")
    with pytest.raises(discovery.DuplicateNameError, match=r"one and .*two both define a\(\)"):
        discovery.functions(name, without="harvest")
    assert set(discovery.functions(name, only="harvest")) == {"a"}
