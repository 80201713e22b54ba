"""Template helpers of the dataset's form and page."""
from __future__ import annotations

import re
from typing import Any

import ckan.plugins.toolkit as tk

from ckanext.hanoi import language
from ckanext.hanoi.dataset import drafts, extras, link_kind, terms_of_use
from ckanext.hanoi.dataset.rules import RuleError, as_list
from ckanext.hanoi.dataset.terms_of_use import TermsOfUse
from ckanext.hanoi.dates import parse
from ckanext.hanoi.helpers.agency import hanoi_agency_title
from ckanext.hanoi.vietnamese import fold, is_syllable
from ckanext.hanoi.vocabulary import Term, vocabulary

_RECOMMENDED = "recommended"


def hanoi_choices(field: dict[str, Any]) -> list[dict[str, Any]]:
    """The choices of a field with a ``vocabulary``, as ckanext-scheming wants them. ``search`` is
    what else a person may type to find the choice."""
    return [
        {
            "value": term.code,
            "label": {"vi": term.vi, "en": term.en},
            "search": " ".join([term.code, term.vi, term.en, *_words(term)]),
        }
        for term in vocabulary(field["vocabulary"])
    ]


def hanoi_label(name: str, code: str) -> str:
    """The label of a code of vocabulary ``name`` in the reader's language; an unknown code as it
    is."""
    term = vocabulary(name).get(code)
    return term.label(tk.h.lang()) if term else code


def hanoi_term(name: str, code: str | None) -> Term | None:
    """The term of vocabulary ``name`` with this code, or None."""
    return vocabulary(name).get(code) if code else None


def hanoi_terms_of_use(
    package: dict[str, Any], resource: dict[str, Any] | None = None
) -> TermsOfUse:
    """What is said of the use of a dataset, or of one of its files."""
    if resource is None:
        return terms_of_use.of_dataset(package)
    return terms_of_use.of_resource(resource, package)


def hanoi_says_something(package: dict[str, Any], field: dict[str, Any]) -> bool:
    """Whether a field's value is worth a line: not an empty one, not the class that data have by
    default, and not "open data" where only the source's own words on their use are known."""
    name = field["field_name"]
    value = package.get(name)
    if value in (None, "", []):
        return False
    if name == "access_level" and value == "open":
        return not terms_of_use.of_dataset(package).is_only_words
    return name != "sensitivity" or value != field.get("default_code")


def hanoi_resource_link(resource: dict[str, Any]) -> dict[str, Any]:
    """The way to a file or link: ``url`` ("" where it can't be opened), ``is_file``, ``label``."""
    is_file, url = link_kind.is_file(resource), link_kind.address(resource)
    return {
        "url": url if hanoi_is_address(url) else "", "is_file": is_file,
        "label": tk._("Download") if is_file else tk._("Open link"),
    }  # fmt: skip


def hanoi_file_updated(resource: dict[str, Any]) -> str:
    """When a file changed last: what is said of it; an upload's own time; "" where neither is."""
    uploaded = resource.get("url_type") == "upload" and (
        resource.get("last_modified") or resource.get("created")
    )
    return str(resource.get("modified") or uploaded or "")


def hanoi_as_list(value: Any) -> list[str]:
    """The value of a field as a list, be it stored, submitted by a form, or missing."""
    try:
        return as_list(value)
    except RuleError:
        return []


def hanoi_date(value: str | None) -> str:
    """A stored date as people read it: ``31/12/2025``, ``12/2025``; other text as it is."""
    date = parse(value) if value else None
    return date.text if date is not None else value or ""


def hanoi_text(data: dict[str, Any], field: str) -> dict[str, str]:
    """A bilingual text in the reader's language: ``{"text", "lang", "missing"}``.

    ``field`` is ``title``, ``notes`` or ``name``; its English is ``field + "_en"``. ``missing`` is
    "en" where the reader asked for English and there is Vietnamese alone.
    """
    own, en = data.get(field) or "", data.get(f"{field}_en") or ""
    if en and (not own or not language.is_vietnamese()):
        return {"text": en, "lang": "en", "missing": ""}
    lang = _written_in(data, own)
    missing = "en" if own and lang == "vi" and not language.is_vietnamese() else ""
    return {"text": own, "lang": lang, "missing": missing}


def _written_in(data: dict[str, Any], text: str) -> str:
    """The language of a text that is Vietnamese by rule: harvested ones may be in another."""
    declared = data.get("language") or []
    words = re.findall(r"[a-z]{2,}", text.lower())
    if not text.isascii() or not words:
        return "vi"
    if declared and "vi" not in declared:
        return str(declared[0])
    return "vi" if sum(map(is_syllable, words)) * 2 > len(words) else "en"


