"""The losses over a training."""

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from flowviz.records.events import Event, Finished, Progress, Recovered, Retargeted


def _empty() -> NDArray[np.float64]:
    return np.zeros(0)


@dataclass(frozen=True)
class History:
    """One entry a report of progress: step, seconds, train NLL and held-out NLL in nats, all (reports,).

    `changes` are the moments when the target became another one.
    """

    step: NDArray[np.float64] = field(default_factory=_empty)
    seconds: NDArray[np.float64] = field(default_factory=_empty)
    train_nll: NDArray[np.float64] = field(default_factory=_empty)
    heldout_nll: NDArray[np.float64] = field(default_factory=_empty)
    changes: tuple[Retargeted, ...] = ()

    def with_event(self, event: Event) -> "History":
        """This history and one more report, if the event is one; less what a recovery has undone.

        `Finished` holds the last report, unless it is of an earlier state that was kept.
        """
        if isinstance(event, Recovered):
            return self.up_to(event.step)
        if isinstance(event, Retargeted):
            return replace(self, changes=(*self.changes, event))
        progress = event.progress if isinstance(event, Finished) and event.keeps_last else event
        if not isinstance(progress, Progress):
            return self
        return History(
            np.append(self.step, progress.step),
            np.append(self.seconds, progress.seconds),
            np.append(self.train_nll, progress.train_nll),
            np.append(self.heldout_nll, progress.heldout_nll),
            self.changes,
        )

    def last_progress(self, entropy: float | None) -> Progress | None:
        """The last report, as it was when the training had ended; None where there is none."""
        if not len(self.step):
            return None
        step, seconds = int(self.step[-1]), float(self.seconds[-1])
        return Progress(
            step=step,
            seconds=seconds,
            fraction=1.0,
            train_nll=float(self.train_nll[-1]),
            heldout_nll=float(self.heldout_nll[-1]),
            entropy=entropy,
            steps_per_second=step / seconds if seconds else 0.0,
            seconds_left=0.0,
        )

    def up_to(self, step: int) -> "History":
        """This history without the reports of later steps."""
        kept = self.step <= step
        return History(self.step[kept], self.seconds[kept], self.train_nll[kept], self.heldout_nll[kept], self.changes)
