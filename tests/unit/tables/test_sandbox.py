"""A look in a process of its own: it ends on time, and others go on after it."""

from __future__ import annotations

import os
import signal

import pytest

from ckanext.hanoi.tables.inspect_file import InspectionLimits
from ckanext.hanoi.tables.sandbox import SandboxedInspector

WISHES = InspectionLimits(seconds=600)


@pytest.fixture(scope="module")
def table(tmp_path_factory):
    path = tmp_path_factory.mktemp("child") / "bang.csv"
    path.write_text("Tên,Số\nA,1\nB,2\n")
    return str(path)


@pytest.fixture(scope="module")
def looker():
    with SandboxedInspector(memory=300 << 20, seconds=6) as looker:
        yield looker


def good(looker, table):
    return looker.look(table, "CSV", WISHES)["rows"] == 2


def test_one_process_looks_at_one_file_after_another(looker, table):
    assert good(looker, table)
    process = looker._process.pid
    assert good(looker, table)
    assert looker._process.pid == process


def test_the_process_has_none_of_the_parents_secrets(looker, table, monkeypatch):
    monkeypatch.setenv("CKAN_SQLALCHEMY_URL", "postgresql://secret")
    looker.close()
    assert good(looker, table)
    with open(f"/proc/{looker._process.pid}/environ") as environ:
        assert "secret" not in environ.read()


def test_a_file_that_takes_too_long_is_given_up_and_the_next_one_read(looker, table):
    assert good(looker, table)
    # stopped in the middle, it takes too long on any machine
    os.kill(looker._process.pid, signal.SIGSTOP)
    report = looker.look(table, "CSV", WISHES)
    assert "stopped after 6 seconds" in report["message"] % report["params"]
    assert good(looker, table)


def test_a_file_that_never_ends_is_given_up(looker, table, tmp_path):
    endless = tmp_path / "ong"
    os.mkfifo(endless)
    assert "stopped after" in looker.look(str(endless), "CSV", WISHES)["message"]
    assert good(looker, table)


def test_a_file_that_needs_too_much_memory_is_given_up(table, tmp_path):
    large = tmp_path / "lon.json"
    large.write_text('[{"a": [' + "[]," * 7_000_000 + "[]]}]")
    with SandboxedInspector(memory=300 << 20, seconds=60) as small:
        report = small.look(str(large), "JSON", InspectionLimits(max_bytes=64 << 20))
        assert "memory" in report["message"]
        assert good(small, table)


def test_a_process_that_dies_is_replaced(looker, table):
    assert good(looker, table)
    os.kill(looker._process.pid, signal.SIGKILL)
    looker._process.wait()
    assert good(looker, table)


def test_a_process_that_can_not_begin_says_why(monkeypatch, table):
    monkeypatch.setattr("ckanext.hanoi.tables.sandbox._PROGRAM", "raise SystemExit('broken')")
    with SandboxedInspector(seconds=5) as looker, pytest.raises(RuntimeError, match="broken"):
        looker.look(table, "CSV", WISHES)
