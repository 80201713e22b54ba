"""A connector's draft becomes a dataset of the schema. Pure: no CKAN, no database.

The draft's keys are those of ``docs/connectors.md``. What can't be looked up in a vocabulary or in
the registry of agencies is kept as an extra and noted; nothing is dropped, nothing is guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ckanext.hanoi import dates
from ckanext.hanoi.dataset.fields import FIELDS
from ckanext.hanoi.harvest.config import Filter, SourceConfig
from ckanext.hanoi.harvest.mapping import constraints
from ckanext.hanoi.harvest.mapping.licences import choose
from ckanext.hanoi.harvest.mapping.resource import Note, ResourceMapper, taken_apart
from ckanext.hanoi.harvest.mapping.source_values import (
    iso_of,
    languages_of,
    line_of,
    lines_of,
    list_of,
    mapping_of,
    printable,
    text_of,
    texts_of,
    written,
)
from ckanext.hanoi.parsing.sanitize import clean_html, plain_text
from ckanext.hanoi.vietnamese import fold, slug, tag
from ckanext.hanoi.vocabulary import vocabulary

#: Text that goes from draft to dataset as it is (NFC, white space trimmed).
_TEXTS = (
    "identifier managing_agency rights version version_notes legal_basis decision_number "
    "title_en notes_en"
).split()
#: Of these, and of all names and keywords, markup and entities are no part.
_LINES = frozenset("managing_agency decision_number title_en identifier version".split())
_PROSE = frozenset("rights version_notes legal_basis notes_en".split())
_CODES = {"frequency": "frequency", "access_level": "access_level", "sensitivity": "sensitivity"}
_DATES = ("issued", "modified", "temporal_start", "temporal_end")
_MUST_BE_PRIVATE = {"sensitivity": ("core", "important"), "access_level": ("shared", "restricted")}
#: What a source says of these may forbid publishing, in words that nobody here knows: then they
#: become this code, or stay empty, and the dataset is private.
_CLOSED = {"access_level": "restricted", "sensitivity": ""}

#: Keys of CKAN's own dataset schema: CKAN refuses a dataset with an extra of such a name.
_RESERVED = frozenset(FIELDS) | frozenset(
    "id name state type author author_email maintainer maintainer_email tag_string groups save "
    "return_to plugin_data relationships_as_object relationships_as_subject "
    "metadata_modified".split()
)

#: The extra for what does not fit a field, where it is not called after that.
_KEPT_AS = {"url": "source_page"}


@dataclass(slots=True)
class Mapped:
    """A dataset as ``package_create`` takes it, and what has to be said of it.

    ``dataset["resources"][n]["id"]`` is still the source's own id. ``excluded``: the source's
    filters leave it out. ``candidates``: agencies that the publisher might be.
    """

    dataset: dict[str, Any]
    notes: list[Note] = field(default_factory=list)
    excluded: bool = False
    candidates: list[str] = field(default_factory=list)


#: Looks up an organization by its name as written: (its id, [its title]), or (None, candidates).
AgencyLookup = Callable[[str], tuple[str | None, list[str]]]


def to_dataset(
    draft: Mapping[str, Any],
    config: SourceConfig,
    agency: AgencyLookup,
    owner_org: str | None,
) -> Mapped:
    """Map one draft. ``owner_org`` is the organization for a dataset whose agency isn't known."""
    return _Mapper(draft, config, agency, owner_org).map()


