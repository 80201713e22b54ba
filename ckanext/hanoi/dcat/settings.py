"""How ckanext-dcat is set up where it is enabled beside ``hanoi``. Knows no CKAN."""
from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

_OPTION = "ckanext.dcat.rdf.profiles"
#: ckanext-dcat declares its default itself, and nobody can declare an option twice: so its default
#: is replaced after the declarations. Who wants it back sets ``ckanext.hanoi.dcat.profile``.
_STOCK = (["euro_dcat_ap_3"], "euro_dcat_ap_3")


def set_up(config: MutableMapping[str, Any]) -> None:
    """Our profile in the place of ckanext-dcat's default, never of what an admin chose."""
    if config.get("ckanext.hanoi.dcat.profile") and config.get(_OPTION) in _STOCK:
        config[_OPTION] = "hanoi_dcat"
