"""What of a run is shown to those who don't manage its source: what became of public datasets.

A record of which nothing public is here may be one that its source keeps to itself: its identity,
its title and what it failed of are for the agency's admins.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from ckan import model

from ckanext.hanoi.harvest.config import ConfigError
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.model.harvest import Change, Source

#: In the parameters of a change: the record is, or may be, private at its source.
PRIVATE = "#private"


def mark() -> dict[str, str]:
    """Parameters of a change that outsiders don't see."""
    return {PRIVATE: "1"}


def may_hold_private(source: Source | None) -> bool:
    """Whether the source may give private datasets; True where nobody knows."""
    try:
        config = SourceContext(source).config if source else None
    except (ConfigError, KeyError):
        return True
    return config is None or bool(config.private or config.options.get("include_private"))


def is_public(hidden: bool) -> Any:
    """The condition that outsiders see a change, in a query that joins the dataset (or none);
    ``hidden``: the source may give private datasets."""
    package: Any = model.Package
    here = sa.and_(
        package.private.is_(False),
        # what its source withdrew was public; what a person deleted is withdrawn here too
        sa.or_(package.state == "active", Change.action == "removed"),
    )
    nothing_here = sa.and_(package.id.is_(None), sa.literal(not hidden))
    return sa.and_(sa.not_(Change.params.has_key(PRIVATE)), sa.or_(here, nothing_here))
