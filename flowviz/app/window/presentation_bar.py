"""The bar of presentation mode: the word, the training and playback."""

from collections.abc import Callable

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from flowviz.app.pane.playhead import Playhead
from flowviz.app.state.request import RequestState
from flowviz.app.state.state import State
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import GAP
from flowviz.app.training.activity import Activity
from flowviz.app.training.commands import PrimaryButton, TrainingCommands
from flowviz.app.welcome.start_page import WordBox
from flowviz.app.widgets.controls import button, lay_out, rename
from flowviz.app.widgets.font_follower import FontFollower
from flowviz.app.widgets.labels import FittingLabel


class PresentationBar(FontFollower, QWidget):
    """Bar with a box for the word, the button of the training, a play button, and the training status.

    Its last button says how to leave.

    Return in the box lets the flow learn the word, and moves the focus back to the cloud.
    """

    def __init__(
        self,
        request: RequestState,
        commands: TrainingCommands,
        activity: State[Activity],
        playhead: Playhead,
        learn: Callable[[], object],
        next_focus: QWidget,
        leave: Callable[[], object],
    ) -> None:
        """Create a bar.

        Args:
            request: The request, whose word can be changed.
            commands: The commands of the training.
            activity: What the training does.
            playhead: Plays the layers.
            learn: Called when Return is pressed in the box.
            next_focus: Gets the focus then.
            leave: Leaves the presentation.
        """
        super().__init__()
        self._word = WordBox(
            "presentationWord",
            request,
            lambda value: value.pages.text.text if value.kind == "text" else "",
            lambda: (learn(), next_focus.setFocus()),
        )
        self._train = PrimaryButton("presentationTrainButton", commands)
        self._train.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self._play = button(
            "presentationPlayButton", "Play", "Play or stop playing (Space)", "play", run=playhead.toggle_playing
        )
        tip = "Leave the presentation (Esc)"
        self._leave = button("presentationLeaveButton", "Leave the Presentation", tip, run=leave)
        self._leave.setText("Esc to leave")
        self._leave.setFlat(True)
        self._status = FittingLabel("presentationStatus", "Status of the training")
        self._word.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        parts = self._word, self._train, self._play, self._status, self._leave
        lay_out(QHBoxLayout(self), *parts, stretched=self._status)
        commands.primary_changed.connect(lambda: self._keep_width(self._train))
        activity.observe(lambda value: value.sentence, self._show_status)
        playhead.is_playing.observe(bool, self._show_playing)

    def _show_status(self, sentence: str) -> None:
        self._status.show_texts(sentence, f"{sentence.partition('. ')[0].rstrip('.')}.")

    def _show_playing(self, playing: bool) -> None:
        self._play.setIcon(icon("stop" if playing else "play"))
        rename(self._play, "Stop Playing" if playing else "Play")
        self._keep_width(self._play)

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        self._fit_leave_button()
        super().resizeEvent(event)

    def fit_font(self) -> None:
        for each in (self._train, self._play):
            each.setMinimumWidth(0)
        self._fit_leave_button()

    def _fit_leave_button(self) -> None:
        """Hide the button that leaves where a lesson leaves too little room; the title of its panel says how."""
        needed = sum(each.minimumSizeHint().width() for each in (self._word, self._train, self._play))
        # Of the gaps, four are between the parts; the other is some room for the status.
        self._leave.setVisible(needed + self._leave.sizeHint().width() + 5 * GAP <= self.width())

    def _keep_width(self, button: QAbstractButton) -> None:
        """Let a button grow with its text but never shrink, so that those beside it do not move again and again."""
        button.setMinimumWidth(max(button.minimumWidth(), button.sizeHint().width()))
        self._fit_leave_button()
