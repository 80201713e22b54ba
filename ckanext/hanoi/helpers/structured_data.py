"""What a page says to search engines."""
from __future__ import annotations

import json
from typing import Any

import ckan.model as model
import ckan.plugins.toolkit as tk
from markupsafe import Markup

from ckanext.hanoi import schemaorg
from ckanext.hanoi.agencies import store

#: In HTML no text may end the script.
_ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026",
            0x2028: "\\u2028", 0x2029: "\\u2029"}  # fmt: skip
_LONGEST = 5000


def hanoi_schemaorg_dataset(package: dict[str, Any]) -> Markup:
    """A public dataset as schema.org describes it: the inside of a script element; nothing of any
    other dataset."""
    if package.get("private") or package.get("state") != "active":
        return Markup("")
    plain = {
        field: tk.h.markdown_extract(package.get(field) or "", extract_length=_LONGEST)
        for field in ("notes", "notes_en")
    }
    url = hanoi_page(f"{package['type']}.read", package["name"])
    return _script(schemaorg.dataset({**package, **plain}, url, _agency(package), _catalog()))


def hanoi_schemaorg_site() -> Markup:
    """The catalog as schema.org describes it: the inside of a script element."""
    url = _catalog().url
    publisher = schemaorg.Party(
        f"{url}/about", tk.config.get("ckanext.hanoi.dcat.publisher") or _catalog().title,
        code=tk.config.get("ckanext.hanoi.dcat.publisher_code") or "",
    )  # fmt: skip
    return _script(schemaorg.site(_catalog(), publisher, hanoi_languages()))


def hanoi_languages() -> list[str]:
    """The languages that the site is offered in, the default one first."""
    default = tk.config.get("ckan.locale_default") or "en"
    offered = tk.config.get("ckan.locales_offered") or [default]
    return list(dict.fromkeys([default, *offered]))


def hanoi_page(endpoint: str, id_: str = "", lang: str = "") -> str:
    """The whole address of a page in a language; without one in the default language."""
    locale = "default" if lang in ("", hanoi_languages()[0]) else lang
    return tk.h.url_for(endpoint, qualified=True, locale=locale, **({"id": id_} if id_ else {}))


def _catalog() -> schemaorg.Catalog:
    search = hanoi_page(f"{tk.h.default_package_type()}.search")
    return schemaorg.Catalog(
        hanoi_page("home.index").rstrip("/"),
        tk.config["ckan.site_title"],
        tk.config.get("ckan.site_description") or "",
        search + "?q={search_term_string}",
    )


def _agency(package: dict[str, Any]) -> schemaorg.Party | None:
    organization = package.get("organization")
    if not organization:
        return None
    row = next(iter(store.rows(model.Group.id == organization["id"])), None)
    extras = row.extras if row else {}
    return schemaorg.Party(
        hanoi_page("organization.read", organization["name"]),
        organization.get("title") or organization["name"],
        *(extras.get(key) or "" for key in ("title_en", "code", "website")),
    )


def _script(said: dict[str, Any]) -> Markup:
    return Markup(json.dumps(said, ensure_ascii=False).translate(_ESCAPES))
