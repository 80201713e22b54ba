"""A list is taken away as a whole in a few calls, and by nobody else."""
from __future__ import annotations

import pytest

from ckanext.hanoi import list_limits
from ckanext.hanoi.paging import every


@pytest.mark.parametrize("number", [0, 1, 1000, 4321])
def test_an_export_asks_once_for_what_is_put_in_order_as_a_whole(number):
    calls = []

    def call(action, limit, offset):
        calls.append(action)
        assert limit == list_limits.most()
        return {"count": number, "results": list(range(number))[offset : offset + limit]}

    assert every(call, "list") == list(range(number))
    assert calls == ["list"]
    assert list_limits.most() == 1000


def test_an_export_goes_on_where_one_call_does_not_give_all():
    def call(action, limit, offset):
        return {"count": 120_001, "results": list(range(120_001))[offset : offset + limit]}

    assert every(call, "list") == list(range(120_001))


def test_what_is_given_to_others_is_as_before_when_an_export_fails():
    def call(action, limit, offset):
        raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 (the call's own)
        every(call, "list")
    assert list_limits.most() == 1000
