from __future__ import annotations

from ckanext.hanoi.catalog.batch_cache import remembered, remembering


def test_inside_a_piece_of_work_a_question_is_asked_once_and_outside_each_time():
    asked = []

    def find():
        asked.append(1)
        return len(asked)

    assert [remembered("a", find), remembered("a", find)] == [1, 2]
    with remembering():
        assert [remembered("a", find), remembered("a", find)] == [3, 3]
        with remembering():
            assert remembered("a", find) == 4
        assert remembered("a", find) == 3
    assert remembered("a", find) == 5
