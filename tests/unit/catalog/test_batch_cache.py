from __future__ import annotations

from ckanext.hanoi.catalog.batch_cache import cached, caching


def test_inside_a_piece_of_work_a_question_is_asked_once_and_outside_each_time():
    asked = []

    def find():
        asked.append(1)
        return len(asked)

    assert [cached("a", find), cached("a", find)] == [1, 2]
    with caching():
        assert [cached("a", find), cached("a", find)] == [3, 3]
        with caching():
            assert cached("a", find) == 4
        assert cached("a", find) == 3
    assert cached("a", find) == 5
