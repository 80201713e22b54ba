"""Our own YAML files, read with libyaml where PyYAML has it: they are read at every start."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(path: Path) -> Any:
    """What is in the file. Raises ``OSError`` and ``yaml.YAMLError``."""
    return yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)
