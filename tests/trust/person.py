"""Someone who tries everything in the window, quickly and in no good order."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from PyQt6.QtCore import QPoint, QPointF, Qt
from PyQt6.QtGui import QAction, QWheelEvent
from PyQt6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QPlainTextEdit,
    QPushButton,
    QSlider,
    QSpinBox,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from flowviz.app.commands.catalog import commands_of
from flowviz.app.commands.history import MAX_EDITS
from flowviz.app.export.dialog import ExportDialog
from flowviz.app.main_window import MainWindow
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.projects import Plan
from flowviz.projects.gallery import example
from flowviz.specs import FlowSpec, TrainingSpec

TEXTS = ("BRAD", "Hi", "flow", "two\nlines", "♥", "", "Ωmega", "0123456789")
KINDS = ("text", "text", "text", "shape", "drawing")
EXAMPLES = (example("brad"), example("two_moons"))
# Few, as TensorFlow keeps what it compiles, for good; all that one comes by without choosing sizes.
FLOWS = (FlowSpec(), *(each.project().flow for each in EXAMPLES), FlowSpec(family="nice", layers=2))
EXPORTS = (("view", "png"), ("view", "png"), ("animation", "gif"), ("losses", "csv"))
LEFT_ALONE = ("quitAction", "showlogAction")  # the first ends the test, the second starts another program
MAX_PATIENCE = 200  # times that a dialog is come back to


class Person:
    """Does one thing at a time, chosen by `random`; its files go to `folder`."""

    def __init__(self, window: MainWindow, folder: Path, random: Random) -> None:
        self._window, self._folder, self._random = window, folder, random
        self._is_acting = False  # a dialog with an event loop of its own may call within a call
        self._patience = MAX_PATIENCE
        self.steps = 0
        self.latest = ""  # for the log
        self._habits: dict[Callable[[], None], int] = {
            self._type: 6, self._choose_kind: 2, self._draw: 2, self._choose_flow: 3, self._train: 3, self._press: 4,
            self._follow: 2, self._scrub: 8, self._look_back: 3, self._zoom: 5, self._drag: 6, self._point: 4,
            self._choose_in_bar: 4, self._resize: 1, self._save: 1, self._open_example: 1, self._export: 1,
            self._choose_command: 12,
        }  # fmt: skip

    def act(self) -> None:
        """Do one thing, or go on with the dialog that is open."""
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            self._answer(dialog)
        elif not self._is_acting:
            self._is_acting, self._patience = True, MAX_PATIENCE
            (habit,) = self._random.choices(list(self._habits), list(self._habits.values()))
            self.steps += 1
            self.latest = habit.__name__
            habit()
            self._is_acting = False

    def train(self, flow: FlowSpec) -> None:
        """Train this flow, whatever was done before."""
        self._show_flow(flow)
        self._train()

    def draw_much(self) -> None:
        """Until no more strokes can be undone."""
        for _ in range(MAX_EDITS):
            self._draw()

    def stop(self) -> None:
        """End the training, if there is one."""
        self.find(QAction, "stopAction").trigger()

    def look_at_all(self) -> None:
        """See all that can be seen of the flow that is shown."""
        for name in ("densityAction", "gridAction", "pathsAction"):
            self.find(QAction, name).setChecked(True)
        box = self.find(ChoiceBox, "directionBox")
        box.setCurrentIndex(1 - box.currentIndex())

    def find(self, kind: type[Any], name: str) -> Any:
        """The one object of that name."""
        (found,) = self._window.findChildren(kind, name)
        return found

    def _type(self) -> None:
        box = self.find(QPlainTextEdit, "targetText")
        if box.isVisible():
            box.setPlainText(self._random.choice(TEXTS))

    def _choose_kind(self) -> None:
        self.find(QToolButton, f"{self._random.choice(KINDS)}Source").click()

    def _draw(self) -> None:
        self.find(QToolButton, "drawingSource").click()
        self._drag_over(self.find(QWidget, "canvas"))

    def _choose_flow(self) -> None:
        self._show_flow(self._random.choice(FLOWS))

    def _show_flow(self, flow: FlowSpec) -> None:
        request = self._window.request
        request.show_plan(Plan(request.plan.target, flow, TrainingSpec(steps=1)))

    def _train(self) -> None:
        self.find(QComboBox, "budgetUnit").setCurrentText("seconds")
        self.find(QSpinBox, "budgetAmount").setValue(self._random.choice((2, 10, 60)))
        self.find(QToolButton, "trainButton").click()

    def _press(self) -> None:
        self.find(QAction, self._random.choice(("pauseAction", "pauseAction", "stopAction"))).trigger()

    def _follow(self) -> None:
        self.find(QCheckBox, "followBox").toggle()

    def _scrub(self) -> None:
        slider = self.find(QSlider, "layerScrubber")
        slider.setValue(self._random.randint(0, slider.maximum()))

    def _look_back(self) -> None:
        slider = self.find(QSlider, "historyScrubber")
        slider.setValue(self._random.randint(0, slider.maximum()))

    def _zoom(self) -> None:
        view = self._cloud()
        place = QPointF(self._place_on(view))
        notch = QPoint(0, self._random.choice((-120, 120)))
        no_button, no_key = Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier
        event = QWheelEvent(
            place, view.mapToGlobal(place), QPoint(), notch, no_button, no_key, Qt.ScrollPhase.NoScrollPhase, False
        )
        QApplication.sendEvent(view, event)

    def _drag(self) -> None:
        tool = self._random.choice(("moveTool", "rectangleTool", "lassoTool", "probeTool"))
        self.find(QAction, tool).trigger()
        self._drag_over(self._cloud())

    def _point(self) -> None:
        view = self._cloud()
        QtBot.mouseMove(view, self._place_on(view))
        QtBot.mouseClick(view, Qt.MouseButton.LeftButton, pos=self._place_on(view))

    def _choose_in_bar(self) -> None:
        box = self.find(ChoiceBox, self._random.choice(("directionBox", "colorBox")))
        box.setCurrentIndex(self._random.randrange(box.count()))

    def _resize(self) -> None:
        self._window.resize(self._random.randint(1024, 1600), self._random.randint(700, 1000))

    def _save(self) -> None:
        self.find(QAction, "saveAction").trigger()

    def _open_example(self) -> None:
        self._window.document_actions.open_copy(self._random.choice(EXAMPLES).path)

    def _export(self) -> None:
        self._window.export()

    def _choose_command(self) -> None:
        """Whatever stands in the menus, undo and redo among it."""
        bar = self._window.menuBar()
        assert bar is not None
        commands = [command.action for command in commands_of(bar)]
        action = self._random.choice([it for it in commands if it.isEnabled() and it.objectName() not in LEFT_ALONE])
        self.latest = f"{self.latest} {action.text()}"
        action.trigger()

    def _cloud(self) -> QWidget:
        viewport: QWidget = self._window._viewing.cloud.canvas.content().viewport()
        return viewport

    def _place_on(self, widget: QWidget) -> QPoint:
        return QPoint(self._random.randrange(max(widget.width(), 1)), self._random.randrange(max(widget.height(), 1)))

    def _drag_over(self, widget: QWidget) -> None:
        QtBot.mousePress(widget, Qt.MouseButton.LeftButton, pos=self._place_on(widget))
        for _ in range(4):
            QtBot.mouseMove(widget, self._place_on(widget))
        QtBot.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=self._place_on(widget))

    def _answer(self, dialog: QWidget) -> None:
        """Bring a dialog one step further; in the end, leave it."""
        self._patience -= 1
        self.latest = f"{type(dialog).__name__} {dialog.objectName()}"
        if isinstance(dialog, ExportDialog):
            self._go_on_exporting(dialog)
        elif isinstance(dialog, QFileDialog):
            self._choose_file(dialog)
        elif isinstance(dialog, QMessageBox):
            self._random.choice(dialog.buttons()).click()
        else:
            dialog.close()

    def _go_on_exporting(self, dialog: ExportDialog) -> None:
        if dialog.is_running and self._patience > 0:
            return
        if dialog.is_running or self._patience < MAX_PATIENCE - 3:
            dialog.close()
            return
        what, form = self._random.choice(EXPORTS)
        for name, value in (("exportWhat", what), ("exportFormat", form)):
            box = dialog.findChildren(ChoiceBox, name)[0]
            if box.findData(value) >= 0:  # a comparison offers less
                box.choose(value)
        for name in ("exportWidth", "exportHeight"):
            dialog.findChildren(QSpinBox, name)[0].setValue(160)
        dialog.findChildren(QLineEdit, "exportPath")[0].setText(str(self._folder / f"{self.steps}.{form}"))
        dialog.findChildren(QPushButton, "exportButton")[0].click()

    def _choose_file(self, dialog: QFileDialog) -> None:
        saved = sorted(self._folder.glob("*.flowviz"))
        if dialog.objectName() == "saveDialog":
            dialog.fileSelected.emit(str(self._folder / f"{self._random.randrange(4)}.flowviz"))
        elif dialog.objectName() == "openDialog" and saved:
            dialog.fileSelected.emit(str(self._random.choice(saved)))
        dialog.reject()
