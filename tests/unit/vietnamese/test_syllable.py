from __future__ import annotations

from pathlib import Path

import pytest

from ckanext.hanoi.vietnamese import is_syllable, nfc

PHRASES = Path(__file__).parents[2] / "data" / "vietnamese" / "phrases.txt"


def test_every_word_of_vietnamese_phrases_is_a_syllable():
    words = {
        word
        for word in nfc(PHRASES.read_text("utf-8")).replace(",", " ").split()
        if word.isalpha() and not (word.isupper() and len(word) > 2)
    }
    assert len(words) > 250
    assert sorted(word for word in words if not is_syllable(word)) == []


@pytest.mark.parametrize(
    "word",
    "nghiêng giếng giết gì gìn quý quốc quỳnh quyết khuỷu hoà hòa thuỷ thủy uyển oanh yêu ý ở "
    "Ủy ĐƯỜNG khuya thuở huệ xoong ngoằn kỹ Nguyễn".split(),
)
def test_syllables(word):
    assert is_syllable(word)


@pytest.mark.parametrize(
    ("word", "why"),
    [
        ("cẻ", "c before e is k"),
        ("ká", "k before a is c"),
        ("ngì", "ng before i is ngh"),
        ("hác̀", "two tones"),
        ("hàc", "a stop at the end has sắc or nặng"),
        ("bảp", "the same"),
        ("ngừời", "two tones"),
        ("cáo̧", "a foreign mark"),
        ("trưòng", "the tone is on the last letter of ươ"),
        ("chữá", "two tones"),
        ("fà", "no f"),
        ("bră", "no br"),
        ("aă", "no such rhyme"),
        ("ươ1", "a digit"),
        ("", "nothing"),
        ("nghiêngg", "too long"),
    ],
)
def test_what_cannot_be_a_syllable(word, why):
    assert not is_syllable(nfc(word)), why
