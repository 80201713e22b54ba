"""The catalogues in i18n/, held against what the sources say now. Needs CKAN, no servers.

A failure that lists "untranslated" strings is mended by `python -m devstack.i18n update` and by
writing the translations into the catalogue; see i18n/README.md.
"""
from __future__ import annotations

import ast
import json
import re
from html.parser import HTMLParser
from pathlib import Path

import ckan
import polib
import pytest
from babel.support import Translations
from ckan.lib import i18n as ckan_i18n

from devstack import i18n

CORE = Path(ckan.__path__[0]) / "i18n"
OURS = i18n.ROOT / "ckanext" / "hanoi"
TEMPLATES = sorted((OURS / "templates").rglob("*.html"))


@pytest.fixture(scope="module")
def own():
    return i18n.own_messages()


@pytest.fixture(scope="module")
def theirs():
    return i18n.ckan_messages()


@pytest.fixture(scope="module")
def vietnamese():
    return i18n.load("vi")


@pytest.fixture(scope="module")
def at_run_time():
    """What CKAN makes of the .mo files: its own, then the plugin's merged into it."""
    merged = Translations.load(str(CORE), ["vi"], "ckan")
    return merged.merge(Translations.load(str(OURS / "i18n"), ["vi"], i18n.DOMAIN))


def _ids(messages):
    return [message.msgid for message in messages]


def test_every_string_of_ours_is_translated(own, vietnamese):
    assert _ids(i18n.untranslated(own.values(), vietnamese)) == []


def test_every_message_of_ckan_scheming_and_dcat_is_translated(theirs, vietnamese):
    done = i18n.ckan_translations().values()
    assert _ids(i18n.untranslated(theirs.values(), vietnamese, done)) == []


def test_ckans_catalogue_alone_leaves_half_of_its_messages_untranslated(theirs):
    done = i18n.ckan_translations().values()
    assert len(i18n.untranslated(theirs.values(), done)) > 500


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_no_translation_has_a_fault(language):
    catalogue = i18n.load(language)
    found = [(entry.msgid, fault) for entry in catalogue for fault in i18n.faults(entry)]
    assert found == []
    assert not catalogue.obsolete_entries()


@pytest.mark.parametrize(
    ("msgid", "msgstr", "fault"),
    [
        ("%(n)s datasets", "%(m)s tập dữ liệu", "placeholders"),
        ("by {name}", "của name", "placeholders"),
        ("User %s may not edit %d", "Không sửa được %d bởi %s", "placeholders"),
        ("<b>Mind</b> the gap", "<b>Chú ý<b> khoảng trống", "HTML tags"),
        ("Page", "Trang ", "white space"),
        ("Hanoi", "Ha\u0300 No\u0323\u0302i", "NFC"),
    ],
)
def test_a_faulty_translation_is_found_out(msgid, msgstr, fault):
    found = list(i18n.faults(polib.POEntry(msgid=msgid, msgstr=msgstr)))
    assert [text for text in found if fault in text]


#: Words that this catalog does not use, and what it says instead.
FORBIDDEN = {
    r"(?<!\btoàn )\bbộ dữ liệu": "tập dữ liệu",
    r"\bgói dữ liệu": "tập dữ liệu",
    r"\bdataset\b": "tập dữ liệu",
    r"\btập tin": "tệp",
    r"\btạm giữ": "chờ quyết định",
    r"^được thu thập$": "nguồn thu thập",
    r"\bđộ mới": "tình trạng cập nhật",
    r"chương trình máy tính": "máy đọc được",
}


def _forbidden(text):
    plain = re.sub(r"%\(\w+\)s|\{\w+\}|https?://\S+", "", text).lower()
    return [wrong for wrong in FORBIDDEN if re.search(wrong, plain)]


def test_no_catalogue_says_one_thing_in_two_words(vietnamese):
    shown = i18n.ckan_translations() | {i18n._key(one): one for one in vietnamese}
    said = [(entry.msgid, text) for entry in shown.values()
            for text in (entry.msgstr, *entry.msgstr_plural.values())]  # fmt: skip
    found = [(msgid, wrong) for msgid, text in said for wrong in _forbidden(text)]
    assert found == []


