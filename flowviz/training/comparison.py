"""Training of a comparison, from its request to its results."""

from collections.abc import Callable, Iterable

from flowviz.projects import Comparison
from flowviz.records import Event, Trial
from flowviz.specs import ComparisonSpec
from flowviz.training.in_turns import Turn, train_in_turns
from flowviz.training.limits import with_limits
from flowviz.training.requests import Stop
from flowviz.training.stopped import score_stopped
from flowviz.training.trained import CHECKPOINT_SECONDS, moment_period

OnEvent = Callable[[str, Event | Trial], object]


def compared(
    comparison: Comparison,
    *,
    on_event: OnEvent = lambda *_: None,
    should_stop: Callable[[], Stop] = lambda: False,
) -> Comparison:
    """Train the missing runs of a comparison in turns: first with the own seed of each entrant, then with later seeds.

    Limits by counting that are asked for and missing are computed first.

    Args:
        comparison: The comparison, of which some runs may have ended or been stopped.
        on_event: Called with the name of an entrant and each event of its training. The last ones are `Finished` and
            the result of the run, a `Trial`; after an error or a stop, there is only the latter.
        should_stop: Called about 20 times per second. If it returns true, all trainings end early and are scored. If
            it returns "interrupted", their ending is "interrupted", and otherwise "stopped".

    Returns:
        The comparison with its results. Only the runs of later seeds that were stopped are lost.

    Raises:
        TargetError: If there is nothing to learn.
        FileError: If a picture in a target is damaged.
    """
    comparison = with_limits(comparison)
    period = moment_period(comparison.spec.budget)
    turns = train_in_turns(
        comparison, moment_seconds=period, checkpoint_seconds=CHECKPOINT_SECONDS, stop_requested=should_stop
    )
    comparison = _after(turns, comparison, on_event)
    comparison = _after(score_stopped(comparison, reason=should_stop() or True), comparison, on_event)
    for offset in range(1, comparison.seeds):
        missing = comparison.missing(offset)
        if not missing or should_stop():
            continue
        later = Comparison.untrained(ComparisonSpec(entrants=missing))
        for turn in train_in_turns(later, stop_requested=should_stop):
            assert turn.event is not None
            if isinstance(turn.event, Trial):
                comparison = comparison.with_trial(turn.event)
            on_event(turn.name, turn.event)
    return comparison


def _after(turns: Iterable[Turn], comparison: Comparison, on_event: OnEvent) -> Comparison:
    """Return a comparison after turns, and report their events."""
    for turn in turns:
        comparison = turn.comparison
        assert turn.event is not None
        on_event(turn.name, turn.event)
    return comparison
