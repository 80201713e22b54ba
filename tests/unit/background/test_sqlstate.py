"""What is over in a while, and what is the statement's own."""

from __future__ import annotations

import pytest

from ckanext.hanoi.background import sqlstate


@pytest.mark.parametrize(
    "code",
    "08000 08006 40001 40P01 53100 53200 53300 55P03 57P01 57P02 57P03 57P04 57P05 58030".split(),
)
def test_what_a_server_is_in_passes(code):
    assert sqlstate.is_passing(code)


@pytest.mark.parametrize(
    "code", "21000 22001 22021 22P05 23502 23505 23514 42P01 42703 54000 54001 57014 XX000".split()
)
def test_what_a_statement_says_does_not_pass(code):
    assert not sqlstate.is_passing(code)


def test_an_error_without_a_code_is_not_judged_here():
    assert not sqlstate.is_passing("")


@pytest.mark.parametrize("code", ["40001", "40P01", "55P03"])
def test_who_was_in_anothers_way_begins_anew(code):
    assert sqlstate.is_contention(code)


def test_a_key_that_another_has_put_down_is_a_collision():
    assert sqlstate.is_collision("23505")
    assert not sqlstate.is_collision("23514")