def test_neither_do_the_schemas_say_it():
    lines = [line for path in sorted((i18n.ROOT / "schemas").rglob("*.yaml"))
             if path.name not in ("inventory_columns.yaml",)  # what others call things
             for line in path.read_text("utf-8").splitlines() if re.match(r"\s*vi:", line)]
    assert lines
    assert [line for line in lines if _forbidden(line)] == []


@pytest.mark.parametrize("text", ["Bộ dữ liệu mới", "Tạo gói dữ liệu", "Không có bộ dữ liệu"])
def test_a_forbidden_word_is_found_out(text):
    assert _forbidden(text)
    assert not _forbidden("Toàn bộ dữ liệu của tập dữ liệu {dataset}")


def test_a_fuzzy_translation_is_found_out():
    entry = polib.POEntry(msgid="Page", msgstr="Trang", flags=["fuzzy"])
    assert list(i18n.faults(entry)) == ["is marked fuzzy"]


def test_a_plural_keeps_its_number_in_the_one_vietnamese_form():
    entry = polib.POEntry(msgid="one day", msgid_plural="{n} days", msgstr_plural={0: "{n} ngày"})
    assert list(i18n.faults(entry)) == []


def test_vietnamese_plurals_have_one_form(vietnamese):
    plurals = [entry for entry in vietnamese if entry.msgid_plural]
    assert plurals
    assert [entry.msgid for entry in plurals if set(entry.msgstr_plural) != {0}] == []


def test_english_says_what_the_source_says(own):
    catalogue = i18n.load("en")
    assert _ids(i18n.untranslated(own.values(), catalogue)) == []
    wanted = {e.msgid: i18n.in_english(e.msgid) for e in catalogue}
    assert [e.msgid for e in catalogue if e.msgstr and e.msgstr != wanted[e.msgid]] == []


#: Text that a reader sees in a template, or hears of it.
_ATTRIBUTE = re.compile(r'\b(?:placeholder|title|alt|aria-label)="([A-Za-z][^"{]*)"')
#: What looks like text and is none, and pages that no reader of a catalog opens.
_NO_TEXT = re.compile(
    r"&nbsp;|hide-heading|class=|Blueprint :|View :|not passed to template|Recaptcha"
)
_NO_PAGES = ("development/", "tests/")


def _english(source):
    """The texts of a template that do not pass gettext."""
    plain = re.sub(r"\{#.*?#\}", "", source, flags=re.S)
    plain = re.sub(r"\{%-?\s*trans.*?endtrans\s*-?%\}", "", plain, flags=re.S)
    plain = re.sub(r"<(script|style)\b.*?</\1>", "", plain, flags=re.S)
    texts = _ATTRIBUTE.findall(plain)
    bare = re.sub(r"\{\{.*?\}\}|\{%.*?%\}", "|", plain, flags=re.S)
    bare = re.sub(r"<[^>]*>", "|", bare)
    texts += [" ".join(text.split()) for text in bare.split("|")
              if re.search("[A-Za-z]{3}", text) and "/" not in text]  # fmt: skip
    return [text for text in texts if not _NO_TEXT.search(text)]


@pytest.mark.parametrize("package", ["ckan", "ckanext/activity", "ckanext/scheming"])
def test_what_ckans_templates_say_in_english_alone_is_replaced_by_ours(package):
    """A new version of CKAN may bring more: override its template, and put the text through _()."""
    folder = CORE.parent.parent / package / "templates"
    files = [file for file in sorted(folder.rglob("*.html"))
             if not str(file.relative_to(folder)).startswith(_NO_PAGES)]
    assert files
    missing = []
    for file in files:
        texts = _english(file.read_text("utf-8"))
        ours = OURS / "templates" / file.relative_to(folder)
        said = ours.read_text("utf-8") if ours.exists() else ""
        missing += [(str(file.relative_to(folder)), text) for text in texts
                    if f"_('{text}')" not in said and f"_('{text.capitalize()}')" not in said]
    assert missing == []


