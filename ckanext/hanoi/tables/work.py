"""Moved: the jobs are in ``tables.worker``; those that wait since before 0.1.0 name this path."""

from ckanext.hanoi.tables.worker import job

__all__ = ["job"]
