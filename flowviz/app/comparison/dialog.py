"""The dialog that starts a comparison: a preset or projects, the target, the budget and the seed."""

from functools import partial
from pathlib import Path

from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from flowviz.app.comparison.choice import (
    OWN_SENTENCE,
    OWN_TITLE,
    WORDS_SENTENCE,
    WORDS_TITLE,
    Choice,
    Kind,
    Member,
    with_current_as_asked,
)
from flowviz.app.comparison.joining import entrant_name, name_of
from flowviz.app.state.request import RequestState
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.controls import budget_row
from flowviz.app.training.flow_panel import MAX_SEED
from flowviz.app.widgets.controls import button, check_box, row
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.errors import FlowvizError
from flowviz.file_kinds import PROJECT_SUFFIX
from flowviz.projects import Plan, Project, load_project
from flowviz.specs import COMPARISON_PRESETS, TrainingSpec
from flowviz.specs.comparison import MAX_ENTRANTS

HEADING = (
    "Train several flows side by side. They take turns, so each gets the same time or number of steps, and you can "
    "watch where they differ."
)
FIRST_SECONDS = 20.0  # of each flow
OTHER_TARGETS = " The flows have learned different targets: choose below which one they all learn."
MAX_ROWS = 8  # of the list of presets
PROJECT_FILTER = f"flowviz projects (*{PROJECT_SUFFIX})"