def test_each_kind_of_activity_has_a_name():
    from ckanext.activity.logic.validators import object_id_validators

    source = (OURS / "helpers" / "activity.py").read_text("utf-8")
    assert [name for name in object_id_validators if f'"{name}"' not in source] == []


@pytest.mark.parametrize("language", i18n.LANGUAGES)
def test_the_compiled_catalogue_is_that_of_the_source(language):
    path = i18n.catalogue_path(language)
    compiled = polib.mofile(str(path.with_suffix(".mo")))
    assert {_content(e) for e in compiled} == {
        _content(e) for e in i18n.load(language) if e.translated()
    }


def _content(entry):
    return entry.msgctxt, entry.msgid, entry.msgstr, tuple(entry.msgstr_plural.values())


def test_strings_are_found_in_python_templates_and_javascript(tmp_path):
    folder = tmp_path / "part"
    (folder / "templates").mkdir(parents=True)
    (folder / "code.py").write_text('tk._("From Python"); tk.ungettext("a day", "{n} days", 2)')
    (folder / "templates" / "page.html").write_text(
        "{{ _('From a template') }}{% trans n=n %}One\n  row{% pluralize %}{{ n }}\n  rows"
        "{% endtrans %}{% ckan_extends %}"
    )
    (folder / "code.js").write_text("this._('From JavaScript')")
    found = i18n.extract(folder, tmp_path)
    assert {key[1]: message.plural for key, message in found.items()} == {
        "From Python": "",
        "a day": "{n} days",
        "From a template": "",
        "One row": "%(n)s rows",
        "From JavaScript": "",
    }
    assert found["", "From JavaScript"].files == {"part/code.js"}


def test_ckan_shows_our_words_over_its_own(at_run_time):
    assert at_run_time.gettext("Organizations") == "Cơ quan"
    assert at_run_time.gettext("Skip to main content") == "Chuyển đến nội dung chính"
    assert at_run_time.gettext("Save") == "Lưu"
    assert at_run_time.ngettext("{number} dataset found", "{number} datasets found", 3) == (
        "Tìm thấy {number} tập dữ liệu"
    )


def test_the_browser_gets_every_string_of_javascript_in_vietnamese(own, theirs, tmp_path):
    pots = [CORE / "ckan.pot", i18n.FOLDER / f"{i18n.DOMAIN}.pot"]
    used = set().union(*(ckan_i18n._get_js_translation_entries(str(pot)) for pot in pots))
    catalogues = [CORE / "vi" / "LC_MESSAGES" / "ckan.po", i18n.catalogue_path("vi")]
    target = tmp_path / "vi.js"
    ckan_i18n._build_js_translation("vi", [str(path) for path in catalogues], used, str(target))
    served = json.loads(target.read_text(encoding="utf-8"))

    wanted = {
        message.msgid
        for message in [*own.values(), *theirs.values()]
        if any(name.endswith(".js") for name in message.files)
    }
    assert len(wanted) > 40
    assert wanted - served.keys() == set()


def test_the_messages_of_errors_are_found_wherever_their_class_takes_them(tmp_path):
    (tmp_path / "errors.py").write_text(
        "class Plain(Exception):\n    def __init__(self, message, **params): ...\n"
        "class Heir(Plain): ...\n"
        "class Problem:\n    path: str\n    message: str\n"
        "raise Plain('The %(x)s is gone', x=1)\n"
        "raise errors.Heir('Not ' 'again')\n"
        "Problem('a/b', 'It is wrong')\n"
        "raise ValueError('Only for developers')\n"
    )
    classes = i18n.message_classes(tmp_path)
    assert classes == {"Plain": (1,), "Heir": (1,), "Problem": (2,)}
    found = i18n.extract(tmp_path, tmp_path.parent, classes)
    assert _ids(found.values()) == ["The %(x)s is gone", "Not again", "It is wrong"]


