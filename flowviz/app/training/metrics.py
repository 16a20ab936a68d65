"""The metrics below the loss plot, which tell how good the flow is."""

from collections.abc import Iterator

from PyQt6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from flowviz.app.style.tokens import TIGHT
from flowviz.app.training.loss_answer import MEANING, answer
from flowviz.app.widgets.controls import DisclosureButton, HelpButton, lay_out, named, row_widget
from flowviz.app.widgets.labels import FittingLabel, WarningLabel, WrappingLabel
from flowviz.records import Moment, Progress, Score, Trace
from flowviz.records.measured import not_comparable
from flowviz.specs import FlowSpec, explanations, figures
from flowviz.specs.shares import counted, percent

METRICS = {
    "validationNll": (
        "Validation NLL",
        "Negative log-likelihood, in nats, of points that the flow is never trained on. It measures how much these "
        "points surprise the flow: lower is better. The state with the lowest validation NLL is kept. For a table of "
        "points, densities are per area in the units of the table",
    ),
    "testNll": (
        "Test NLL",
        "The NLL of the kept state at points that neither trained it nor selected it, in nats. It is known once "
        "training has ended",
    ),
    "validationGap": (
        "Validation gap",
        "Validation NLL minus the best possible NLL, which is the entropy of the target, in nats. 0 is a perfect fit",
    ),
    "testGap": ("Test gap", "Test NLL minus the best possible NLL, in nats: the score of the kept state"),
    "legibility": ("Legibility", f"{figures.LEGIBILITY}. Unknown for targets without strokes"),
    "onTarget": (
        "On target",
        "Share of the particles that land on the target: on the ink or, if the target has no edge, in the region that "
        "holds 99.9% of its probability",
    ),
    "leaked": (
        "Leaked",
        "Number and share of the particles that miss the target, for example those on bridges between letters",
    ),
    "coverage": ("Coverage", "Share of the target that the particles reach"),
    "covered": ("Covered", figures.COVERED),
    "effectiveShare": ("Effective", figures.EFFECTIVE_SHARE),
    "roundTrip": ("Round trip", "Error after applying this stage and its inverse (worst stage in brackets)"),
}
VALIDATED = "validationNll", "validationGap"
SCORES = *VALIDATED, "testNll", "testGap"  # in the first lines
OF_DENSITY = "covered", "effectiveShare"
UNKNOWN = "–"
SHOWN_KEY = "details/shown"  # of the settings


