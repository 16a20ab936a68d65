"""Start, pause, resume, stop; the budget; how far the training has come, and what it is at."""

from enum import Enum, auto

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.style.icons import icon
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.specs import TrainingSpec
from flowviz.specs.training import DEFAULT_SECONDS

PROGRESS_TICKS = 1000
DEFAULT_BUDGETS = {"seconds": int(DEFAULT_SECONDS), "steps": 100_000}
LARGEST_BUDGETS = {"seconds": 86_400, "steps": 100_000_000}


class TrainingState(Enum):
    """What the training is doing."""

    IDLE = auto()
    PREPARING = auto()
    TRAINING = auto()
    PAUSED = auto()
    STOPPING = auto()


class TrainingControls(QWidget):
    """Announces what is pressed; shows what can be done, what is going on, and what went wrong."""

    train_requested = pyqtSignal()
    pause_toggled = pyqtSignal()
    stop_requested = pyqtSignal()
    follow_toggled = pyqtSignal(bool)
    budget_changed = pyqtSignal()
    button_changed = pyqtSignal(QPushButton)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("runControls")
        self._can_train, self._can_resume = False, False
        self._state = TrainingState.IDLE
        self._is_motion_reduced = False
        self.train_button = _button("train", "Train", "Start training on this target", self.train_requested)
        self.pause_button = _button("pause", "Pause", "Hold the training, or go on with it", self.pause_toggled)
        self.stop_button = _button("stop", "Stop", "Stop and keep what was learned", self.stop_requested)
        self.train_button.setDefault(True)

        self._amount = QSpinBox()
        self._amount.setObjectName("budgetAmount")
        self._amount.setAccessibleName("Budget")
        self._amount.setToolTip("How long a training lasts")
        self._amount.setGroupSeparatorShown(True)
        self._unit = QComboBox()
        self._unit.setObjectName("budgetUnit")
        self._unit.setAccessibleName("Unit of the budget")
        self._unit.setToolTip("Whether a training lasts for a time, or for a number of steps")
        self._unit.currentTextChanged.connect(self._use_unit)
        self._unit.addItems(list(DEFAULT_BUDGETS))
        self._amount.valueChanged.connect(lambda: self.budget_changed.emit())
        self._unit.currentTextChanged.connect(lambda: self.budget_changed.emit())

        self._follow = QCheckBox("Follow the target")
        self._follow.setObjectName("followBox")
        self._follow.setAccessibleName("Follow the target")
        self._follow.setToolTip("While it trains, let the flow turn to every target that is typed, drawn or picked")
        self._follow.toggled.connect(self.follow_toggled)
        self._bar = QProgressBar()
        self._bar.setObjectName("progressBar")
        self._bar.setAccessibleName("Progress of the training")
        self._bar.setToolTip("How much of the budget is spent")
        self._bar.setRange(0, PROGRESS_TICKS)
        self._status = WrappingLabel("statusLabel", "State of the training")
        self._status.setTextFormat(Qt.TextFormat.PlainText)  # a word may look like a tag
        self.notices = NoticeList("trainingNotices")

        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(_row(QLabel("Train for"), self._amount, self._unit))
        layout.addLayout(_row(self.train_button, self.pause_button, self.stop_button))
        layout.addLayout(_row(self._bar, self._follow))
        for widget in (self._status, self.notices):
            layout.addWidget(widget)
        self.set_state(TrainingState.IDLE)

    def budget(self) -> dict[str, int]:
        """The budget that is chosen, as a field of `TrainingSpec`."""
        return {self._unit.currentText(): self._amount.value()}

    def show_budget(self, spec: TrainingSpec) -> None:
        """Choose the budget of a training."""
        unit, amount = ("seconds", spec.seconds) if spec.seconds is not None else ("steps", spec.steps)
        self._unit.setCurrentText(unit)
        self._amount.setValue(round(amount or 1))

    @property
    def follows(self) -> bool:
        """Whether the training shall turn to every new target."""
        return self._follow.isChecked()

    def show_follows(self, follows: bool) -> None:
        """Let the training turn to every new target, or not."""
        self._follow.setChecked(follows)

    def set_can_train(self, can_train: bool) -> None:
        """Whether there is a target to train on."""
        self._can_train = can_train
        self.set_state(self._state)

    def set_can_resume(self, can_resume: bool) -> None:
        """Whether a training that has ended, or was opened, can go on."""
        self._can_resume = can_resume
        self.set_state(self._state)

    def set_state(self, state: TrainingState) -> None:
        """Show what the training is doing, and offer what can be done then."""
        self._state = state
        self.train_button.setEnabled(self._can_train)
        self.train_button.setText("Train" if state == TrainingState.IDLE else "Restart")
        resumes = state == TrainingState.PAUSED or (state == TrainingState.IDLE and self._can_resume)
        self.pause_button.setEnabled(resumes or state == TrainingState.TRAINING)
        self.pause_button.setText("Resume" if resumes else "Pause")
        self.pause_button.setIcon(icon("resume" if resumes else "pause"))
        self.stop_button.setEnabled(state in {TrainingState.PREPARING, TrainingState.TRAINING, TrainingState.PAUSED})
        is_busy = state == TrainingState.PREPARING and not self._is_motion_reduced
        self._bar.setRange(0, 0 if is_busy else PROGRESS_TICKS)  # 0 to 0 moves, which shows "busy"
        for button in (self.train_button, self.pause_button, self.stop_button):
            self.button_changed.emit(button)

    def reduce_motion(self, reduced: bool) -> None:
        """Whether the bar stands still while it is not known how long something takes: what that is is said anyway."""
        self._is_motion_reduced = reduced
        self.set_state(self._state)

    def set_fraction(self, fraction: float) -> None:
        """How much of the budget is spent, 0 to 1."""
        self._bar.setValue(round(fraction * PROGRESS_TICKS))

    def set_status(self, sentence: str) -> None:
        """Say what is going on."""
        self._status.setText(sentence)

    def _use_unit(self, unit: str) -> None:
        self._amount.setRange(1, LARGEST_BUDGETS[unit])
        self._amount.setSingleStep(10 if unit == "seconds" else 10_000)
        self._amount.setValue(DEFAULT_BUDGETS[unit])


def _button(name: str, text: str, tip: str, pressed: object) -> QPushButton:
    button = QPushButton(icon(name), text)
    button.setObjectName(f"{name}Button")
    button.setAccessibleName(text)
    button.setToolTip(tip)
    button.clicked.connect(lambda: pressed.emit())  # type: ignore[attr-defined]
    return button


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    for widget in widgets:
        row.addWidget(widget, stretch=0 if isinstance(widget, QLabel | QCheckBox) else 1)
    return row
