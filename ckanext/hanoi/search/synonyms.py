"""All that an agency or a ward is called, so that each name finds it. Knows no CKAN."""

from __future__ import annotations

from functools import lru_cache

from ckanext.hanoi.agencies.registry import Agency, registry
from ckanext.hanoi.search import terms
from ckanext.hanoi.vocabulary import vocabulary

_LOCAL_KINDS = frozenset({"ward", "commune", "urban_district", "rural_district", "town"})


@lru_cache(maxsize=1024)
def of_agency(name: str, title: str) -> tuple[str, ...]:
    """Everything that the organization ``name`` is called, those whose work it took over, and the
    districts whose land its ward has; its ``title`` first."""
    found = dict.fromkeys([title, *terms.initials(title)])
    agency = registry().get(name) if name else None
    for one in _with_predecessors(agency) if agency else ():
        found.update(dict.fromkeys([one.vi, one.en, one.code, *one.aliases]))
        if one.vi.startswith("UBND "):
            found[f"Ủy ban nhân dân {one.vi[5:]}"] = None
        if one.kind not in _LOCAL_KINDS:
            found.update(dict.fromkeys(terms.initials(one.vi)))
    if agency and agency.area_code:
        found.update(dict.fromkeys(former_districts(agency.area_code)))
    return tuple(text for text in found if text)


def of_term(vocabulary_name: str, code: str) -> list[str]:
    """The labels of a term; of a ward also the districts, abolished in 2025, that it lay in."""
    term = vocabulary(vocabulary_name).get(code)
    return [term.vi, term.en, *term.extra.get("formerly", ())] if term else []


def former_districts(code: str) -> list[str]:
    """The districts, abolished on 01/07/2025, that the ward with this code lay in."""
    term = vocabulary("ward").get(code)
    return list(term.extra.get("formerly", ())) if term else []


def _with_predecessors(agency: Agency) -> list[Agency]:
    found = {agency.slug: agency}
    todo = [agency]
    while todo:
        for before in registry().predecessors(todo.pop().slug):
            if before.slug not in found:
                found[before.slug] = before
                todo.append(before)
    return list(found.values())