class _Mapper:
    def __init__(
        self,
        draft: Mapping[str, Any],
        config: SourceConfig,
        agency: AgencyLookup,
        owner_org: str | None,
    ) -> None:
        self.config, self.agency, self.owner_org = config, agency, owner_org
        self.extras: dict[str, str] = {}
        self._more: dict[str, list[str]] = {}
        self.notes: list[Note] = []
        self.candidates: list[str] = []
        self.dataset: dict[str, Any] = {}
        self.closed = False
        self.draft = self._prepared(draft)

    def _prepared(self, draft: Mapping[str, Any]) -> dict[str, Any]:
        prepared = {key: value for key, value in draft.items() if value not in (None, "", [], {})}
        extras = mapping_of(prepared.pop("extras", None))
        contact = prepared.pop("contact", None) or {}
        if not isinstance(contact, Mapping):
            contact = {"name": contact}
        for key, value in contact.items():
            if key in ("name", "email", "phone", "unit"):
                prepared.setdefault(f"contact_{key}", value)
            elif value:
                extras.setdefault(f"contact_{key}", value)
        for source, target in self.config.rename.items():
            for pool in (extras, prepared):
                if source in pool and prepared.get(target) in (None, "", [], {}):
                    prepared[target] = pool.pop(source)
        for key, value in self.config.defaults.items():
            prepared.setdefault(key, value)
        for key, value in extras.items():
            self._extra(str(key), value)
        return prepared

    def map(self) -> Mapped:
        self._language_texts()
        for name in _TEXTS:
            text = (line_of if name in _LINES else text_of)(self.draft.get(name))
            if text:
                self.dataset.setdefault(name, clean_html(text) if name in _PROSE else text)
        self._owner()
        self._coded()
        self._licence(self.draft, self.dataset)
        self._period()
        self._place()
        self._contact()
        self._lists()
        self._keywords()
        for name, value in constraints.dataset(self.dataset):
            self._unresolved(name, value, _KEPT_AS.get(name, f"{name}_text"))
        files = ResourceMapper(self.notes, self._terms, self._licence)
        self.dataset["resources"] = [
            files.map(part)
            for resource in list_of(self.draft.get("resources"))
            if isinstance(resource, Mapping)
            for part in taken_apart(resource)
        ]
        for key, texts in self._more.items():
            self.extras[key] = "; ".join([self.extras[key], *filter(None, texts)])
        self._privacy()
        excluded = self._excluded()
        self.dataset["extras"] = [
            {"key": key, "value": value}
            for key, value in sorted(self.extras.items())
            if key not in FIELDS
        ]
        return Mapped(self.dataset, self.notes, excluded, self.candidates)

    # -- pieces ------------------------------------------------------------------------------

    def _extra(self, key: str, value: Any) -> None:
        if text := written(value):
            key = printable(key)[:100]
            if key.endswith("_date") and dates.parse(text) is None:
                key += "_text"  # CKAN's index takes whatever is called so for a date
            self.extras[f"source_{key}" if key in _RESERVED else key] = text

    def _unresolved(self, name: str, value: Any, key: str) -> None:
        text = written(value)
        self.notes.append(Note(name, text))
        if key in self.extras:
            # put together at the end: there may be thousands
            self._more.setdefault(key, []).append(text)
        else:
            self._extra(key, text)

    def _language_texts(self) -> None:
        for name in ("title", "notes"):
            main, english, rest = languages_of(self.draft.get(name))
            if name == "notes":
                main, english = clean_html(main), clean_html(english)
                rest = {language: clean_html(text) for language, text in rest.items()}
            else:
                main, english = plain_text(main), plain_text(english)
                rest = {language: plain_text(text) for language, text in rest.items()}
            if main:
                self.dataset[name] = main
            if english and english != main:
                self.dataset[f"{name}_en"] = english
            for language, text in rest.items():
                self._extra(f"{name}_{language}", text)
        title = self.dataset.get("title") or self.dataset.get("title_en") or ""
        if not title:
            title = line_of(self.draft.get("name")) or text_of(self.draft.get("identifier"))
        self.dataset["title"] = title
        self.dataset["name"] = slug(text_of(self.draft.get("name"))) or slug(title)

    def _owner(self) -> None:
        publisher = self.draft.get("publisher")
        about = publisher if isinstance(publisher, Mapping) else {"name": publisher}
        about = {key: line_of(value) for key, value in about.items()}
        texts = [text_of(about.get(key)) for key in ("identifier", "name")]
        organization, known_as = None, ""
        for text in filter(None, texts):
            wanted = self.config.agency_map.get(fold(text), text)
            organization, candidates = self.agency(wanted)
            if organization:
                known_as = candidates[0] if candidates else ""
                break
            self.candidates.extend(name for name in candidates if name not in self.candidates)
        name = text_of(about.get("name")) or texts[0]
        if name and fold(name) != fold(known_as):
            self._extra("publisher_name", name)
        if name and not organization:
            self.notes.append(Note("owner_org", name))
        for key, value in about.items():
            if key != "name" and text_of(value):
                self._extra(f"publisher_{key}", value)
        if text_of(about.get("email")):
            self.draft.setdefault("contact_email", about["email"])
        if organization or self.owner_org:
            self.dataset["owner_org"] = organization or self.owner_org

    def _coded(self) -> None:
        for name, vocabulary_name in _CODES.items():
            if text := text_of(self.draft.get(name)):
                if term := vocabulary(vocabulary_name).find(text):
                    self.dataset[name] = term.code
                else:
                    self._unresolved(name, text, f"{name}_text")
                    if name in _CLOSED:
                        self.closed = True
                        self.dataset.update({name: _CLOSED[name]} if _CLOSED[name] else {})
        themes: list[str] = []
        for text in lines_of(self.draft.get("themes")):
            mapped = self.config.theme_map.get(fold(text))
            for wanted in mapped if isinstance(mapped, list) else [mapped or text]:
                if term := vocabulary("theme").find(str(wanted)):
                    themes.append(term.code)
                else:
                    self._unresolved("theme", text, "theme_text")
        self._set("theme", themes)
        for name in ("language", "plan_objective"):
            self._set(name, self._terms(name, self.draft.get(name), f"{name}_text"))

    def _set(self, name: str, values: list[str]) -> None:
        if values:
            self.dataset[name] = list(dict.fromkeys(values))

    def _terms(self, name: str, value: Any, extra: str) -> list[str]:
        codes = []
        for text in lines_of(value):
            if term := vocabulary(name).find(text):
                codes.append(term.code)
            else:
                self._unresolved(name, text, extra)
        return codes

    def _licence(self, draft: Mapping[str, Any], target: dict[str, Any]) -> None:
        known, words = choose(texts_of(draft.get("license")), self.config.license_map)
        if known:
            target["license_id"] = known.code
        if words and target is not self.dataset:
            target["license_text"] = "; ".join(words)
        elif words and known:
            self._extra("license_text", "; ".join(words))
        for text in words if target is self.dataset and not known else ():
            self._unresolved("license_id", text, "license_text")

    def _period(self) -> None:
        for name in _DATES:
            if text := text_of(self.draft.get(name)):
                if iso := iso_of(text, end=name == "temporal_end"):
                    self.dataset[name] = iso
                else:
                    self._unresolved(name, text, f"{name}_text")

    def _place(self) -> None:
        self._set("spatial_coverage", self._places())
        geometry = self.draft.get("spatial")
        if isinstance(geometry, Mapping) and geometry.get("type"):
            self.dataset["spatial"] = dict(geometry)
        elif geometry:
            self._unresolved("spatial", geometry, "spatial_text")

    def _places(self) -> list[str]:
        codes = []
        for text in lines_of(self.draft.get("spatial_text")):
            if term := vocabulary("ward").find(text):
                codes.append(term.code)
            else:
                self._unresolved("spatial_coverage", text, "spatial_text")
        return codes

    def _contact(self) -> None:
        for name in ("contact_unit", "contact_name", "contact_phone", "contact_email", "url"):
            text = (text_of if name == "url" else line_of)(self.draft.get(name))
            if name == "contact_email":
                text = text.removeprefix("mailto:").partition("?")[0].strip()
            if text:
                self.dataset[name] = text

    def _lists(self) -> None:
        for name in ("conforms_to", "related"):
            self._set(name, texts_of(self.draft.get(name)))
        if self.draft.get("personal_data") not in (None, False, "", "false", "no", "không"):
            self.dataset["personal_data"] = True

    def _keywords(self) -> None:
        found: dict[str, str] = {}
        for text in [*lines_of(self.draft.get("keywords")), *self.config.keywords]:
            if good := tag(text):
                found.setdefault(good.casefold(), good)
            else:
                self._unresolved("tags", text, "keywords_text")
        self.dataset["tags"] = [{"name": name} for name in found.values()]

    def _privacy(self) -> None:
        private = self.config.private or self.closed
        private = private or self.draft.get("private") in (True, "true", "True", 1)
        for name, codes in _MUST_BE_PRIVATE.items():
            private = private or self.dataset.get(name) in codes
        self.dataset["private"] = bool(private or self.dataset.get("personal_data"))

    def _excluded(self) -> bool:
        if self.draft.get("state") in ("draft", "deleted"):
            return True
        if any(rule.matches(self._values(rule)) for rule in self.config.exclude):
            return True
        return not all(rule.matches(self._values(rule)) for rule in self.config.include)

    def _values(self, rule: Filter) -> list[str]:
        if rule.field in self.extras:
            return [self.extras[rule.field]]
        value = self.draft.get(rule.field)
        if isinstance(value, Mapping):
            value = list(value.values())
        return texts_of(value)
