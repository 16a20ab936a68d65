"""The figures beside the loss: how good the flow is, in numbers that cannot flatter."""

from PyQt6.QtWidgets import QGridLayout, QLabel, QWidget

from flowviz.records import Progress, Trace

FIGURES = {
    "heldoutNll": (
        "Held-out NLL",
        "Negative log-likelihood, the mean of -log p, in nats: how much the flow is surprised by points "
        "that it was never trained on",
    ),
    "gap": ("Gap", "Held-out NLL less the entropy of the target, in nats: 0 is the best that any flow can do"),
    "onTarget": ("On target", "The share of the particles that land on the target"),
    "coverage": ("Coverage", "The share of the target that the particles reach"),
    "roundTrip": (
        "Round trip",
        "How far a particle is off after this stage and back; in brackets, the worst stage",
    ),
}
UNKNOWN = "–"


class Metrics(QWidget):
    """Shows the latest figures; a dash for what is not known."""

    def __init__(self) -> None:
        super().__init__()
        self._values: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        for place, (name, (title, tip)) in enumerate(FIGURES.items()):
            value = QLabel(UNKNOWN)
            value.setObjectName(f"{name}Figure")
            value.setAccessibleName(title)
            label = QLabel(title)
            for widget in (label, value):
                widget.setToolTip(tip)
            grid.addWidget(label, place // 2, 2 * (place % 2))
            grid.addWidget(value, place // 2, 2 * (place % 2) + 1, 1, 3 if name == "roundTrip" else 1)
            self._values[name] = value
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)

    def clear(self) -> None:
        """Nothing is known."""
        for value in self._values.values():
            value.setText(UNKNOWN)

    def show_progress(self, progress: Progress | None) -> None:
        """Show how well it predicts, if that is known."""
        self._show("heldoutNll", progress.heldout_nll if progress else None, "{:.3f} nats")
        self._show("gap", progress.gap if progress else None, "{:.3f} nats")

    def show_hits(self, on_target: float | None, coverage: float | None) -> None:
        """Show where the particles end."""
        self._show("onTarget", on_target, "{:.1%}")
        self._show("coverage", coverage, "{:.1%}")

    def show_round_trip(self, trace: Trace, stage: int) -> None:
        """Show how exactly the stage is undone."""
        errors = trace.round_trip_error
        text = UNKNOWN if errors is None else f"{errors[stage]:.1e} ({errors.max():.1e})"
        self._values["roundTrip"].setText(text)

    def _show(self, name: str, value: float | None, form: str) -> None:
        self._values[name].setText(UNKNOWN if value is None else form.format(value))
