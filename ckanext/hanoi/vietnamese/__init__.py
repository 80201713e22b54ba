"""Vietnamese text: pure functions that know nothing of CKAN.

Spelling: ``nfc``, ``canonical``; matching: ``fold``; names: ``slug``, ``file_name``, ``tag``,
``tags``; order: ``sort_key``; syllables: ``is_syllable``; old encodings: ``decode``, ``repair``,
``repair_all``.
"""

from ckanext.hanoi.vietnamese.detect import decode, repair, repair_all
from ckanext.hanoi.vietnamese.letters import fold, nfc
from ckanext.hanoi.vietnamese.names import file_name, slug, tag, tags
from ckanext.hanoi.vietnamese.order import sort_key
from ckanext.hanoi.vietnamese.syllable import is_syllable
from ckanext.hanoi.vietnamese.tones import canonical

__all__ = [
    "canonical",
    "decode",
    "file_name",
    "fold",
    "is_syllable",
    "nfc",
    "repair",
    "repair_all",
    "slug",
    "sort_key",
    "tag",
    "tags",
]
