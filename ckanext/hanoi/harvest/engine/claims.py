"""Whether somebody has made a harvested dataset his or her own before it is removed.

To be asked in the transaction that removes it, with the dataset held: what a person does at that
moment is either seen here, or comes after the removal.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ckanext.hanoi.catalog.writer import Held
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.messages import N_
from ckanext.hanoi.model.harvest import Identity

#: Why a dataset is kept: English message id and parameters.
Reason = tuple[str, dict[str, Any]]


def reason_to_keep(
    setup: SourceContext, identity: Identity, held: Held, since: datetime | None
) -> Reason | None:
    """None where the dataset is still its source's; ``since``: edits later than this are no longer
    the source's doing."""
    if _is_moved(setup, identity, held.owner_org):
        agency = setup.agencies.title(held.owner_org)
        return (
            N_("A person has moved the dataset to the agency “%(agency)s” since it was harvested,"
               " so it is kept: it is the catalog's own from now on. Delete it by hand if it is not"
               " wanted any more."),
            {"agency": agency},
        )  # fmt: skip
    # … and later than it was last harvested
    if since and held.modified and held.modified > max(since, identity.modified):
        return (
            N_("Somebody has edited the dataset here since its source stopped showing it, so it is"
               " kept: it is the catalog's own from now on. Delete it by hand if it is not wanted"
               " any more."),
            {},
        )  # fmt: skip
    return None


def _is_moved(setup: SourceContext, identity: Identity, owner_org: str | None) -> bool:
    if identity.owner_org:
        return owner_org != identity.owner_org
    # where it was written is not known: it is moved where the source may not write
    reach = setup.reach | setup.former_reach
    return bool(owner_org and reach and not setup.source.all_agencies and owner_org not in reach)
