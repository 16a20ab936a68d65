"""The dialog that starts a comparison: a preset or projects, the target, the budget and the seed."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import Qt
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

from flowviz.app.desktop.existing import existing
from flowviz.app.document.dialogs import PROJECT_FILTER
from flowviz.app.notices.notice import problem_of
from flowviz.app.state.binding import bind
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.state import State
from flowviz.app.style.tokens import GAP
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.controls import budget_row
from flowviz.app.training.flow_panel import MAX_SEED
from flowviz.app.widgets.controls import accept_buttons, begin_dialog, button, check_box, lay_out, named, row
from flowviz.app.widgets.form import bind_control
from flowviz.app.widgets.labels import WarningLabel, WrappingLabel
from flowviz.app.workspace.choice import (
    OWN_SENTENCE,
    OWN_TITLE,
    WORDS_SENTENCE,
    WORDS_TITLE,
    Choice,
    Kind,
    with_current_as_asked,
)
from flowviz.app.workspace.joining import entrant_name, name_of
from flowviz.projects import Comparison, Plan, Project, load_project
from flowviz.specs import COMPARISON_PRESETS, TrainingSpec
from flowviz.specs.comparison import MAX_ENTRANTS

HEADING = (
    "Train several flows side by side. They take turns, so each gets the same time or number of steps, and you can "
    "watch where they differ."
)
FIRST_SECONDS = 20.0  # of each flow
OTHER_TARGETS = " The flows have learned different targets: choose below which one they all learn."
ENTRIES: Mapping[Kind, tuple[str, str]] = {  # titles and sentences
    **{name: (preset.title, preset.sentence) for name, preset in COMPARISON_PRESETS.items()},
    "words": (WORDS_TITLE, WORDS_SENTENCE),
    "own": (OWN_TITLE, OWN_SENTENCE),
}
MAX_ROWS = 10  # of the list of presets
BEGINNING = {  # text and tooltip of the button: whether the training begins at once
    False: ("Compare", "Show the flows side by side, to change them before you press Train"),
    True: ("Train", "Show the flows side by side, and train them"),
}


class ComparisonDialog(QDialog):
    """Dialog to choose the flows to compare."""

    def __init__(
        self,
        current: Project,
        folder: Path,
        parent: QWidget | None,
        begin: Callable[[Comparison], object],
        *,
        trains: bool = False,
    ) -> None:
        """Ask what to compare with the project of the window.

        Args:
            current: The project of the window.
            folder: Where other projects are looked for first.
            parent: The window.
            begin: Called with the comparison that was chosen, which has not been trained.
            trains: Whether it also begins the training, which the button then says.
        """
        super().__init__(parent)
        begin_dialog(self, "comparisonDialog", "Compare")
        self._current, self._folder, self._begin = with_current_as_asked(current), folder, begin
        self._worker = LatestWorker(lambda notice: self._problem.show_text(notice.text))
        self._request = RequestState(Request(), self)  # of the training of all flows
        plan = self._current.asked
        self._request.show_plan(Plan(plan.target, plan.flow, TrainingSpec(seconds=FIRST_SECONDS)))
        first = next(iter(ENTRIES))
        self._choice = State(Choice(first, plan.target, self._request.plan.training, self._current), self)
        self._create_widgets(trains)
        self._lay_out()
        self._connect()

    def _create_widgets(self, trains: bool) -> None:
        self._presets = _preset_list()
        self._sentence = WrappingLabel("comparisonSentence", "What the comparison shows", reserved_lines=2)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignTop)
        tip = "Words that the same flow learns, separated by spaces"
        self._words = named(QLineEdit(), "comparisonWords", "Words", tip)
        self._words.setPlaceholderText("Two to six words, such as: sun moon star")
        name = name_of(self._current)
        self._adds_current = check_box(
            "addCurrent",
            f"Add the flow in this &window: {name.replace('&', '&&')}",
            "Compare the flow in this window as well",
        )
        tip = "Add the flows of project files"
        self._add = button("addProjects", "Add &Projects…", tip, "open", run=self._choose_files)
        self._added = WrappingLabel("addedProjects", "Added projects")
        tip = "The target that all flows learn. Projects that have learned another one start over"
        self._target = named(QComboBox(), "comparisonTarget", "Target of all flows", tip)
        tip = "Number from which the random numbers of all flows are drawn, unless the flows differ in it"
        self._seed = named(QSpinBox(), "comparisonSeed", "Seed", tip)
        self._seed.setRange(0, MAX_SEED)
        self._problem = WarningLabel("comparisonProblem", "Problem with the comparison")
        self._buttons = accept_buttons(self, "startComparison", *BEGINNING[trains])
        self._compare = existing(self._buttons.button(QDialogButtonBox.StandardButton.Ok))

    def _lay_out(self) -> None:
        form, budget = QFormLayout(), budget_row(self._request)
        form.addRow("&Target", self._target)
        form.addRow("&Seed", self._seed)
        form.addRow(existing(budget.takeAt(0)).widget(), budget)  # the label, in the column of the others
        adding = row(self._adds_current, self._add, stretched=self._adds_current)
        lay_out(
            QVBoxLayout(self), WrappingLabel("comparisonHeading", HEADING, HEADING), self._presets, self._sentence,
            self._words, adding, self._added, form, self._problem, self._buttons, margin=GAP,
        )  # fmt: skip
        self.setMinimumWidth(60 * self.fontMetrics().averageCharWidth())

    def _connect(self) -> None:
        choice, presets, words, kinds = self._choice, self._presets, self._words, list(ENTRIES)
        bind(
            choice,
            lambda value: kinds.index(value.kind),
            presets.setCurrentRow,
            presets.currentRowChanged,
            presets.currentRow,
            lambda row_index: self._change("kind")(kinds[row_index]),
        )
        bind(choice, lambda value: value.words, words.setText, words.textChanged, words.text, self._change("words"))
        bind_control(choice, lambda value: value.adds_current, self._adds_current, self._change("adds_current"))
        bind_control(self._request, lambda value: value.plan.training.seed, self._seed, self._request.set_seed)
        self._request.watch(lambda value: value.plan.training, self._change("training"))
        choice.watch(lambda value: value, self._show)
        self._target.activated.connect(lambda number: self._change("target")(choice.value.targets()[number]))
        presets.itemDoubleClicked.connect(self.accept)
        self.finished.connect(lambda: self._worker.close())

    def accept(self) -> None:
        if not problem_of(self._choice.value.comparison):
            super().accept()
            self._begin(self._choice.value.comparison())

    def _change(self, name: str) -> Callable[[Any], None]:
        """Return a function that changes a part of the choice."""
        return lambda value: self._choice.set(replace(self._choice.value, **{name: value}))

    def _show(self, choice: Choice) -> None:
        """Describe the choice, and any problem with it."""
        is_words, problem, targets = choice.kind == "words", problem_of(choice.comparison), choice.targets()
        self._sentence.setText(f"{ENTRIES[choice.kind][1]}.")
        self._words.setVisible(is_words)
        for choosing in (self._adds_current, self._add):
            choosing.setEnabled(not is_words)
        names = ", ".join(f"'{name}'" for name, _ in choice.projects)
        self._added.show_text(f"Added: {names}.{OTHER_TARGETS if len(targets) > 1 else ''}" if names else "")
        self._target.clear()
        self._target.addItems([" ".join(target.title.split()) for target in targets])
        self._target.setCurrentIndex(targets.index(choice.target))
        self._target.setEnabled(not is_words and len(targets) > 1)
        self._problem.show_text(problem)
        self._compare.setEnabled(not problem)
        self.resize(self.width(), max(self.height(), self.heightForWidth(self.width())))

    def _choose_files(self) -> None:
        dialog = QFileDialog(self, directory=str(self._folder), filter=PROJECT_FILTER)
        begin_dialog(dialog, "addProjectsDialog", "Add Projects")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.filesSelected.connect(lambda names: self.add_files([Path(name) for name in names]))
        dialog.open()

    def add_files(self, paths: list[Path]) -> None:
        """Add the flows of project files, which are read in the background."""
        for path in paths[:MAX_ENTRANTS]:
            take = partial(self._add_project, entrant_name(path.stem))
            self._worker.ask(str(path), partial(load_project, path), take)

    def _add_project(self, name: str, project: Project) -> None:
        self._change("projects")((*self._choice.value.projects, (name, project)))


def _preset_list() -> QListWidget:
    presets = named(
        QListWidget(),
        "comparisonPresets",
        "What to compare",
        description="Prepared comparisons, each of which shows the effect of one setting",
    )
    for title, sentence in ENTRIES.values():
        item = QListWidgetItem(title)
        item.setToolTip(sentence)
        presets.addItem(item)
    height = presets.sizeHintForRow(0) * min(presets.count(), MAX_ROWS) + 2 * presets.frameWidth()
    presets.setFixedHeight(height)
    return presets
