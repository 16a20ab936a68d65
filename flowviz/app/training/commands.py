"""The commands of a training, and the button that runs the one that comes next."""

from collections.abc import Callable

from PyQt6.QtCore import QObject, Qt, pyqtSignal
from PyQt6.QtGui import QKeyEvent
from PyQt6.QtWidgets import QMenu, QSizePolicy, QToolButton

from flowviz.app.commands.actions import Entry, create_action
from flowviz.app.desktop.existing import existing
from flowviz.app.style.icons import icon
from flowviz.app.training.activity import Activity
from flowviz.app.training.training_state import TrainingState

TRAIN_TIP, RESTART_TIP = "Start training on this target", "Start over on this target, with an untrained flow"
TRAIN_ALL_TIP = "Start all flows over"
RETURN = "&Return to the Previous Training"
PAUSE_TIP, EXTEND_TIP = "Pause or resume the training", "Train this flow longer, by the time or steps above"


class TrainingCommands(QObject):
    """Commands that start, pause and end a training. Their titles say what they do at the moment.

    Attributes:
        train: Trains the flow on the requested target; during a training, it starts over.
        train_all: Starts all flows of a comparison over, where `train` starts only the selected one.
        pause: Pauses or resumes the training, or extends one whose budget is used up.
        stop: Ends the training.
        return_to_previous: Returns to the trainings that the latest start has replaced.
        all: The commands of the button: all but `return_to_previous`, and others of the Train menu.
    """

    primary_changed = pyqtSignal()

    def __init__(
        self,
        parent: QObject,
        *,
        train: Callable[[], object],
        train_all: Callable[[], object],
        pause: Callable[[], object],
        stop: Callable[[], object],
        return_to_previous: Callable[[], object],
    ) -> None:
        """Create commands that call the functions of the same names."""
        super().__init__(parent)
        entries = (
            Entry("train", "&Train", train, TRAIN_TIP, "Ctrl+Return"),
            Entry("trainAll", "Train A&ll", train_all, TRAIN_ALL_TIP),
            Entry("pause", "&Pause", pause, PAUSE_TIP, "Ctrl+P"),
            Entry("stop", "&Stop and Keep", stop, "Stop the training and keep its result", "Ctrl+."),
            Entry(
                "returntotheprevioustraining", RETURN, return_to_previous,
                "Bring back what was trained before the latest start; choose it again to undo this",
            ),
        )  # fmt: skip
        *self.all, self.return_to_previous = (create_action(entry, self) for entry in entries)
        self.train, self.train_all, self.pause, self.stop = self.all
        self.primary = self.train
        self.show_activity(Activity())

    def show_activity(self, activity: Activity) -> None:
        """Name and enable the commands according to what the training does."""
        state, trains_all = activity.state, activity.scope == "all"
        restarts = state != TrainingState.IDLE and not activity.is_elsewhere
        self.train.setText(f"{'Res&tart' if restarts else '&Train'}{' All' if trains_all else ''}")
        plain_tip = RESTART_TIP if restarts else TRAIN_ALL_TIP if trains_all else TRAIN_TIP
        self.train.setToolTip(activity.untrainable or plain_tip)
        self.train.setEnabled(activity.can_train and not activity.untrainable)
        self.train_all.setVisible(activity.scope == "selected")
        resumes = state == TrainingState.PAUSED or (state == TrainingState.IDLE and activity.can_resume)
        extends = state == TrainingState.IDLE and activity.can_extend
        self.pause.setText("E&xtend" if extends else "Res&ume" if resumes else "&Pause")
        self.pause.setToolTip(EXTEND_TIP if extends else PAUSE_TIP)
        self.pause.setIcon(icon("train" if resumes or extends else "pause"))
        self.pause.setEnabled(resumes or extends or activity.has_time_left)
        self.stop.setEnabled(activity.has_time_left)
        self.return_to_previous.setText(f"{RETURN}s" if activity.returning > 1 else RETURN)
        self.return_to_previous.setEnabled(activity.returning > 0)
        self.primary = self.train if state == TrainingState.IDLE or activity.is_elsewhere else self.pause
        self.primary_changed.emit()


class PrimaryButton(QToolButton):
    """Button that trains, pauses or resumes, whichever comes next. Its menu has the other commands of a training."""

    def __init__(self, object_name: str, commands: TrainingCommands) -> None:
        super().__init__()
        self.setObjectName(object_name)
        self._commands = commands
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        menu.aboutToShow.connect(self._fill_menu)
        self.setMenu(menu)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.MenuButtonPopup)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        commands.primary_changed.connect(self._show_primary)
        self._show_primary()

    def _show_primary(self) -> None:
        primary = self._commands.primary
        self.setDefaultAction(primary)
        self.setAccessibleName(primary.iconText())

    def _fill_menu(self) -> None:
        menu = existing(self.menu())
        menu.clear()  # it does not own these commands
        menu.addActions([command for command in self._commands.all if command is not self._commands.primary])

    def keyPressEvent(self, event: QKeyEvent | None) -> None:
        if event is not None and event.key() == Qt.Key.Key_Down:
            self.showMenu()
        else:
            super().keyPressEvent(event)
