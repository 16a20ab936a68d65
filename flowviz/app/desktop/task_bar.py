"""How far the training is, in the task bar of the desktop."""

from flowviz.app.desktop.session_bus import Bus, launcher_progress


class TaskBar:
    """Shows it where the desktop can: on Linux in Plasma, in Unity, and in the docks of GNOME.

    Qt 6 has nothing for the task bar of Windows and the Dock of macOS.
    """

    def __init__(self, bus: Bus | None) -> None:
        self._bus = bus
        self._shown: int | None = None  # percent

    def show(self, fraction: float | None) -> None:
        """How much is done, 0 to 1; None where nothing is."""
        percent = None if fraction is None else round(100 * fraction)
        if self._bus is not None and percent != self._shown:
            self._shown = percent
            self._bus.send(launcher_progress(None if percent is None else percent / 100))
