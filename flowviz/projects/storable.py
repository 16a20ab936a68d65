"""The parts of a history and of a view that are saved in a project file."""

import json
from dataclasses import asdict, replace
from itertools import accumulate, takewhile
from typing import TypeVar

from flowviz.records import Adjusted, History, Recovered, Retargeted, Timeline, Trace
from flowviz.specs import Seen

CHANGES_BYTES = 16_384  # of JSON, enough for about 300 changes of the target, and 80 of the settings

Change = TypeVar("Change", Retargeted, Adjusted, Recovered)


def storable_history(history: History) -> History:
    """Return the history with the latest changes of the target and of the settings, and the latest recoveries."""
    return replace(
        history,
        changes=_latest(history.changes),
        adjustments=_latest(history.adjustments),
        recoveries=_latest(history.recoveries),
    )


def _latest(changes: tuple[Change, ...]) -> tuple[Change, ...]:
    sizes = accumulate(len(json.dumps(json.dumps(asdict(change)))) for change in reversed(changes))
    count = sum(1 for _ in takewhile(lambda size: size <= CHANGES_BYTES, sizes))
    return changes[len(changes) - count :]


def existing(seen: Seen, timeline: Timeline, trace: Trace) -> Seen:
    """Return the view without references to stages or moments that do not exist."""
    exists = {
        "stage": seen.stage is None or seen.stage <= trace.last_stage,
        "probe": seen.probe is None or seen.probe[0] <= trace.last_stage,
        "moment": seen.moment in [moment.step for moment in timeline.moments],
    }
    return seen.model_copy(update={name: None for name, is_there in exists.items() if not is_there})
