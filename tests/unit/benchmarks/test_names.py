"""What ``bin/bench`` runs."""
from __future__ import annotations

from importlib.util import find_spec

from devstack import bench


def test_each_benchmark_has_its_module():
    names = bench.names()
    assert {"harvest", "import", "quality", "search"} <= set(names)
    for name in names:
        assert find_spec(f"benchmarks.{bench._MODULES.get(name, name)}"), name
