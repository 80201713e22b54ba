"""The version of the mapping is made of code that is there."""
from __future__ import annotations

from pathlib import Path

import pytest

import ckanext.hanoi.harvest.mapping.version as version

PACKAGE = Path(version.__file__).parents[2]


@pytest.mark.parametrize("part", version.PARTS)
def test_every_part_of_the_version_exists(part):
    assert list(PACKAGE.glob(part))


def test_another_code_is_another_version(tmp_path):
    file = tmp_path / "connector.py"
    file.write_text("A = 1\n")
    before = version._digest([file])
    file.write_text("A = 2\n")
    assert version._digest([file]) != before
