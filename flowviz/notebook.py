"""The progress of a training in a notebook: one line, which is replaced."""

from collections.abc import Callable
from importlib import import_module

from flowviz.records import Event, Finished, Overfitting, Preparing, Progress, Recovered, Uncompiled


def progress_display() -> Callable[[Event], object]:
    """Return what shows the events of a training below the cell of a notebook; elsewhere, what shows nothing.

    Rich, which recognizes notebooks, needs ipywidgets for a progress bar; a line of text needs IPython alone.
    """
    from rich.console import Console  # a window, which imports this module, needs none

    return _ProgressLine() if Console().is_jupyter else lambda _: None


class _ProgressLine:
    """A line of text with the latest progress, and one for each event that should not pass unnoticed."""

    def __init__(self) -> None:
        self._display = import_module("IPython.display").display
        self._line = self._display(_text("Starting"), raw=True, display_id=True)

    def __call__(self, event: Event) -> None:
        match event:
            case Preparing():
                self._line.update(_text(event.activity), raw=True)
            case Progress():
                line = f"{event.fraction:.0%}: {event.sentence()}, {event.steps_per_second:.0f} steps/s"
                self._line.update(_text(line), raw=True)
            case Finished():
                self._line.update(_text(event.sentence()), raw=True)
            case Recovered() | Overfitting() | Uncompiled():
                self._display(_text(event.sentence()), raw=True)


def _text(line: str) -> dict[str, str]:
    return {"text/plain": line}
