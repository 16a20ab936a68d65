"""The metrics of a training: which losses, score and shares the window shows."""

from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.records import FLOW_UNITS, History, Moment, Progress, Score, Units

HIDDEN_SHARE = 1 / 200  # largest share of the reports that the plot of a running training leaves out


class TrainingMetrics:
    """Shows the losses in the plot, and the metrics of a moment in the table.

    NLLs and entropies arrive in flow units. They are shown in the units of the data, as the axes and readouts are.

    Attributes:
        loss_plot: The plot.
        table: The table.
        units: The units of the data of the current target.
        on_target: Share of the particles that land on the target, at the moment that is shown. None if unknown.
        covered: Number of covered parts of the target, at the moment that is shown. None if unknown.
    """

    def __init__(self, loss_plot: LossPlot, table: Metrics) -> None:
        self.loss_plot, self.table = loss_plot, table
        self._progress: Progress | None = None  # latest report
        self._score: Score | None = None  # of the kept state, once training has ended
        self._test_uses = 0  # number of scores of the flow on the test points
        self._history = self._plotted = History()
        self._entropy: float | None = None
        self._shown_progress: Progress | None = None
        self._shown_score: Score | None = None
        self.on_target: float | None = None
        self.covered: int | None = None
        self.units = FLOW_UNITS

    @property
    def nll(self) -> float | None:
        """Return the NLL that is shown: that of the score, or else the latest validation. None if unknown."""
        score, progress = self._shown_score, self._shown_progress
        measured = score.best_known if score else None
        return measured.mean if measured else progress.validation_nll if progress else None

    @property
    def entropy(self) -> float | None:
        """Return the entropy of the target of the moment that is shown, in nats. None if unknown."""
        shown = self._shown_score or self._shown_progress
        return shown.entropy if shown else None

    @property
    def gap(self) -> float | None:
        """Return the NLL minus the entropy, in nats. None if unknown."""
        nll, entropy = self.nll, self.entropy
        return None if nll is None or entropy is None else nll - entropy

    def begin(self, history: History, entropy: float | None, units: Units) -> None:
        """Show the losses up to the start of a training, and no metrics; see `show_history`."""
        self._progress, self._score = None, None
        self._shown_progress, self._shown_score, self.on_target, self.covered = None, None, None, None
        self.table.clear()
        self.loss_plot.show_moment(None)
        self.show_history(history, entropy, units)

    def show_history(self, history: History, entropy: float | None, units: Units, *, is_running: bool = False) -> None:
        """Show the losses so far.

        Args:
            history: The losses.
            entropy: The entropy of the current target in nats. None if unknown.
            units: The units of the data of the current target.
            is_running: Whether more losses will follow, so that the plot may leave out the latest for a moment.
        """
        self._history, self._entropy, self.units = history, entropy, units
        if not (is_running and _looks_like(self._plotted, history)):
            self._plotted = history
            self.loss_plot.show_history(history.in_units(units), units.nll(entropy))

    def show_all_losses(self) -> None:
        """Show the losses that the plot of a running training has left out."""
        self.show_history(self._history, self._entropy, self.units)

    def show_progress(self, progress: Progress, *, is_live: bool) -> None:
        """Keep the latest report, and show it only if the latest moment is shown."""
        self._progress = progress
        if is_live:
            self._show_losses(progress)

    def show_moment(self, moment: Moment, *, is_latest: bool) -> None:
        """Show the metrics of the moment that is shown."""
        is_running = is_latest and self._score is None
        past = self._history.progress_at(moment.step, self._entropy)
        self.on_target, self.covered = moment.on_target, moment.covered
        self.table.show_hits(moment)
        self.loss_plot.show_moment(None if is_latest else moment.step)
        self._show_losses(self._progress if is_running else past)
        self._show_score(self._score if is_latest else None)

    def set_score(self, score: Score | None, test_uses: int = 0) -> None:
        """Set the score of the latest moment, which is the kept state; None while training runs.

        Args:
            score: The score.
            test_uses: Number of times the test points were used for a score.
        """
        self._score, self._test_uses = score, test_uses

    def show_trained(self, progress: Progress | None, score: Score | None, test_uses: int = 0) -> None:
        """Show the latest report, or that of the kept state, and the score of a flow that was trained before."""
        self._progress = progress
        self.set_score(score, test_uses)
        self._show_losses(self._history.progress_at(score.step, self._entropy) if score else progress)
        self._show_score(score)

    def _show_losses(self, progress: Progress | None) -> None:
        self._shown_progress = progress.in_units(self.units) if progress else None
        self.table.show_progress(self._shown_progress)

    def _show_score(self, score: Score | None) -> None:
        self._shown_score = score.in_units(self.units) if score else None
        self.table.show_score(self._shown_score, self._test_uses)


def _looks_like(plotted: History, history: History) -> bool:
    """Return whether a plot of `history` would differ by a pixel or two from the one that is shown.

    Drawing all reports for each new one would take quadratic time over a training of a day.
    """
    marks, shown_marks = ((each.changes, each.adjustments, each.recoveries) for each in (history, plotted))
    count, shown = len(history.step), len(plotted.step)
    return marks == shown_marks and shown <= count <= (1 + HIDDEN_SHARE) * shown
