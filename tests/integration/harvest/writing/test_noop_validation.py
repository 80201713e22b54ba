"""What validation would give back as it is may be spared it; nothing else may."""

from __future__ import annotations

import copy

import ckan.plugins.toolkit as tk
import pytest
from ckan.lib.plugins import plugin_validate
from ckan.logic.schema import default_show_package_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ckanext.hanoi.catalog.noop_validation import is_unchanged_by_validation

VALUES = st.one_of(
    st.none(), st.just(""), st.text(max_size=5), st.integers(-1, 3), st.booleans(),
    st.sampled_from([" x ", "csv", "CSV", "text/csv", [], ["x"], [{"a": 1}], {"a": 1}]),
)  # fmt: skip
#: (dataset, its first resource or keyword or extra; drop, or set; which field; to what)
CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["", "resources", "tags", "extras"]),
        st.booleans(),
        st.integers(0, 60),
        VALUES,
    ),
    max_size=3,
)


@pytest.fixture
def plain(admin, portal):
    """A harvested dataset as the database has it."""
    portal.fill(1, resources=2)
    portal.datasets[0]["extras"] = [{"key": "ghi chú", "value": "x"}]
    admin.add_source(portal.url)
    admin.run()
    (dataset,) = admin.datasets()
    context = {"ignore_auth": True, "use_cache": False, "validate": False}
    return tk.get_action("package_show")(context, {"id": dataset["id"]})


def schema():
    return {**default_show_package_schema(), "name": []}


def validated(data):
    return plugin_validate(object(), {"ignore_auth": True}, data, schema(), "package_show")[0]


@pytest.mark.skipif(
    not tk.check_ckan_version(min_version="2.12"), reason="CKAN 2.11 validates as ever"
)
def test_a_harvested_dataset_is_given_back_as_it_is(plain):
    assert is_unchanged_by_validation(plain, schema())
    assert validated(copy.deepcopy(plain)) == plain


@pytest.mark.parametrize(
    "change",
    [{"groups": [{"id": "a", "name": "b", "image_url": "c"}]}, {"title": ""}, {"unknown": "x"},
     {"type": None}],
)  # fmt: skip
def test_what_validation_changes_is_not_spared_it(plain, change):
    changed = {**plain, **change}
    assert not is_unchanged_by_validation(changed, schema())
    assert validated(copy.deepcopy(changed)) != changed


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=CHANGES)
def test_whatever_is_spared_validation_would_have_been_given_back(plain, changes):
    data = copy.deepcopy(plain)
    for where, drop, number, value in changes:
        parts = data.get(where)
        part = parts[0] if isinstance(parts, list) and parts else data
        if not isinstance(part, dict):
            return
        name = [*part, "unknown"][number % (len(part) + 1)]
        if (where, name) == ("extras", "key"):
            value = str(value)  # a key of PostgreSQL's JSON
        if drop:
            part.pop(name, None)
        else:
            part[name] = value
    if is_unchanged_by_validation(data, schema()):
        assert validated(copy.deepcopy(data)) == data
