"""A memo returns a kept result for the very same objects."""

from flowviz.app.state.memo import Memo


def test_a_result_is_computed_anew_for_equal_but_other_objects() -> None:
    memo, ones, others = Memo(2), [1], [1]
    found: list[int] = memo.result(list, ones)
    assert memo.result(list, ones) is found
    assert memo.result(list, others) is not found


def test_only_the_latest_results_are_kept() -> None:
    memo, calls = Memo(2), list[object]()
    first, second, third = object(), object(), object()
    for each in (first, second, third, second, first):
        memo.result(calls.append, each)
    assert calls == [first, second, third, first]
