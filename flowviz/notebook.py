"""The progress of a training in a notebook: one line, which is replaced."""

from collections.abc import Callable
from importlib import import_module

from flowviz.records import Event, Finished, Overfitting, Preparing, Progress, Recovered, Uncompiled, Units
from flowviz.specs.shares import percent


def progress_display(units: Units) -> Callable[[Event], object]:
    """Return a function that shows the events of a training below the cell of a notebook, and does nothing elsewhere.

    Rich, which recognizes notebooks, needs ipywidgets for a progress bar; a line of text needs IPython alone.

    Args:
        units: The units in which to show NLLs.
    """
    return _ProgressLine(units) if is_in_notebook() else lambda _: None


def is_in_notebook() -> bool:
    """Return whether the code runs in the kernel of a notebook."""
    from rich.console import Console  # imported here because the window imports this module but needs no console

    return Console().is_jupyter


class _ProgressLine:
    """A line of text with the latest progress, and one for each event that should not pass unnoticed."""

    def __init__(self, units: Units) -> None:
        self._units = units
        self._display = import_module("IPython.display").display
        self._line = self._display(_text("Starting"), raw=True, display_id=True)

    def __call__(self, event: Event) -> None:
        match event:
            case Preparing():
                self._line.update(_text(event.activity), raw=True)
            case Progress():
                sentence = event.in_units(self._units).sentence()
                line = f"{percent(event.fraction)}: {sentence}, {event.steps_per_second:.0f} steps/s"
                self._line.update(_text(line), raw=True)
            case Finished():
                self._line.update(_text(event.in_units(self._units).sentence()), raw=True)
            case Recovered() | Overfitting() | Uncompiled():
                self._display(_text(event.sentence()), raw=True)


def _text(line: str) -> dict[str, str]:
    return {"text/plain": line}
