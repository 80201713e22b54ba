from __future__ import annotations

import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest

from ckanext.hanoi import user_yaml
from ckanext.hanoi.harvest.config import ConfigError, parse
from ckanext.hanoi.harvest.config_form import merge_options, split_options
from ckanext.hanoi.harvest.connectors.ckan import CkanConnector

BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 10)
)
#: Ways to say one thing more than once.
REPEATED = [
    BOMB,
    "keywords: &k [a]\nexclude: {title: *k}",
    "a: &a {b: *a}",
    "<<: &m {private: true}",
    "&k private: true",
    "private: !!bool &x true",
    "- &x 1\n- 2",
    "? &x [a]\n: b",
]
OPTIONS = [{"name": "page_size", "type": "int"}, {"name": "columns", "type": "dict"}]


@pytest.mark.parametrize("text", REPEATED)
def test_anchors_and_aliases_are_refused_where_they_stand(text):
    with pytest.raises(user_yaml.UserYAMLError, match="aliases") as caught:
        user_yaml.load(text)
    assert caught.value.line >= 1
    with pytest.raises(ConfigError, match="aliases"):
        parse(text, CkanConnector)


def test_a_text_of_a_few_hundred_characters_takes_no_memory():
    tracemalloc.start()
    try:
        for read in (
            lambda: split_options(BOMB, OPTIONS),
            lambda: merge_options(BOMB, {"page_size": "5", "columns": BOMB}, OPTIONS),
            lambda: merge_options("", {"page_size": BOMB, "columns": BOMB}, OPTIONS),
        ):
            read()
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "text",
    [
        "a: 2026-02-31", f"a: {'9' * 6000}", "[" * 5000, "{a: " * 5000, "- " * 5000,
        "a: !!timestamp x", "? {a: b}\n: c", "a: " + "x" * 300_000, "a: !!python/object:os.x y",
        "a: \x07", "a: !!int ''", "a: 1:99999999999:9", "%YAML 9.9\n---\na: b", "a: b\n---\nc: d",
    ],
)  # fmt: skip
def test_whatever_is_typed_is_read_or_refused(text):
    with suppress(user_yaml.UserYAMLError):
        user_yaml.load(text)


def test_what_stands_in_a_text_may_have_the_signs():
    text = "exclude: {title: '*số 1'}\nlicense_map: {R&D *: cc-by-4.0}"
    assert user_yaml.load(text)["license_map"] == {"R&D *": "cc-by-4.0"}


def test_what_is_written_can_be_read_again():
    values = ["a", "b"]
    data = {"keywords": values, "keep_fields": values, "defaults": {"themes": values}}
    assert user_yaml.load(user_yaml.dump(data)) == data
    assert user_yaml.dump({}) == ""


def test_no_other_module_reads_yaml():
    folder = Path(user_yaml.__file__).parent
    found = {
        path.relative_to(folder).as_posix()
        for path in folder.rglob("*.py")
        if "import yaml\n" in path.read_text(encoding="utf-8")
    }
    assert found == {"user_yaml.py", "yaml_files.py"}
