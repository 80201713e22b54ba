"""Jobs that wait in the queue of an installation that is upgraded name the paths of their time."""
from __future__ import annotations

import pytest
from rq.utils import import_attribute

OLD = {
    "ckanext.hanoi.harvest.jobs.read": "ckanext.hanoi.harvest.engine.jobs.read",
    "ckanext.hanoi.harvest.jobs.write": "ckanext.hanoi.harvest.engine.jobs.write",
    "ckanext.hanoi.harvest.jobs.beat": "ckanext.hanoi.harvest.engine.jobs.beat",
    "ckanext.hanoi.harvest.leaving.job": "ckanext.hanoi.harvest.engine.source_removal.job",
    "ckanext.hanoi.tables.work.job": "ckanext.hanoi.tables.worker.job",
    "ckanext.hanoi.agencies.work.job": "ckanext.hanoi.agencies.worker.job",
}


@pytest.mark.parametrize("old", OLD)
def test_a_job_under_its_old_path_is_the_job_of_today(old):
    assert import_attribute(old) is import_attribute(OLD[old])


@pytest.mark.parametrize(
    "path", ["ckanext.hanoi.imports.jobs.run", "ckanext.hanoi.quality.jobs.measure_changed",
             "ckanext.hanoi.quality.jobs.check_links", "ckanext.hanoi.review.mail.tell"],
)  # fmt: skip
def test_the_other_jobs_are_where_they_were(path):
    assert callable(import_attribute(path))
