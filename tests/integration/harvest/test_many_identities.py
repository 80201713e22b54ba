"""A source with very many datasets: what is missing is found by joins, in the database."""

from __future__ import annotations

import json
import tracemalloc

import pytest
import sqlalchemy as sa
from ckan import model
from ckan.tests import helpers
from sqlalchemy.dialects import postgresql

from ckanext.hanoi.harvest.engine import fence, finalize
from ckanext.hanoi.harvest.engine.source_context import SourceContext
from ckanext.hanoi.model.harvest import Identity, Run, Source

NUMBER, GONE = 40_000, 20_000


@pytest.fixture
def run(admin, portal):
    """A run that has read its whole source, of which half is gone."""
    admin.add_source(portal.url, config="removal_threshold: 1\ngrace_days: 30")
    context = {"ignore_auth": True, "user": "", "hanoi_inline": True}
    run_id = helpers.call_action("hanoi_harvest_run", context, id="cong")["id"]
    numbers = {"run": run_id, "number": NUMBER, "there": NUMBER - GONE}
    for statement in (
        "INSERT INTO hanoi_identity (source_id, guid, package_id, state, title, approved,"
        " resources, kept_fields, created, modified) SELECT source_id, 'guid-' || n,"
        " 'package-' || n, 'active', 'Bộ dữ liệu ' || n, false, '[]', '[]', now(), now()"
        " FROM hanoi_run, generate_series(1, :number) n WHERE hanoi_run.id = :run",
        "INSERT INTO hanoi_seen (run_id, guid, title) SELECT :run, 'guid-' || n, ''"
        " FROM generate_series(1, :there) n",
        "UPDATE hanoi_run SET read_done = true, complete = true, known = :number WHERE id = :run",
    ):
        wanted = {key: value for key, value in numbers.items() if f":{key}" in statement}
        model.Session.execute(sa.text(statement), wanted)
    model.Session.commit()
    number = fence.begin(run_id)
    yield model.Session.get(Run, run_id), number
    # so many rows are soon deleted by the next test
    model.Session.rollback()


def nodes(plan):
    yield plan
    for one in plan.get("Plans", ()):
        yield from nodes(one)


@pytest.mark.parametrize("analyzed", [False, True])
@pytest.mark.parametrize("complete", [True, False])
def test_what_is_missing_is_found_by_a_join(run, complete, analyzed):
    entry, _number = run
    entry.complete = complete
    if analyzed:
        model.Session.execute(sa.text("ANALYZE hanoi_identity, hanoi_seen, hanoi_change"))
    query = sa.select(Identity.guid).where(
        Identity.source_id == entry.source_id, finalize._gone(entry)
    )
    text = query.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
    found = model.Session.execute(
        sa.text("EXPLAIN (FORMAT JSON) " + str(text).replace(":", r"\:"))
    ).scalar()
    (plan,) = json.loads(found) if isinstance(found, str) else found
    for node in nodes(plan["Plan"]):
        # asked once for each identity
        assert node.get("Parent Relationship") != "SubPlan", plan


def test_what_is_missing_is_never_in_memory_as_a_whole(run):
    entry, number = run
    setup = SourceContext(model.Session.get(Source, entry.source_id))
    run_id = entry.id
    tracemalloc.start()
    finalize.finish(run_id, setup, number)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    model.Session.expire_all()
    assert model.Session.get(Run, run_id).counts["missing"] == GONE
    assert peak < 8_000_000, peak

