"""The playback at the end of a training: from the base to the target, once."""

from PyQt6.QtCore import QObject, Qt
from PyQt6.QtGui import QGuiApplication

from flowviz.app.desktop.settings import settings, stored_flag
from flowviz.app.pane.playhead import Playhead
from flowviz.app.state.view import View, ViewState

KEY = "playback/atEndOfTraining"  # in the settings


class EndPlayback(QObject):
    """Plays all stages once when a training ends, unless the user has scrubbed or is using the view.

    Nothing is played with reduced motion, or if the user has turned this off, which the settings remember.

    Attributes:
        is_used: Whether the user has used the view since the training began, or a lesson has ended.
    """

    def __init__(self, view: ViewState, playhead: Playhead, parent: QObject) -> None:
        super().__init__(parent)
        self._view, self._playhead = view, playhead
        self.is_used = False
        view.changed.connect(self._on_view_changed)

    @property
    def is_enabled(self) -> bool:
        """Return whether the settings enable playback at the end of a training."""
        return stored_flag(KEY, default=True)

    def set_enabled(self, enabled: bool) -> None:
        """Turn the playback on or off."""
        settings().setValue(KEY, enabled)

    def play(self) -> None:
        """Play when the training has ended, unless the user would be disturbed."""
        if self.is_enabled and not self._playhead.jumps and not self._is_in_use():
            self._playhead.play_once()

    def _is_in_use(self) -> bool:
        is_pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        return self.is_used or self._view.value.is_explored or self._playhead.is_playing.value or is_pressed

    def _on_view_changed(self, old: View, new: View) -> None:
        is_same_flow = (old.last_stage, old.particles) == (new.last_stage, new.particles)
        if is_same_flow and (old.stage != new.stage or old.selection != new.selection or new.is_explored):
            self.is_used = True
