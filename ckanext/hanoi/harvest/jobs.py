"""Moved: the jobs are in ``harvest.engine.jobs``.

Those that wait since before 0.1.0 name this path.
"""

from ckanext.hanoi.harvest.engine.jobs import beat, read, write

__all__ = ["beat", "read", "write"]
