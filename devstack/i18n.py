"""The catalogues in i18n/: what there is to translate, what is not yet, and the files CKAN reads.

    python -m devstack.i18n update    extracts again, writes .pot, .po and .mo, then as check
    python -m devstack.i18n check     says what is missing or wrong; exit status 1 if anything is

One catalogue holds this extension's strings and those of CKAN, ckanext-scheming and ckanext-dcat
that CKAN's Vietnamese leaves untranslated or translates wrongly: CKAN merges the catalogues of
plugins after its own. A message of CKAN once in the catalogue stays, as another version has it.
"""
from __future__ import annotations

import ast
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

import polib
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "i18n"
DOMAIN = "ckanext-hanoi"
LANGUAGES = {"vi": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
METHODS = [
    ("**/tests/**", "ignore"),
    ("**/vendor/**", "ignore"),
    ("**.min.js", "ignore"),
    ("**.py", "python"),
    ("**.js", "javascript"),
    *((f"**/{folder}/**.{kind}", "ckan.lib.extract:extract_ckan")
      for folder in ("templates", "templates-*") for kind in ("html", "txt", "xml")),
]
KEYWORDS = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
#: How an entry of CKAN's is told from one of ours.
MISSING = "CKAN: not in its Vietnamese catalogue"
REPLACED = "CKAN: in place of its own translation"

Key = tuple[str, str]  # (context, message id)


@dataclass
class Message:
    """A string of the sources: `files` are relative to the folder above the package."""

    msgid: str
    plural: str = ""
    context: str = ""
    files: set[str] = field(default_factory=set)
    comments: set[str] = field(default_factory=set)

    @property
    def key(self) -> Key:
        return self.context, self.msgid


def extract(
    folder: Path, above: Path, more: dict[str, tuple[int, ...]] | None = None
) -> dict[Key, Message]:
    """All strings for translation in the Python, JavaScript and template files of a folder.

    `more` names further callables with the place of the string among their arguments.
    """
    found: dict[Key, Message] = {}
    rows = extract_from_dir(
        str(folder), METHODS, {}, keywords={**KEYWORDS, **(more or {})},
        comment_tags=("Translators:",), strip_comment_tags=True,
    )
    for name, _line, text, comments, context in rows:
        forms = (text,) if isinstance(text, str) else text
        if not forms[0]:
            continue
        new = Message(forms[0], forms[1] if len(forms) > 1 else "", context or "")
        message = found.setdefault(new.key, new)
        message.plural = message.plural or new.plural
        message.files.add((folder / name).relative_to(above).as_posix())
        message.comments.update(comments)
    return found


def own_messages() -> dict[Key, Message]:
    """The strings of this extension as its sources have them now."""
    folder = ROOT / "ckanext" / "hanoi"
    return extract(folder, ROOT, message_classes(folder))


def message_classes(folder: Path) -> dict[str, tuple[int, ...]]:
    """The classes made with a `message`, and its place among their arguments, counted from 1.

    By the house's convention that is a message id, translated where it is shown: what knows no
    CKAN cannot translate when it raises.
    """
    places: dict[str, tuple[int, ...]] = {}
    heirs: list[tuple[str, set[str]]] = []
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                names = _constructor(node)
                if "message" in names:
                    places[node.name] = (names.index("message") + 1,)
                heirs.append((node.name, {ast.unparse(base).split(".")[-1] for base in node.bases}))
    for _ in range(len(heirs)):
        new = {
            name: places[base] for name, bases in heirs for base in sorted(bases)
            if base in places and name not in places
        }
        if not new:
            break
        places |= new
    return places


def _constructor(node: ast.ClassDef) -> list[str]:
    """The names a class is called with: of its `__init__`, else its annotated fields."""
    for part in node.body:
        if isinstance(part, ast.FunctionDef) and part.name == "__init__":
            return [argument.arg for argument in part.args.args[1:]]
    return [
        part.target.id for part in node.body
        if isinstance(part, ast.AnnAssign) and isinstance(part.target, ast.Name)
    ]


def ckan_messages() -> dict[Key, Message]:
    """The strings of the installed CKAN, its own plugins, ckanext-scheming and ckanext-dcat."""
    found: dict[Key, Message] = {}
    for folder in _ckan_folders():
        above = folder.parent.parent if folder.parent.name == "ckanext" else folder.parent
        for key, message in extract(folder, above).items():
            known = found.setdefault(key, message)
            known.files |= message.files
            known.plural = known.plural or message.plural
    return found


def _ckan_folders() -> list[Path]:
    modules = {
        ".".join(point.module.split(".")[:2])
        for point in distribution("ckan").entry_points
        if point.group == "ckan.plugins" and point.module.startswith("ckanext.")
    }
    modules = {
        name for name in modules
        if not name.startswith("ckanext.example_") and find_spec(name) is not None
    }
    modules |= {"ckan", "ckanext.scheming", "ckanext.dcat"}
    return [_folder(name) for name in sorted(modules)]


def _folder(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        raise SystemExit(f"{module} is not installed")
    return Path(next(iter(spec.submodule_search_locations)))


def ckan_translations(language: str = "vi") -> dict[Key, polib.POEntry]:
    """What CKAN's own catalogue translates."""
    catalogue = polib.pofile(str(_folder("ckan") / "i18n" / language / "LC_MESSAGES" / "ckan.po"))
    return {_key(entry): entry for entry in catalogue if entry.translated()}


def catalogue_path(language: str) -> Path:
    """Where the catalogue of a language is; the .mo lies beside it."""
    return FOLDER / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def load(language: str) -> polib.POFile:
    """The catalogue of a language; an empty one when there is none yet."""
    path = catalogue_path(language)
    catalogue = polib.pofile(str(path), wrapwidth=100) if path.exists() else _new(language)
    catalogue.metadata = _metadata(language)
    return catalogue


def is_ckans(entry: polib.POEntry) -> bool:
    """Whether an entry of our catalogue is there for CKAN's sake."""
    return MISSING in entry.comment or REPLACED in entry.comment


def update() -> None:
    """Writes .pot, .po and .mo from the sources; translations there are, are kept."""
    present = {_key(entry): entry for entry in load("vi")}
    messages = _template(present)
    template = _new("")
    template.extend(messages)
    _save(template, FOLDER / f"{DOMAIN}.pot")
    for language in LANGUAGES:
        before = {_key(entry): entry for entry in load(language) if entry.translated()}
        if language == "vi":
            before = ckan_translations() | before
        catalogue = _new(language)
        for message in messages:
            as_it_is = in_english(message.msgid) == message.msgid
            if language == "en" and is_ckans(message) and as_it_is:
                continue
            catalogue.append(_translated(message, before.get(_key(message)), language))
        _save(catalogue, catalogue_path(language))
        write_mo(language)


def write_mo(language: str) -> None:
    """Compiles a catalogue."""
    load(language).save_as_mofile(str(catalogue_path(language).with_suffix(".mo")))


def _template(present: dict[Key, polib.POEntry]) -> list[polib.POEntry]:
    """Entries without translation: ours first, then CKAN's, each by file and text."""
    own, core, done = own_messages(), ckan_messages(), ckan_translations()
    entries = []
    for key, message in own.items():
        if key in core:
            message.files |= {name for name in core[key].files if name.endswith(".js")}
        entries.append(_entry(message, "\n".join(sorted(message.comments))))
    for key, message in core.items():
        if key not in own and (key not in done or key in present):
            entries.append(_entry(message, REPLACED if key in done else MISSING))
    for key, entry in present.items():
        if is_ckans(entry) and key not in own and key not in core:
            message = Message(entry.msgid, entry.msgid_plural, entry.msgctxt or "")
            message.files = {name for name, _line in entry.occurrences}
            entries.append(_entry(message, entry.comment))
    return sorted(entries, key=lambda e: (is_ckans(e), e.occurrences[0], e.msgid))


def _entry(message: Message, comment: str) -> polib.POEntry:
    return polib.POEntry(
        msgid=message.msgid,
        msgid_plural=message.plural,
        msgctxt=message.context or None,
        comment=comment,
        occurrences=[(name, "") for name in sorted(message.files)],
    )


def _translated(
    message: polib.POEntry, before: polib.POEntry | None, language: str
) -> polib.POEntry:
    """The entry with the translation it had, or in English with its own words."""
    entry = polib.POEntry(
        msgid=message.msgid, msgid_plural=message.msgid_plural, msgctxt=message.msgctxt,
        comment=message.comment, occurrences=message.occurrences,
    )
    if before is not None:
        entry.tcomment, entry.flags = before.tcomment, before.flags
    if entry.msgid_plural:
        forms = (in_english(entry.msgid), in_english(entry.msgid_plural))
        english = dict(enumerate(forms)) if language == "en" else {0: ""}
        old = before.msgstr_plural if before else {}
        if old == {0: entry.msgid, 1: entry.msgid_plural}:
            old = {}
        entry.msgstr_plural = old if any(old.values()) else english
    else:
        old_text = before.msgstr if before and before.msgstr != entry.msgid else ""
        english_text = in_english(entry.msgid) if language == "en" else ""
        entry.msgstr = old_text or english_text or (before.msgstr if before else "")
    return entry


_AGENCIES = {"organization": "agency", "organizations": "agencies",
             "Organization": "Agency", "Organizations": "Agencies"}  # fmt: skip
_ORGANIZATION = re.compile(r"(?<![\w/.{(:])[Oo]rganizations?(?![\w/]|\.\w)")


def in_english(msgid: str) -> str:
    """A message in the words of this catalog: CKAN's "organizations" are agencies here."""
    return _ORGANIZATION.sub(lambda found: _AGENCIES[found[0]], msgid)


def _new(language: str) -> polib.POFile:
    catalogue = polib.POFile(wrapwidth=100)
    catalogue.metadata = _metadata(language)
    return catalogue


def _metadata(language: str) -> dict[str, str]:
    """No dates, so that a file changes only when its strings do."""
    head = {
        "Project-Id-Version": DOMAIN,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=utf-8",
        "Content-Transfer-Encoding": "8bit",
    }
    if language:
        head |= {"Language": language, "Plural-Forms": LANGUAGES[language]}
    return head


def _save(catalogue: polib.POFile, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))


def _key(entry: polib.POEntry) -> Key:
    return entry.msgctxt or "", entry.msgid


def untranslated(
    messages: Iterable[Message], *catalogues: Iterable[polib.POEntry]
) -> list[Message]:
    """The messages for which none of the catalogues has a translation."""
    known = {_key(e) for entries in catalogues for e in entries if e.translated()}
    return [message for message in messages if message.key not in known]


def faults(entry: polib.POEntry) -> Iterator[str]:
    """What is wrong with a translation that is there; nothing when it is as it should be."""
    source = entry.msgid_plural or entry.msgid
    texts = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if entry.fuzzy:
        yield "is marked fuzzy"
    for text in filter(None, texts):
        if text != unicodedata.normalize("NFC", text):
            yield "is not in NFC"
        if placeholders(text) != placeholders(source):
            yield f"has other placeholders: {placeholders(text)}, not {placeholders(source)}"
        if tags(text) != tags(source):
            yield f"has other HTML tags: {dict(tags(text))}, not {dict(tags(source))}"
        if _margins(text) != _margins(source):
            yield "begins or ends with other white space"


_NAMED = re.compile(r"%\(\w+\)[a-z]|\{[\w.]+(?:![rsa])?(?::[^{}]*)?\}")
_ORDERED = re.compile(r"%[sdifr]\b|\{(?:![rsa])?\}")
_TAG = re.compile(r"<(/?[A-Za-z][A-Za-z0-9]*)[^<>]*>")


def placeholders(text: str) -> tuple[set[str], list[str]]:
    """Those with a name, as a set, and those told by their order, as a list."""
    return set(_NAMED.findall(text)), _ORDERED.findall(text)


def tags(text: str) -> Counter[str]:
    """How often each HTML tag is opened and closed."""
    return Counter(_TAG.findall(text))


def _margins(text: str) -> tuple[bool, bool]:
    return text[:1].isspace(), text[-1:].isspace()


def report() -> list[str]:
    """A line for each thing missing or wrong in the Vietnamese catalogue."""
    catalogue = load("vi")
    lines = [
        f"untranslated: {message.msgid!r} ({min(message.files)})"
        for message in [
            *untranslated(own_messages().values(), catalogue),
            *untranslated(ckan_messages().values(), catalogue, ckan_translations().values()),
        ]
    ]
    return lines + [f"{entry.msgid!r} {fault}" for entry in catalogue for fault in faults(entry)]


def main(arguments: list[str]) -> int:
    """Returns the exit status."""
    if arguments == ["update"]:
        update()
    elif arguments != ["check"]:
        print(__doc__, file=sys.stderr)
        return 2
    lines = report()
    print("\n".join(lines) or "Everything is translated.")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
