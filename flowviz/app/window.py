"""The main window: panels, menus and keys."""

from collections.abc import Callable
from functools import partial
from typing import TypeVar

from PyQt6.QtCore import QEvent, QObject, Qt
from PyQt6.QtGui import QAction, QActionGroup, QCloseEvent, QGuiApplication, QKeySequence
from PyQt6.QtWidgets import (
    QApplication,
    QFrame,
    QGroupBox,
    QMainWindow,
    QMenu,
    QMessageBox,
    QPushButton,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

import flowviz
from flowviz.app.cloud_view import CloudView
from flowviz.app.export_dialog import ExportDialog
from flowviz.app.figures import Figures
from flowviz.app.flow_panel import FlowPanel
from flowviz.app.loss_plot import LossPlot
from flowviz.app.run_controls import RunControls
from flowviz.app.scrubber import Scrubber
from flowviz.app.session import Panels, Session
from flowviz.app.target_panel import TargetPanel
from flowviz.app.theme import THEMES, palette, system_theme
from flowviz.specs.view import Palette, Theme

PALETTES: dict[str, Palette] = {"Color-Blind &Safe": "safe", "&Plain, as in the Post": "plain"}
SIDE_WIDTH, SIDE_LEAST_WIDTH = 340, 320
ZOOM_STEP = 1.25
Choice = TypeVar("Choice")
ABOUT = """<b>flowviz {version}</b><p>Type a word, watch a normalizing flow learn to bend a Gaussian cloud into it, and
scrub through its layers to see how.</p><p>After Brad Saund's post on normalizing flows. Free software under the
GNU General Public License, version 3 or later.</p>"""


class MainWindow(QMainWindow):
    """Target, run and losses to the left; the cloud and its scrubber to the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("flowviz")
        self.resize(1280, 800)
        self.setMinimumSize(800, 640)
        panels = Panels(TargetPanel(), FlowPanel(), RunControls(), LossPlot(), Figures(), CloudView(), Scrubber())
        self.setCentralWidget(_laid_out(panels))
        self._panels = panels
        self._theme: Theme | None = None  # as the system
        self.session = Session(panels, self)
        self._make_menus()
        self._follow_theme()

    def export_frames(self) -> None:
        """Ask where to, and write one PNG a stage."""
        session, view = self.session, self._panels.cloud.view
        dialog = ExportDialog(session.trace, view, session.trained_text, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: self._panels.controls.set_notice(f"Frames written to {dialog.folder()}."))
        dialog.open()

    def _make_menus(self) -> None:
        session = self.session
        file = self._menu("&File")
        export = self._action(file, "&Export Frames…", "Ctrl+E", self.export_frames)
        export.setObjectName("exportFramesAction")
        file.addSeparator()
        self._action(file, "&Quit", QKeySequence.StandardKey.Quit, self.close)

        training = self._menu("&Train")
        for title, key, button in (
            ("&Train", "Ctrl+Return", self._panels.controls.train_button),
            ("&Pause or Resume", "Ctrl+P", self._panels.controls.pause_button),
            ("&Stop and Keep", "Ctrl+.", self._panels.controls.stop_button),
        ):
            action = self._action(training, title, key, button.click)
            action.setEnabled(button.isEnabled())
            self._panels.controls.button_changed.connect(partial(_follow, action, button))

        layers = self._menu("&Layers")
        self._action(layers, "&Play or Stop Playing", "Ctrl+Space", session.toggle_playing)
        self._action(layers, "&Next", "Alt+Right", lambda: session.step_stage(1))
        self._action(layers, "P&revious", "Alt+Left", lambda: session.step_stage(-1))
        self._action(layers, "&First: the Base", "Alt+Home", lambda: session.step_stage(-session.trace.last_stage))
        self._action(layers, "&Last: the Target", "Alt+End", lambda: session.step_stage(session.trace.last_stage))

        view = self._menu("&View")
        self._action(view, "Zoom &In", QKeySequence.StandardKey.ZoomIn, lambda: self._panels.cloud.zoom(1 / ZOOM_STEP))
        self._action(view, "Zoom &Out", QKeySequence.StandardKey.ZoomOut, lambda: self._panels.cloud.zoom(ZOOM_STEP))
        self._action(view, "&Fit the Cloud", "Ctrl+0", session.fit)
        self._choices(view, "&Colors", PALETTES, session.set_palette)
        self._choices(view, "&Theme", THEMES, self._choose_theme)

        self._action(self._menu("&Help"), "&About flowviz", None, self._show_about)

    def _menu(self, title: str) -> QMenu:
        bar = self.menuBar()
        assert bar is not None
        menu = bar.addMenu(title)
        assert menu is not None
        return menu

    def _action(
        self, menu: QMenu, title: str, key: str | QKeySequence.StandardKey | None, run: Callable[[], object]
    ) -> QAction:
        action = QAction(title, self)
        if key is not None:
            action.setShortcut(QKeySequence(key))
        action.triggered.connect(lambda: run())
        menu.addAction(action)
        return action

    def _choices(self, menu: QMenu, title: str, choices: dict[str, Choice], choose: Callable[[Choice], None]) -> None:
        submenu = menu.addMenu(title)
        assert submenu is not None
        group = QActionGroup(self)
        for name, value in choices.items():
            action = self._action(submenu, name, None, partial(choose, value))
            action.setCheckable(True)
            group.addAction(action)
        group.actions()[0].setChecked(True)

    def _follow_theme(self) -> None:
        hints = QGuiApplication.styleHints()
        assert hints is not None
        hints.colorSchemeChanged.connect(self._apply_theme)
        self._apply_theme()

    def _choose_theme(self, theme: Theme | None) -> None:
        self._theme = theme
        self._apply_theme()

    def _apply_theme(self) -> None:
        theme = self._theme or system_theme()
        QApplication.setPalette(palette(theme))
        self.session.set_theme(theme)

    def _show_about(self) -> None:
        QMessageBox.about(self, "About flowviz", ABOUT.format(version=flowviz.__version__))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        self.hide()
        self.session.shut_down()
        super().closeEvent(event)


def _follow(action: QAction, button: QPushButton, changed: QPushButton) -> None:
    if changed is button:
        action.setEnabled(button.isEnabled())


def _laid_out(panels: Panels) -> QWidget:
    side = QWidget()
    column = QVBoxLayout(side)
    column.addWidget(_group("Target", panels.target))
    column.addWidget(_group("Flow", panels.flow))
    column.addWidget(_group("Training", panels.controls))
    column.addWidget(_group("Loss", panels.losses, panels.figures), stretch=1)
    scrolled = SideArea()
    scrolled.setWidget(side)

    stage = QWidget()
    picture = QVBoxLayout(stage)
    picture.addWidget(panels.cloud, stretch=1)
    picture.addWidget(panels.scrubber)

    splitter = QSplitter(Qt.Orientation.Horizontal)
    splitter.addWidget(scrolled)
    splitter.addWidget(stage)
    splitter.setStretchFactor(1, 1)
    splitter.setChildrenCollapsible(False)
    splitter.setSizes([SIDE_WIDTH, 1280 - SIDE_WIDTH])
    return splitter


def _group(title: str, *widgets: QWidget) -> QGroupBox:
    group = QGroupBox(title)
    layout = QVBoxLayout(group)
    for widget in widgets:
        layout.addWidget(widget)
    return group


class SideArea(QScrollArea):
    """Scrolls up and down where the window is too low for all panels; it is as wide as they need."""

    def __init__(self) -> None:
        super().__init__()
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(SIDE_LEAST_WIDTH)

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:
        side, bar = self.widget(), self.verticalScrollBar()
        if side is watched and event is not None and event.type() == QEvent.Type.LayoutRequest:
            assert side is not None
            assert bar is not None
            self.setMinimumWidth(max(SIDE_LEAST_WIDTH, side.minimumSizeHint().width() + bar.sizeHint().width()))
        return super().eventFilter(watched, event)