class ComparisonDialog(QDialog):
    """Dialog to choose the flows to compare."""

    chosen = pyqtSignal(object)  # Comparison, which has not been trained

    def __init__(self, current: Project, folder: Path, parent: QWidget | None = None) -> None:
        """Ask what to compare with the project of the window; other projects are looked for in a folder first."""
        super().__init__(parent)
        self.setObjectName("comparisonDialog")
        self.setWindowTitle("Compare")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._current, self._folder = with_current_as_asked(current), folder
        self._projects: list[Member] = []
        self._worker = LatestWorker()
        self._request = RequestState(self)
        plan = self._current.asked
        self._request.show_plan(Plan(plan.target, plan.flow, TrainingSpec(seconds=FIRST_SECONDS)))
        self._create_widgets()
        self._lay_out()
        self._connect()
        self._presets.setCurrentRow(0)
        self._update()

    def _create_widgets(self) -> None:
        self._presets = _preset_list()
        self._sentence = WrappingLabel("comparisonSentence", "What the comparison shows", reserved_lines=2)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._words = QLineEdit()
        self._words.setObjectName("comparisonWords")
        self._words.setAccessibleName("Words")
        self._words.setToolTip("Words that the same flow learns, separated by spaces")
        self._words.setPlaceholderText("Two to six words, such as: sun moon star")
        name = name_of(self._current)
        self._adds_current = check_box("addCurrent", "Add &current", f"Add the flow of the window: {name}")
        self._adds_current.setText(f"Add &current: {name.replace('&', '&&')}")
        self._add = button("addProjects", "Add &Projects…", "Add the flows of project files", "open")
        self._added = WrappingLabel("addedProjects", "Added projects")
        self._target = QComboBox()
        self._target.setObjectName("comparisonTarget")
        self._target.setAccessibleName("Target of all flows")
        self._target.setToolTip("The target that all flows learn. Projects that have learned another one start over")
        self._seed = QSpinBox()
        self._seed.setObjectName("comparisonSeed")
        self._seed.setAccessibleName("Seed")
        self._seed.setToolTip(
            "Number from which the random numbers of all flows are drawn, unless the flows differ in it"
        )
        self._seed.setRange(0, MAX_SEED)
        self._problem = WarningLabel("comparisonProblem", "Problem with the comparison")
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel)
        self._compare = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        assert self._compare is not None
        self._compare.setText("Compare")
        self._compare.setObjectName("startComparison")
        self._compare.setToolTip("Show the flows side by side, ready for training")
        cancel = self._buttons.button(QDialogButtonBox.StandardButton.Cancel)
        assert cancel is not None
        cancel.setToolTip("Close without comparing flows")

    def _lay_out(self) -> None:
        heading = WrappingLabel("comparisonHeading", HEADING)
        heading.setText(HEADING)
        form = QFormLayout()
        form.addRow("&Target", self._target)
        form.addRow("&Seed", self._seed)
        layout = QVBoxLayout(self)
        for widget in (heading, self._presets, self._sentence, self._words):
            layout.addWidget(widget)
        layout.addLayout(row(self._adds_current, self._add, stretched=self._adds_current))
        layout.addWidget(self._added)
        layout.addLayout(form)
        layout.addLayout(budget_row(self._request))
        layout.addWidget(self._problem)
        layout.addWidget(self._buttons)
        self.setMinimumWidth(60 * self.fontMetrics().averageCharWidth())

    def _connect(self) -> None:
        self._presets.currentRowChanged.connect(self._update)
        self._presets.itemDoubleClicked.connect(self._accept_if_possible)
        self._words.textChanged.connect(self._update)
        self._adds_current.toggled.connect(self._update)
        self._add.clicked.connect(self._choose_files)
        self._target.activated.connect(self._update)
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self.accepted.connect(lambda: self.chosen.emit(self._choice().comparison()))
        self.finished.connect(lambda: self._worker.close())

    def _choice(self) -> Choice:
        training = self._request.plan.training.with_seed(self._seed.value())
        item = self._presets.currentItem()
        kind: Kind = item.data(Qt.ItemDataRole.UserRole) if item else "own"
        choice = Choice(
            kind, self._current.asked.target, training, self._current, self._adds_current.isChecked(),
            tuple(self._projects), self._words.text(),
        )  # fmt: skip
        targets = choice.targets()
        number = min(max(self._target.currentIndex(), 0), len(targets) - 1)
        return Choice(**{**vars(choice), "target": targets[number]})

    def _update(self) -> None:
        """Describe the choice, and any problem with it."""
        item, choice = self._presets.currentItem(), self._choice()
        self._sentence.setText(f"{item.toolTip()}." if item else "")
        is_words = choice.kind == "words"
        self._words.setVisible(is_words)
        for choosing in (self._adds_current, self._add):
            choosing.setEnabled(not is_words)
        self._show_added()
        self._show_targets(choice)
        self._target.setEnabled(not is_words and self._target.count() > 1)
        problem = _problem_of(choice)
        self._problem.setText(problem)
        self._problem.setVisible(bool(problem))
        assert self._compare is not None
        self._compare.setEnabled(not problem)

    def _show_added(self) -> None:
        names = [f"'{name}'" for name, _ in self._projects]
        others = len(self._choice().targets()) > 1
        self._added.setText(f"Added: {', '.join(names)}.{OTHER_TARGETS if others else ''}")
        self._added.setVisible(bool(names))

    def _show_targets(self, choice: Choice) -> None:
        titles = [" ".join(target.title.split()) for target in choice.targets()]
        if titles != [self._target.itemText(number) for number in range(self._target.count())]:
            chosen = max(self._target.currentIndex(), 0)
            self._target.clear()
            self._target.addItems(titles)
            self._target.setCurrentIndex(chosen)

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, "Add Projects", str(self._folder), PROJECT_FILTER)
        dialog.setObjectName("addProjectsDialog")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.add_files([Path(name) for name in names]))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def add_files(self, paths: list[Path]) -> None:
        """Add the flows of project files, which are read in the background."""
        for path in paths[:MAX_ENTRANTS]:
            self._worker.ask(str(path), partial(_read, path), self._take_read)

    def _take_read(self, result: Member | str) -> None:
        if isinstance(result, str):
            self._problem.setText(result)
            self._problem.show()
        else:
            self._projects.append(result)
            self._update()

    def _accept_if_possible(self) -> None:
        if not _problem_of(self._choice()):
            self.accept()


def _preset_list() -> QListWidget:
    presets = QListWidget()
    presets.setObjectName("comparisonPresets")
    presets.setAccessibleName("What to compare")
    presets.setAccessibleDescription("Prepared comparisons, each of which shows the effect of one setting")
    entries: dict[Kind, tuple[str, str]] = {
        **{name: (preset.title, preset.sentence) for name, preset in COMPARISON_PRESETS.items()},
        "words": (WORDS_TITLE, WORDS_SENTENCE),
        "own": (OWN_TITLE, OWN_SENTENCE),
    }
    for name, (title, sentence) in entries.items():
        item = QListWidgetItem(title)
        item.setData(Qt.ItemDataRole.UserRole, name)
        item.setToolTip(sentence)
        presets.addItem(item)
    height = presets.sizeHintForRow(0) * min(presets.count(), MAX_ROWS) + 2 * presets.frameWidth()
    presets.setFixedHeight(height)
    return presets


def _problem_of(choice: Choice) -> str:
    """Return why there is nothing to compare, or an empty text."""
    try:
        choice.comparison()
    except FlowvizError as error:
        return str(error)
    return ""


def _read(path: Path) -> Member | str:
    try:
        return entrant_name(path.stem), load_project(path)
    except FlowvizError as error:
        return str(error)
