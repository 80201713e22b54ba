"""A few of the city's agencies: seeding all of them takes seconds."""
from __future__ import annotations

import pytest

from ckanext.hanoi.agencies.registry import Registry, registry

FEW = ("ubnd-thanh-pho-ha-noi", "so-xay-dung", "so-giao-thong-van-tai", "ubnd-phuong-cua-nam",
       "ubnd-quan-hoan-kiem")


@pytest.fixture
def few():
    """The city, a department, its predecessor, a ward and a district."""
    return Registry(registry().agencies[slug] for slug in FEW)
