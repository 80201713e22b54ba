"""Moved: the jobs are in ``harvest.engine.source_removal``.

Those that wait since before 0.1.0 name this path.
"""

from ckanext.hanoi.harvest.engine.source_removal import job

__all__ = ["job"]
