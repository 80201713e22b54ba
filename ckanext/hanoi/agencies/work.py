"""Moved: the jobs are in ``agencies.worker``; those that wait since before 0.1.0 name this path."""

from ckanext.hanoi.agencies.worker import job

__all__ = ["job"]
