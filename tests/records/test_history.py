"""The losses over a training, and the entropies of the targets that it had."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

import numpy as np

from flowviz.records import (
    Adjusted,
    EntropySegment,
    Event,
    History,
    InitialReport,
    Progress,
    Recovered,
    Retargeted,
    Settings,
)


def report(step: int, entropy: float | None = 1.0, nll: float = 2.0) -> Progress:
    return Progress(step, step / 100, 0.5, nll, nll + 0.1, entropy, 100.0, 1.0)


def history_of(events: Sequence[Event]) -> History:
    history = History()
    for event in events:
        history = history.with_event(event)
    return history


TWO_TARGETS = report(100, 1.5), report(200, 1.5), Retargeted(200, "cat"), report(300, 0.5)


def test_entropy_has_one_segment_per_target() -> None:
    segments = history_of(TWO_TARGETS).entropy_segments(0.5)
    assert segments == (EntropySegment(0, 200, 1.5), EntropySegment(200, None, 0.5))


def test_present_target_has_its_segment_before_its_first_report() -> None:
    assert history_of(TWO_TARGETS[:3]).entropy_segments(0.5)[-1] == EntropySegment(200, None, 0.5)
    assert History().entropy_segments(0.5) == (EntropySegment(0, None, 0.5),)


def test_target_of_unknown_entropy_has_no_segment() -> None:
    events = report(100, None), Retargeted(100, "b"), report(200, 0.5), Retargeted(200, "c"), report(300, None)
    assert history_of(events).entropy_segments(None) == (EntropySegment(100, 200, 0.5),)
    assert History().entropy_segments(None) == ()


def test_segment_that_mixes_targets_is_left_out() -> None:
    history = replace(history_of(TWO_TARGETS), changes=())
    assert history.entropy_segments(0.5) == (), "the file no longer says where the target changed"


def test_present_target_that_differs_by_rounding_keeps_its_segment() -> None:
    (segment,) = history_of(TWO_TARGETS[:2]).entropy_segments(1.5 + 1e-7)
    assert (segment.start_step, segment.end_step) == (0, None)


def test_initial_report_comes_first_and_only_once() -> None:
    history = history_of([report(100), InitialReport(report(0, nll=7.0))])
    assert (history.step.tolist(), history.validation_nll.tolist()) == ([0, 100], [7.1, 2.1])
    assert history.with_event(InitialReport(report(0, nll=8.0))) is history, "of a checkpoint of step 0"


def test_recovery_removes_the_reports_that_it_undid() -> None:
    history = history_of([*TWO_TARGETS[:2], Recovered("loss exploded", 150, 1e-3, 1, 200, 2.0)])
    assert history.step.tolist() == [100]
    assert history.entropy.tolist() == [1.5]


def test_recoveries_and_changes_of_settings_at_one_step_share_a_mark() -> None:
    change, recovery = Adjusted(150, FAST, SLOW), Recovered("loss exploded", 150, 1e-3, 1, 200, 2.0)
    later = replace(recovery, step=180, recoveries=2)
    history = history_of([report(100), change, report(160), recovery, report(190), later])
    assert history.recoveries == (recovery, later)
    first, second = history.marks()
    assert first == (150, "rate 0.0001, loss exploded", f"{change.sentence()}\n{recovery.sentence()}")
    assert second == (180, "loss exploded", later.sentence())


def test_history_without_entropies_has_unknown_ones() -> None:
    steps = np.array([1.0, 2.0])
    assert np.isnan(History(steps, steps, steps, steps).entropy).tolist() == [True, True]


def test_changes_in_quick_succession_settle_on_the_last_one() -> None:
    typed = Retargeted(200, "c"), Retargeted(230, "ca"), Retargeted(300, "cat")  # 100 steps take a second
    later = Retargeted(600, "dog"), Retargeted(790, "do")
    history = history_of([report(100), report(200), *typed, report(500), *later, report(900)])
    assert [change.title for change in history.settled_changes] == ["cat", "do"]
    assert [change.title for change in history_of(typed).settled_changes] == ["cat"]
    assert History().settled_changes == ()


def test_time_until_enough_particles_were_on_target_counts_from_the_latest_change() -> None:
    def on(share: float | None, step: int) -> Progress:
        return replace(report(step), on_target=share)

    one = history_of([on(0.1, 100), on(0.79, 200), on(0.8, 300), on(0.7, 400)])
    assert one.seconds_until(0.8) == 3.0
    assert one.seconds_until(0.9) is None
    other = history_of([on(0.9, 100), Retargeted(100, "b"), on(0.2, 200), on(0.85, 350)])
    assert other.seconds_until(0.8) == 2.5
    assert other.up_to(200).seconds_until(0.8) is None
    assert history_of([on(None, 100)]).seconds_until(0.0) is None
    assert History().seconds_until(0.0) is None


FAST, SLOW, LARGE = Settings(2e-3, 1.0, 256), Settings(1e-4, 1.0, 256), Settings(1e-4, 1.0, 1024)


def test_changes_of_settings_are_kept_with_the_reports() -> None:
    changes = Adjusted(100, FAST, SLOW), Adjusted(200, SLOW, LARGE)
    history = history_of([report(100), changes[0], report(200), changes[1], report(300)])
    assert history.adjustments == changes
    assert list(history.step) == [100, 200, 300]


def test_changes_at_one_step_are_one() -> None:
    both = history_of([report(100), Adjusted(100, FAST, SLOW), Adjusted(100, SLOW, LARGE)])
    assert both.adjustments == (Adjusted(100, FAST, LARGE),)
    undone = history_of([report(100), Adjusted(100, FAST, SLOW), Adjusted(100, SLOW, FAST)])
    assert undone.adjustments == ()


def test_settings_outlast_a_return_to_an_earlier_step() -> None:
    events = Adjusted(100, FAST, SLOW), report(200), Adjusted(250, SLOW, LARGE), report(300)
    history = history_of([*events, Recovered("loss exploded", 200, 1e-4, 1, 300, 3.0)])
    assert history.adjustments == (Adjusted(100, FAST, SLOW), Adjusted(200, SLOW, LARGE))
    assert history_of([*events, Recovered("loss exploded", 0, 1e-4, 1, 300, 3.0)]).adjustments == (
        Adjusted(0, FAST, LARGE),
    )


def test_change_of_settings_in_words() -> None:
    change = Adjusted(1200, FAST, LARGE)
    assert change.label() == "rate 0.0001, batch 1,024"
    assert change.sentence() == "After step 1,200: learning rate 0.0001 instead of 0.002, batch 1,024 instead of 256."
    assert change.as_json() == {"step": 1200, "learning_rate": [2e-3, 1e-4], "batch": [256, 1024]}


def test_reports_of_a_long_training_are_seldom_copied() -> None:
    reports = [report(step) for step in range(1, 2001)]
    histories = list(accumulate(reports, History.with_event, initial=History()))
    copies = sum(not np.shares_memory(before.step, after.step) for before, after in pairwise(histories))
    assert copies <= 12, "each copy has room for as many reports again"
    assert all(len(each.step) == number for number, each in enumerate(histories))
    assert histories[-1].step.tolist() == [each.step for each in reports]


def test_histories_that_continue_one_history_do_not_change_each_other() -> None:
    common = history_of([report(100), report(200), report(300)])
    first, second = common.with_event(report(400, nll=1.0)), common.with_event(report(400, nll=3.0))
    third = second.up_to(200).with_event(report(250, nll=5.0))
    assert (first.train_nll[-1], second.train_nll[-1]) == (1.0, 3.0)
    assert third.step.tolist() == [100, 200, 250]
    assert (common.step.tolist(), second.step.tolist()) == ([100, 200, 300], [100, 200, 300, 400])


def test_history_in_other_units_is_continued_in_these() -> None:
    history = replace(history_of([report(100), report(200)]), train_nll=np.array([7.0, 8.0]))
    assert history.with_event(report(300)).train_nll.tolist() == [7.0, 8.0, 2.0]
