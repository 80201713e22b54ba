"""What each template of ours needs, those that show it give: found by reading them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jinja2 import Environment, FileSystemLoader, UndefinedError, meta, nodes
from jinja2.ext import Extension

from devstack import strict

TEMPLATES = Path(__file__).parents[2] / "ckanext" / "hanoi" / "templates"
#: What CKAN gives to every template.
EVERYWHERE = {
    "h", "g", "c", "_", "N_", "ngettext", "ungettext", "gettext", "request", "session", "config",
    "current_user", "app_globals", "range", "dict", "namespace", "cycler", "joiner", "lipsum",
    "super", "self", "loop", "get_flashed_messages", "url_for",
}  # fmt: skip


class _Tags(Extension):
    """Reads CKAN's tags; each ``snippet`` is kept in ``shown``: its template, and what is given."""

    tags = {"snippet", "asset", "ckan_extends", "url_for", "link_for", "url_for_static"}

    def parse(self, parser: Any) -> Any:
        tag = next(parser.stream)
        values, given = [], []
        while not parser.stream.current.test("block_end"):
            if values:
                parser.stream.expect("comma")
            if parser.stream.current.test("name") and parser.stream.look().test("assign"):
                given.append(next(parser.stream).value)
                parser.stream.skip()
            values.append(parser.parse_expression())
        if tag.value == "snippet" and isinstance(values[0], nodes.Const):
            shown = self.environment.shown  # type: ignore[attr-defined]
            shown.append((values[0].value, set(given), tag.lineno))
        return nodes.Output(values, lineno=tag.lineno)


def _read(path: Path) -> tuple[nodes.Template, list[tuple[str, set[str], int]]]:
    environment = Environment(extensions=["jinja2.ext.do", "jinja2.ext.i18n",
                                          "jinja2.ext.loopcontrols", _Tags])  # fmt: skip
    shown: list[tuple[str, set[str], int]] = []
    environment.shown = shown  # type: ignore[attr-defined]
    return environment.parse(path.read_text(encoding="utf-8")), shown


def _needs(tree: nodes.Template) -> set[str]:
    """The names that a template uses without saying what it does without them."""
    guarded = {
        one.node.name
        for one in tree.find_all((nodes.Test, nodes.Filter))
        if one.name in ("defined", "undefined", "default") and isinstance(one.node, nodes.Name)
    }
    made = {one.name for one in tree.find_all(nodes.Name) if one.ctx in ("store", "param")}
    return meta.find_undeclared_variables(tree) - EVERYWHERE - guarded - made


def _shown() -> Iterator[Any]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        for name, given, line in _read(path)[1]:
            if (TEMPLATES / name).exists():
                where = f"{path.relative_to(TEMPLATES)}:{line}"
                yield pytest.param(name, given, id=f"{where} shows {name}")


@pytest.mark.parametrize(("name", "given"), _shown())
def test_a_snippet_is_given_all_that_it_needs(name, given):
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    if "{% ckan_extends" in text:
        pytest.skip("what CKAN's template needs, CKAN's documentation says")
    assert _needs(_read(TEMPLATES / name)[0]) - given == set()


def test_what_a_snippet_says_it_takes_it_takes():
    wrong = []
    for path in sorted((TEMPLATES / "hanoi").rglob("*.html")):
        tree, _shown = _read(path)
        first = re.match(r"\{#(.*?)#\}", path.read_text(encoding="utf-8"), re.DOTALL)
        text = first[1] if first else ""
        said = set(re.findall(r"(?:^|;)\s*([a-z_]+) - ", text, re.MULTILINE))
        if unused := said - meta.find_undeclared_variables(tree):
            wrong.append(f"{path.relative_to(TEMPLATES)}: {sorted(unused)}")
    assert wrong == []


@pytest.fixture
def rendered(tmp_path, monkeypatch):
    """Renders a text as a template of ours, or as one of CKAN's, judged as the tests' apps do."""
    monkeypatch.setattr(strict, "TEMPLATES", tmp_path / "ours")

    def render(text: str, folder: str = "ours", **given: Any) -> str:
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "page.html").write_text(text, encoding="utf-8")
        environment = Environment(loader=FileSystemLoader(tmp_path), autoescape=True)
        strict.judge(environment)
        return environment.get_template(f"{folder}/page.html").render(given)

    return render


WRONG = {
    "a name printed": "{{ files }}",
    "a name tested": "{% if files %}{% endif %}",
    "a name compared": "{% if 1 < files %}{% endif %}",
    "a name gone through": "{% for file in files %}{% endfor %}",
    "a part printed": "{{ pkg.notse }}",
    "a part gone through": "{% for file in pkg.files %}{% endfor %}",
    "a part of a part": "{{ pkg.organization.title }}",
}


@pytest.mark.parametrize("text", WRONG.values(), ids=WRONG)
def test_what_is_undefined_in_a_template_of_ours_is_an_error(rendered, text):
    with pytest.raises(UndefinedError):
        rendered(text, pkg={})


def test_templates_of_others_are_judged_as_jinja_does(rendered):
    text = "{{ files }}{% if files %}{% endif %}{% for one in pkg.files %}{% endfor %}"
    assert rendered(text, "ckan", pkg={}) == ""


RIGHT = {
    "asked for": "{% if files is defined %}x{% endif %}",
    "with a default": "{{ files | default('') }}",
    "a part tested": "{% if pkg.notes %}x{% endif %}",
    "a part or something else": "{{ pkg.notes or '' }}",
    "a part compared": "{% if pkg.state == 'draft' %}x{% endif %}",
}


@pytest.mark.parametrize("text", RIGHT.values(), ids=RIGHT)
def test_a_template_of_ours_may_ask_what_there_is(rendered, text):
    assert rendered(text, pkg={}) == ""
