"""The training controls: budget, button, progress and status."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QProgressBar, QSpinBox, QVBoxLayout, QWidget

from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.state.binding import Binding
from flowviz.app.state.request import Request, RequestState
from flowviz.app.style.tokens import TIGHT
from flowviz.app.training.activity import Activity
from flowviz.app.training.commands import PrimaryButton, TrainingCommands
from flowviz.app.training.training_state import TrainingState
from flowviz.app.widgets.controls import ChoiceBox, label_of, lay_out, named, row
from flowviz.app.widgets.labels import WrappingLabel
from flowviz.specs.training import DEFAULT_SECONDS

PROGRESS_TICKS = 1000
MIN_TICKS = 1  # at 0, Qt's style would keep on animating a bar that was busy, at 60 frames per second
STATUS_LINES = 2  # most sentences fit, so that the loss panel keeps its place when another one is shown
DEFAULT_BUDGETS = {"seconds": int(DEFAULT_SECONDS), "steps": 100_000}
BUDGET = "Train for"
MAX_BUDGETS = {"seconds": 86_400, "steps": 100_000_000}
SPIN_STEPS = {"seconds": 10, "steps": 10_000}


class TrainingControls(QWidget):
    """Widget with the budget, the button, the progress and the status of the training.

    Attributes:
        commands: The commands of the button and the Train menu.
    """

    def __init__(self, request: RequestState, commands: TrainingCommands) -> None:
        super().__init__()
        self.setObjectName("runControls")
        self._activity = Activity()
        self._is_motion_reduced = False
        self.commands = commands
        self.train_button = PrimaryButton("trainButton", commands)
        self._bar = named(
            QProgressBar(), "progressBar", "Progress of the training", "Share of the budget that has been used"
        )
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(TIGHT)
        self._status = WrappingLabel("statusLabel", "Status of the training", reserved_lines=STATUS_LINES)
        self._status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._status.setTextFormat(Qt.TextFormat.PlainText)  # the target may look like a tag
        self.notices = NoticeList("trainingNotices")
        lay_out(QVBoxLayout(self), budget_row(request), self.train_button, self._bar, self._status, self.notices)
        self._show_range()

    def show_activity(self, activity: Activity) -> None:
        """Show what the training does, and enable the commands that apply to it."""
        old, self._activity = self._activity, activity
        if activity.offered != old.offered:
            self.commands.show_activity(activity)
            self._show_range()
        self._bar.setValue(max(round(activity.fraction * PROGRESS_TICKS), MIN_TICKS))
        self._status.setText(activity.sentence)

    def _show_range(self) -> None:
        is_busy = self._activity.state == TrainingState.PREPARING and not self._is_motion_reduced
        self._bar.setRange(0, 0 if is_busy else PROGRESS_TICKS)  # Qt animates the range 0 to 0

    def reduce_motion(self, reduced: bool) -> None:
        """Keep the progress bar still while training is prepared."""
        self._is_motion_reduced = reduced
        self._show_range()


def budget_row(request: RequestState) -> QHBoxLayout:
    """Return a row of controls for how long to train: an amount, and its unit."""
    amount = named(QSpinBox(), "budgetAmount", BUDGET, "Budget of a training: a time or a number of steps")
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
    return row(label_of(amount), amount, unit, stretched=amount)


def _budget(request: Request) -> tuple[str, int]:
    training = request.plan.training
    if training.seconds is not None:
        return "seconds", max(round(training.seconds), 1)
    return "steps", training.steps or 1