class Metrics(QWidget):
    """Table of the latest metrics, with a dash for each unknown value, and what the loss means.

    Attributes:
        help: The button that shows and hides the explanation.
        buttons: Row of the button that shows and hides the table, and of `help`.
    """

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, QLabel] = {}
        self._titles: dict[str, QLabel] = {}
        self._validated = FittingLabel("validatedNote", "How the validation NLL and gap are measured")
        self._table = QWidget()
        self._folded = WarningLabel("foldedWarning", "Warning about inexact densities")
        self._fill_table()
        tip = "NLLs and gaps in nats, shares, and the round-trip error"
        more = DisclosureButton("detailsButton", "Details", "Show or hide the metrics", tip, SHOWN_KEY, self._table)
        self._answer = WrappingLabel("lossAnswer", MEANING)
        self.help = HelpButton("loss", self._answer)
        self.buttons = row_widget(more, self.help)
        lay_out(QVBoxLayout(self), self._answer, self._table)
        self.clear()

    def clear(self) -> None:
        """Show every value as unknown."""
        self.show_flow(FlowSpec())
        self.show_progress(None)
        self._folded.hide()
        self._show_of_density(False)
        for value in self._values.values():
            value.setText(UNKNOWN)

    def show_flow(self, flow: FlowSpec) -> None:
        """Say with which integrator validation losses are measured if that is not the one of the flow."""
        usual = flow.as_trained()
        is_usual = flow.at_first_value() == usual  # validations are those of all values
        integrator = "" if is_usual else counted(usual.integrator_steps or 0, f"{usual.integrator} step")
        note = f"Validation NLL and gap: measured with {integrator}"
        self._validated.show_texts(note, f"Validation: {integrator}", tip=f"{note}, as during the training")
        self._validated.setHidden(is_usual)
        added = "" if is_usual else f".\nMeasured with {integrator}, as during the training"
        for name in VALIDATED:
            for widget in (self._titles[name], self._values[name]):
                widget.setToolTip(METRICS[name][1] + added)

    def show_progress(self, progress: Progress | None) -> None:
        """Show the losses of a progress report, or unknown values for None."""
        self._answer.setText("<p>".join(answer(progress)))
        unknown = _unknown(progress.without_density if progress else 0.0)
        self._show("validationNll", progress.validation_nll if progress else None, "{:.3f} nats", unknown)
        self._show("validationGap", progress.validation_gap if progress else None, "{:.3f} nats", unknown)

    def show_score(self, score: Score | None, test_uses: int = 0) -> None:
        """Show the score of the kept state, or unknown values for None.

        Args:
            score: The score.
            test_uses: Number of times the test points were used for a score.
        """
        numbers = {"testNll": score.test_nll if score else None, "testGap": score.gap if score else None}
        if score and score.validation_nll is not None:
            numbers |= {"validationNll": score.validation_nll, "validationGap": score.validation_gap}
        about = "≈ " if score and score.folded else ""
        unknown = _unknown(score.test.without_density if score and score.test else 0.0)
        for name, number in numbers.items():
            self._show(name, number, f"{about}{{:.3f}} nats", unknown)
        for name in ("testNll", "testGap"):
            self._values[name].setToolTip("".join((METRICS[name][1], *_details(score, test_uses))))

    def show_hits(self, moment: Moment) -> None:
        """Show the shares of particles on and off the target, of the target that they cover, and their weights."""
        shares = {
            "onTarget": moment.on_target,
            "coverage": moment.coverage,
            "legibility": moment.legibility,
            "effectiveShare": moment.effective_share,
        }
        log_z = "" if moment.log_normalizer is None else f".\n{figures.LOG_NORMALIZER}: {moment.log_normalizer:.3f}"
        self._values["effectiveShare"].setToolTip(figures.EFFECTIVE_SHARE + log_z)
        self._values["covered"].setText(figures.share_of_parts(moment.covered, moment.parts) or UNKNOWN)
        for name, share in shares.items():
            self._values[name].setText(UNKNOWN if share is None else percent(share, 0 if name == "legibility" else 1))
        self._values["leaked"].setText(moment.leaked_words() or UNKNOWN)
        self._show_of_density(moment.effective_share is not None or (moment.parts or 1) > 1)

    def _show_of_density(self, known: bool) -> None:
        """Show the line of what is known only of targets with a density or with parts, if it is known."""
        for name in OF_DENSITY:
            self._titles[name].setVisible(known)
            self._values[name].setVisible(known)

    def show_round_trip(self, trace: Trace, stage: int) -> None:
        """Show the round-trip error of a stage, and the largest one of all stages; warn if densities are inexact."""
        share, errors = trace.folded_share, trace.round_trip_error
        self._folded.show_text(explanations.folded(share) if share else "")
        text = UNKNOWN if errors is None else f"{errors[stage]:.1e} ({errors.max():.1e})"
        self._values["roundTrip"].setText(text)

    def _fill_table(self) -> None:
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(TIGHT)
        for index, (name, (title, tip)) in enumerate(METRICS.items()):
            line, column = index // 2, 2 * (index % 2)
            value, label = named(QLabel(UNKNOWN), f"{name}Figure", title, tip), QLabel(title)
            label.setToolTip(tip)
            row = line if name in SCORES else line + 1
            grid.addWidget(label, row, column)
            grid.addWidget(value, row, column + 1, 1, 3 if name == "roundTrip" else 1)
            self._values[name], self._titles[name] = value, label
        grid.addWidget(self._validated, len(SCORES) // 2, 0, 1, 4)
        grid.addWidget(self._folded, grid.rowCount(), 0, 1, 4)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def _show(self, name: str, value: float | None, template: str, unknown: str = UNKNOWN) -> None:
        self._values[name].setText(unknown if value is None else template.format(value))


def _unknown(without_density: float) -> str:
    """Return the text shown in place of an unknown NLL; `without_density` is the share of points without a density."""
    return "not comparable" if without_density else UNKNOWN


def _details(score: Score | None, test_uses: int) -> Iterator[str]:
    """Yield the details in the tooltip of a test score: its error, its median, and how often its points were used."""
    test = score.test if score else None
    if score is None or test is None:
        return
    if test.without_density:
        yield f".\n{not_comparable(test.without_density).capitalize()}"
    if test.standard_error is not None:
        yield f".\nStandard error: {test.standard_error:.3f} nats"
    if test.median is not None:
        yield f".\nMedian NLL: {test.median:.3f} nats"
    if test_uses > 1:
        yield f".\nThe test points were used for {test_uses} trainings of this flow, so they are less independent"