def hanoi_dataset(name_or_id: str) -> dict[str, Any] | None:
    """A dataset, a draft too, where the reader may see it."""
    try:
        return tk.get_action("package_show")({}, {"id": name_or_id})
    except (tk.ObjectNotFound, tk.NotAuthorized):
        return None


def hanoi_form_pages(dataset_type: str) -> list[dict[str, Any]]:
    """The pages of the form: ``title``, ``description``, ``fields``; empty where it has one."""
    return tk.h.scheming_get_dataset_form_pages(dataset_type) or []


def hanoi_page_of(dataset_type: str, field_name: str) -> int:
    """The number of the form's page that has the field, from 1; 0 where none has."""
    for number, page in enumerate(hanoi_form_pages(dataset_type), 1):
        if any(field["field_name"] == field_name for field in page["fields"]):
            return number
    return 0


def hanoi_is_recommended(field: dict[str, Any]) -> bool:
    """Whether the form marks the field as one that should be filled in."""
    return bool(field.get(_RECOMMENDED))


def hanoi_initials(text: str) -> str:
    """The first letters of the words, as people abbreviate an agency: ``sgddt``."""
    return "".join(word[0] for word in re.findall(r"[a-z0-9]+", fold(text)))


def hanoi_citations(data: dict[str, Any]) -> list[dict[str, str]]:
    """How to cite a dataset, in the reader's language and then in the other one where the dataset
    has it: ``{"lang", "label", "text"}``, the text as agency (year). Title. Version. Catalog.
    Address."""
    return [
        {"lang": lang, "label": tk.h.hanoi_language(lang), "text": _citation(data, lang)}
        for lang in (("vi", "en") if language.is_vietnamese() else ("en", "vi"))
        if _title(data, lang)
    ]


def hanoi_language(code: str) -> str:
    """The name of a language in the reader's language."""
    return hanoi_label("language", code)


def _title(data: dict[str, Any], lang: str) -> str:
    return data.get("title" if lang == "vi" else "title_en") or ""


def _citation(data: dict[str, Any], lang: str) -> str:
    organization = data.get("organization") or {}
    agency = hanoi_agency_title(organization, lang) or data.get("managing_agency")
    date = parse(data.get("modified") or data.get("issued") or data.get("metadata_modified"))
    year = f" ({date.start.year})" if date else ""
    parts = [f"{agency}{year}" if agency else year.strip(" ()"), _title(data, lang)]
    if data.get("version"):
        word = "Phiên bản" if lang == "vi" else "Version"  # of the citation, not the reader
        parts.append(f"{word} {data['version']}")
    parts.append(tk.config.get("ckan.site_title") or "")
    address = tk.h.url_for(
        f"{data['type']}.read", id=data["name"], qualified=True, locale="default"
    )
    return ". ".join(part.rstrip(".") for part in parts if part) + f". {address}"


def hanoi_is_address(text: str) -> bool:
    """Whether the text is an http(s) address."""
    return bool(re.match(r"https?://[^\s/]", text or ""))


def hanoi_is_unnamed(name: str | None) -> bool:
    """Whether it is the name of a draft that has no title yet."""
    return drafts.is_unnamed(name)


def _words(term: Term) -> list[str]:
    return [alias for alias in term.aliases if "://" not in alias]


def hanoi_extras(pkg: dict[str, Any], everything: bool = False) -> list[tuple[str, str]]:
    """What a dataset has beside the fields of the schema: what is for people, or everything."""
    found = [(str(key), str(value)) for key, value in tk.h.sorted_extras(pkg.get("extras") or [])
             if key not in extras.SHOWN]  # fmt: skip
    return found if everything else extras.for_people(found)


def hanoi_resource_extras(
    resource: dict[str, Any], resource_fields: list[dict[str, Any]], everything: bool = False
) -> list[tuple[str, str]]:
    """The same of a resource, with the names that CKAN's table gives them."""
    known = {field["field_name"] for field in resource_fields} | {"created", "metadata_modified",
                                                                  "last_modified"}  # fmt: skip
    found = [(str(key), str(value)) for key, value in tk.h.format_resource_items(resource.items())]
    named = {key.replace(" ", "_"): (key, value) for key, value in found}
    left = {key: pair for key, pair in named.items() if key not in known | extras.SHOWN}
    if everything:
        return list(left.values())
    read = dict(extras.for_people((key, value) for key, (_shown, value) in left.items()))
    return [left[key] for key in read]
