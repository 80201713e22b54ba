"""When may what a source no longer shows be removed? Pure decisions, no CKAN."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from ckanext.hanoi.messages import N_


@dataclass(frozen=True, slots=True)
class Verdict:
    """``hold`` with its reason (message id, parameters), or go on."""

    hold: bool
    message: str = ""
    params: dict[str, int] | None = None


def judge(known: int, missing: int, seen: int, threshold: float, excluded: int = 0) -> Verdict:
    """May a run that read its whole source go on to mark what is missing?

    ``known``: datasets of the source before the run that are not removed and whose removal no
    admin has approved; ``missing``: those of them that the run did not see or its filters left out;
    ``seen``: records that it saw and the filters left; ``threshold``: share from 0 to 1;
    ``excluded``: those of ``missing`` that are at the source, left out by the filters.
    """
    if not missing:
        return Verdict(False)
    numbers = {"missing": missing - excluded, "known": known, "excluded": excluded}
    if not seen and excluded:
        message = N_("The filters leave nothing of the source; it had %(known)s datasets before")
        return Verdict(True, message, numbers)
    if not seen:
        return Verdict(True, N_("The source is empty; it had %(known)s datasets before"), numbers)
    if missing > threshold * known:
        message = N_("%(missing)s of %(known)s datasets are missing at the source")
        if excluded:
            message = N_(
                "Of %(known)s datasets %(missing)s are missing at the source and %(excluded)s are"
                " left out by the filters"
            )
        return Verdict(True, message, numbers)
    return Verdict(False)


def grace_is_over(missing_since: datetime | None, grace_days: int, at: datetime) -> bool:
    """True when a dataset missing since then may be removed at the moment ``at``."""
    return missing_since is not None and at - missing_since >= timedelta(days=grace_days)
