"""Suggestions while somebody types into a search box."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk

from ckanext.hanoi import language
from ckanext.hanoi.agencies import store
from ckanext.hanoi.logic.schema import suggest as schema
from ckanext.hanoi.logic.schema.common import checked
from ckanext.hanoi.search import suggest as pure
from ckanext.hanoi.search import synonyms, terms
from ckanext.hanoi.vietnamese import sort_key
from ckanext.hanoi.vocabulary import vocabulary

_DEFAULT = 10
#: Of each kind but datasets, so that these have room too.
_EACH = 3


@tk.side_effect_free
def hanoi_suggest(context: Any, data_dict: dict[str, Any]) -> list[dict[str, str]]:
    """What a visitor may mean who has typed a part of it, the likeliest of each kind first.

    :param q: what was typed, with or without accents; the last word may be unfinished. Fewer than
      two letters: nothing is suggested
    :param limit: how many, at most 20 (default 10)
    :param kinds: only of these kinds: ``agency``, ``theme``, ``area``, ``dataset``; a list, or text
      with commas

    :returns: each with ``kind``, ``name`` (an organization's or dataset's name, else the code of
      the vocabulary), ``title`` in the reader's language and ``matched``: the other name by which
      it was found, such as an abbreviation, a predecessor or a former district; else empty
    """
    tk.check_access("hanoi_suggest", context, data_dict)
    asked = checked(data_dict, schema.suggest())
    typed = pure.typed(asked.get("q") or "")
    if typed is None:
        return []
    limit = asked.get("limit") or _DEFAULT
    kinds = asked.get("kinds") or schema.KINDS
    english = not language.is_vietnamese()
    found: list[dict[str, str]] = []
    if "agency" in kinds:
        found += _best(typed, _agencies(english), _EACH if len(kinds) > 1 else limit)
    for kind, name in (("theme", "theme"), ("area", "ward")):
        if kind in kinds:
            found += _best(typed, _terms(kind, name, english), _EACH)
    found = found[:limit]
    if "dataset" in kinds and len(found) < limit:
        found += _datasets(context, typed, limit - len(found), english)
    return found


#: kind, name, title, everything that it is called
_Candidate = tuple[str, str, str, tuple[str, ...]]


def _agencies(english: bool) -> Iterator[_Candidate]:
    group: Any = model.Group
    rows = model.Session.query(group.name, group.title).filter(
        group.is_organization, group.state == "active"
    )
    in_english = store.english_titles()
    for name, title in rows:
        title = title or name
        other = in_english.get(name, "")
        shown = other if english and other else title
        called = (*synonyms.of_agency(name, title), *([other] if other else ()))
        yield "agency", name, shown, called


def _terms(kind: str, name: str, english: bool) -> Iterator[_Candidate]:
    for term in vocabulary(name):
        called = (*synonyms.of_term(name, term.code), *(a for a in term.aliases if "://" not in a))
        yield kind, term.code, term.en if english else term.vi, called


def _best(
    typed: pure.Typed, candidates: Iterator[_Candidate], limit: int
) -> list[dict[str, str]]:
    ranked = []
    for kind, name, title, called in candidates:
        own = pure.fit(typed, [title])
        best = own or pure.fit(typed, called)
        if best is not None:
            matched = "" if own else _in_full(best[1], title, called)
            entry = {"kind": kind, "name": name, "title": title, "matched": matched}
            # a ward's districts stand in the order of how much of it was theirs
            place = 0 if own else called.index(best[1])
            ranked.append((best[0], not own, place, sort_key(title), entry))
    ranked.sort(key=lambda one: one[:4])
    return [entry for *_, entry in ranked[:limit]]


def _in_full(matched: str, title: str, called: tuple[str, ...]) -> str:
    """The name that an abbreviation stands for; empty where it is the title itself."""
    full = next((name for name in called if matched in terms.initials(name)), matched)
    return "" if full == title else full


def _datasets(
    context: Any, typed: pure.Typed, limit: int, english: bool
) -> list[dict[str, str]]:
    """Public datasets by words of their title; more are asked for than shown, because Solr does
    not know whether a title begins with what was typed."""
    answer = tk.get_action("package_search")(
        {"user": context.get("user", ""), "auth_user_obj": context.get("auth_user_obj")},
        {
            "q": pure.query(typed), "defType": "lucene", "fq": "dataset_type:dataset",
            "rows": limit * 3, "sort": "score desc, title_string asc",
            "fl": ["name", "title", "extras_title_en"],
        },
    )  # fmt: skip
    ranked = []
    for number, row in enumerate(answer["results"]):
        titles = [row.get("title") or row["name"], row.get("title_en") or ""]
        shown = titles[1] if english and titles[1] else titles[0]
        best = pure.fit(typed, titles)
        other = best[1] if best and best[1] != shown and not pure.fit(typed, [shown]) else ""
        entry = {"kind": "dataset", "name": row["name"], "title": shown, "matched": other}
        ranked.append((best[0] if best else 4, number, entry))
    ranked.sort(key=lambda one: one[:2])
    return [entry for *_, entry in ranked[:limit]]
