"""How good the metadata of a dataset are: the European MQA method, freshness, links.

``measures``, ``score``, ``freshness`` and ``link_facts`` are pure; the other modules join them
to CKAN.
The whole table with its source: docs/quality.md.
"""

from ckanext.hanoi.quality.freshness import Freshness, freshness
from ckanext.hanoi.quality.link_facts import Link
from ckanext.hanoi.quality.score import BANDS, OF, Dimension, Missing, Score, band, score

__all__ = [
    "BANDS",
    "OF",
    "Dimension",
    "Freshness",
    "Link",
    "Missing",
    "Score",
    "band",
    "freshness",
    "score",
]