def test_no_string_is_put_together_before_it_is_translated():
    """`_(f"…")` and `_("a" + b)` are looked up in vain."""
    places = dict.fromkeys(("_", "N_", "gettext", "lazy_gettext", "ngettext", "ungettext"), 0)
    places |= {name: place - 1 for name, (place,) in i18n.message_classes(OURS).items()}
    wrong = []
    for path in sorted(OURS.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            place = places.get(getattr(node.func, "attr", getattr(node.func, "id", "")))
            if place is not None and len(node.args) > place and (
                isinstance(node.args[place], (ast.JoinedStr, ast.BinOp))
            ):
                wrong.append(f"{path.relative_to(OURS)}:{node.lineno}")
    assert wrong == []


class _Words(HTMLParser):
    """Collects what a visitor reads or hears: text and the attributes that carry text."""

    def __init__(self):
        super().__init__()
        self.words: list[str] = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in ("script", "style", "code")
        self.words += [v for k, v in attrs if v and k in ("title", "alt", "placeholder",
                                                          "aria-label")]

    def handle_endtag(self, tag):
        self.silent -= tag in ("script", "style", "code")

    def handle_data(self, data):
        if not self.silent:
            self.words.append(data)


_JINJA = re.compile(
    r"\{#.*?#\}|\{%-?\s*trans\b.*?endtrans\s*-?%\}|\{%.*?%\}|\{\{.*?\}\}", re.DOTALL
)
# What is the same in both languages.
_NAMES = {"CKAN", "CSV", "JSON", "XLSX", "RDF", "DCAT", "API", "URL", "XML", "URI", "SHA", "RSS",
          "KB", "MB", "GB", "Turtle", "JSON-LD", "Atom"}


def _bare_words(source: str) -> list[str]:
    parser = _Words()
    parser.feed(_JINJA.sub(" ", source))
    found = [word for text in parser.words for word in re.findall(r"[^\W\d_]{2,}(?:-\w+)*", text)]
    return [word for word in found if word not in _NAMES]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(OURS)))
def test_a_template_says_nothing_that_cannot_be_translated(path):
    assert _bare_words(path.read_text(encoding="utf-8")) == []


def test_bare_words_in_a_template_are_found_out():
    assert _bare_words('<p title="Hint">{{ _("x") }}{% trans %}fine{% endtrans %}</p>') == ["Hint"]
    assert _bare_words("<b>Xin chào</b> <script>var a;</script>") == ["Xin", "chào"]


def test_no_string_to_translate_stands_inside_an_f_string():
    """Before Python 3.12 Babel does not find it there."""
    names = {"_", "N_", "gettext", "ngettext", "ungettext", "lazy_gettext"}
    inside = [
        f"{path.name}:{call.lineno}"
        for path in sorted(OURS.rglob("*.py"))
        for text in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(text, ast.JoinedStr)
        for call in ast.walk(text) if isinstance(call, ast.Call)
        if getattr(call.func, "attr", getattr(call.func, "id", "")) in names
    ]
    assert inside == []


def test_english_says_agencies_where_ckan_says_organizations(theirs):
    catalogue = {entry.msgid: entry for entry in i18n.load("en")}
    for message in theirs.values():
        wanted = i18n.in_english(message.msgid)
        if wanted != message.msgid:
            entry = catalogue[message.msgid]
            assert (entry.msgstr or entry.msgstr_plural[0]) == wanted
    said = " ".join(
        " ".join([entry.msgstr, *entry.msgstr_plural.values()]) for entry in catalogue.values()
    )
    assert i18n.in_english(said) == said


@pytest.mark.parametrize(
    ("msgid", "english"),
    [
        ("Organizations", "Agencies"),
        ("No organization: {organization}.", "No agency: {organization}."),
        ("<a href='/organization/x'>Organization</a>", "<a href='/organization/x'>Agency</a>"),
        ("scheming_organizations, schemas/organization.yaml",) * 2,
    ],
)
def test_names_in_code_stay_as_they_are(msgid, english):
    assert i18n.in_english(msgid) == english
