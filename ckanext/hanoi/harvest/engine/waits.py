"""What a queued run waits for, in words for its page."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import ckan.plugins.toolkit as tk
from ckan.lib import jobs as ckan_jobs
from redis.exceptions import RedisError
from rq import Queue, Worker
from rq.exceptions import NoSuchJobError
from rq.job import Job

from ckanext.hanoi.harvest.engine import job_queue
from ckanext.hanoi.messages import N_

#: By the beginning of the function's name, what a worker is doing.
_DOING = {
    "ckanext.hanoi.harvest.": N_("another harvest"),
    "ckanext.hanoi.imports.": N_("the import of a workbook"),
    "ckanext.hanoi.quality.jobs.check_links": N_("the check of links, which soon gives way"),
    "ckanext.hanoi.quality.jobs.reconcile": N_("a look at the search index, which soon gives way"),
    "ckanext.hanoi.quality.": N_("the scores of datasets, which soon give way"),
    "ckanext.hanoi.tables.": N_("the look at tables, which soon gives way"),
}
_OTHER = N_("another task")


def waits_for(run_id: str) -> str:
    """In the reader's language; empty where Redis does not answer."""
    with suppress(RedisError):
        queue = ckan_jobs.get_queue(job_queue.queue_name())
        return _reason(queue, job_queue.read_id(run_id))
    return ""


def _reason(queue: Queue, job_id: str) -> str:
    workers = Worker.all(queue=queue)
    if not workers and job_queue.is_looked_after():
        # a Redis that was emptied has forgotten them
        return tk._("The job queue was emptied a short time ago. A background worker goes on with"
                    " the run within a minute.")  # fmt: skip
    if not workers:
        return tk._("No background worker is running: tell the administrators of this site.")
    ids = queue.get_job_ids()
    if job_id not in ids:
        if any(worker.get_current_job_id() == job_id for worker in workers):
            return tk._("A background worker is beginning with it.")
        return tk._("Its place in the queue was lost; it gets another one within a minute.")
    found = [words for worker in workers if (words := _doing(worker))]
    parts = [tk._("Waits for: %(tasks)s.") % {"tasks": "; ".join(dict.fromkeys(found))}
             if found else tk._("Waits for a background worker.")]  # fmt: skip
    if ahead := ids.index(job_id):
        parts.append(tk._("Tasks before it in the queue: %(number)s.") % {"number": ahead})
    return " ".join(parts)


def _doing(worker: Any) -> str:
    id_ = worker.get_current_job_id()
    if not id_:
        return ""
    try:
        name = Job.fetch(id_, connection=worker.connection).func_name or ""
    except NoSuchJobError:
        return ""
    return tk._(next((words for start, words in _DOING.items() if name.startswith(start)), _OTHER))
