"""The training controls: buttons, budget, progress and status."""

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QProgressBar, QPushButton, QSpinBox, QVBoxLayout, QWidget

from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.state.binding import Binding
from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.icons import icon
from flowviz.app.training.activity import Activity
from flowviz.app.training.training_state import TrainingState
from flowviz.app.widgets.controls import ChoiceBox, button, check_box, named, rename
from flowviz.app.widgets.form import bind_control
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.specs.training import DEFAULT_SECONDS

PROGRESS_TICKS = 1000
MIN_TICKS = 1  # at 0, Qt's style would keep on animating a bar that was busy, at 60 frames per second
STATUS_LINES = 3  # most sentences fit, so that the loss panel keeps its place when another one is shown
DEFAULT_BUDGETS = {"seconds": int(DEFAULT_SECONDS), "steps": 100_000}
MAX_BUDGETS = {"seconds": 86_400, "steps": 100_000_000}
TRAIN_TIP, RESTART_TIP = "Start training on this target", "Start over on this target, with an untrained flow"
PAUSE_TIP, EXTEND_TIP = "Pause or resume the training", "Train this flow longer, by the time or steps above"
FOLLOW_TIP = (
    "A running training switches to every target that you type, draw or choose, and keeps what the flow has learned"
)
SPIN_STEPS = {"seconds": 10, "steps": 10_000}


class TrainingControls(QWidget):
    """Widget with the buttons, the budget, the progress and the status of the training."""

    button_changed = pyqtSignal(QPushButton)
    status_changed = pyqtSignal(str)

    def __init__(self, request: RequestState) -> None:
        super().__init__()
        self.setObjectName("runControls")
        self._activity = Activity()
        self._is_motion_reduced = False
        self.train_button = button("trainButton", "Train", TRAIN_TIP, "train", is_filled=True)
        self.pause_button = button("pauseButton", "Pause", PAUSE_TIP, "pause")
        self.stop_button = button("stopButton", "Stop", "Stop the training and keep its result", "stop")
        self._buttons = self.train_button, self.pause_button, self.stop_button
        self.train_requested, self.pause_toggled, self.stop_requested = (each.clicked for each in self._buttons)
        self.train_button.setDefault(True)
        self._bar = named(
            QProgressBar(), "progressBar", "Progress of the training", "Share of the budget that has been used"
        )
        self._bar.setRange(0, PROGRESS_TICKS)
        self._status = WrappingLabel("statusLabel", "Status of the training", reserved_lines=STATUS_LINES)
        self._status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._status.setTextFormat(Qt.TextFormat.PlainText)  # the target may look like a tag
        self.notices = NoticeList("trainingNotices")
        follows = check_box("followBox", "Follow the target", FOLLOW_TIP)
        bind_control(request, lambda value: value.follows, follows, request.set_follows)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(budget_row(request))
        layout.addLayout(_row(*self._buttons))
        layout.addLayout(_row(self._bar, follows))
        for widget in (self._status, self.notices):
            layout.addWidget(widget)
        self._update_buttons()

    def show_activity(self, activity: Activity) -> None:
        """Show what the training does, and enable the buttons that apply to it."""
        old, self._activity = self._activity, activity
        if activity.offered != old.offered:
            self._update_buttons()
        if (activity.fraction, activity.state) != (old.fraction, old.state):
            self._bar.setValue(max(round(activity.fraction * PROGRESS_TICKS), MIN_TICKS))
        if activity.sentence != self._status.text():
            self._status.setText(activity.sentence)
            self.status_changed.emit(activity.sentence)

    def _update_buttons(self) -> None:
        activity, state = self._activity, self._activity.state
        self.train_button.setEnabled(activity.can_train and not activity.untrainable)
        restarts = state != TrainingState.IDLE and not activity.is_elsewhere
        tip = activity.untrainable or (RESTART_TIP if restarts else TRAIN_TIP)
        _rename(self.train_button, "Restart" if restarts else "Train", tip)
        resumes = state == TrainingState.PAUSED or (state == TrainingState.IDLE and activity.can_resume)
        extends = state == TrainingState.IDLE and activity.can_extend
        self.pause_button.setEnabled(resumes or extends or state == TrainingState.TRAINING)
        text = "Extend" if extends else "Resume" if resumes else "Pause"
        _rename(self.pause_button, text, EXTEND_TIP if extends else PAUSE_TIP)
        self.pause_button.setIcon(icon("resume" if resumes or extends else "pause"))
        self.stop_button.setEnabled(state in {TrainingState.PREPARING, TrainingState.TRAINING, TrainingState.PAUSED})
        is_busy = state == TrainingState.PREPARING and not self._is_motion_reduced
        self._bar.setRange(0, 0 if is_busy else PROGRESS_TICKS)  # Qt animates the range 0 to 0
        for changed in self._buttons:
            self.button_changed.emit(changed)

    def reduce_motion(self, reduced: bool) -> None:
        """Keep the progress bar still while training is prepared."""
        self._is_motion_reduced = reduced
        self._update_buttons()


def budget_row(request: RequestState) -> QHBoxLayout:
    """Return a row of controls for how long to train: an amount, and its unit."""
    amount = named(QSpinBox(), "budgetAmount", "Budget", "Time or number of steps to train")
    amount.setGroupSeparatorShown(True)
    unit = ChoiceBox("budgetUnit", "Unit of the budget", {name: name for name in DEFAULT_BUDGETS})
    unit.setToolTip("Train for a time or for a number of steps")

    def show_budget(budget: tuple[str, int]) -> None:
        name, number = budget
        unit.choose(name)
        amount.setRange(1, MAX_BUDGETS[name])
        amount.setSingleStep(SPIN_STEPS[name])
        amount.setValue(number)

    binding = Binding(request, _budget, show_budget, lambda budget: request.set_budget(*budget))
    amount.valueChanged.connect(lambda number: binding.request((unit.currentText(), number)))
    unit.currentTextChanged.connect(lambda name: binding.request((name, DEFAULT_BUDGETS[name])))
    return _row(QLabel("Train for"), amount, unit)


def _budget(request: Request) -> tuple[str, int]:
    training = request.plan.training
    if training.seconds is not None:
        return "seconds", max(round(training.seconds), 1)
    return "steps", training.steps or 1


def _rename(button: QPushButton, text: str, tip: str) -> None:
    rename(button, text)
    button.setToolTip(tip)


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget, stretch=0 if isinstance(widget, QLabel | QCheckBox) else 1)
    return row
