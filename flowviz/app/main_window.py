"""The main window: its panels, and what its menus are about."""

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QCloseEvent, QGuiApplication, QKeySequence
from PyQt6.QtWidgets import QApplication, QMainWindow, QMessageBox, QStackedWidget, QVBoxLayout, QWidget

import flowviz
from flowviz.app.commands.actions import Key, add_action
from flowviz.app.commands.catalog import Command, commands_of
from flowviz.app.commands.palette import CommandPalette, ShortcutsFirst, ShortcutSheet
from flowviz.app.desktop.notifications import EndNotification, TaskBar, session_bus
from flowviz.app.document.actions import DocumentActions
from flowviz.app.document.autosave import Autosave
from flowviz.app.document.recovery import Recovery
from flowviz.app.export.exports import Exports
from flowviz.app.export.source import ExportSource
from flowviz.app.notices.notice_list import NoticeList
from flowviz.app.notices.notifications import Notifications
from flowviz.app.session.session import Session
from flowviz.app.style.appearance import Appearance, ThemeSwitch
from flowviz.app.style.theme import style_sheet
from flowviz.app.target.builder import SOURCE, TargetBuilder
from flowviz.app.target.panel import TargetPanel
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.threads.worker import wait_for_work
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import FlowPanel
from flowviz.app.training.loss_plot import LossPlot
from flowviz.app.training.metrics import Metrics
from flowviz.app.training.status import TRAINING
from flowviz.app.training.status_bar import StatusBar
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.viewer.central_widget import MARGIN, CentralWidget
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.app.viewer.history_bar import HistoryBar
from flowviz.app.viewer.inspector import Inspector
from flowviz.app.viewer.playback_bar import PlaybackBar
from flowviz.app.viewer.readout import Readout
from flowviz.app.viewer.stage_slider import StageSlider
from flowviz.app.viewer.stage_strip import StageStrip
from flowviz.app.viewer.view_bar import ViewBar
from flowviz.app.viewer.viewer import Viewer
from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.app.welcome.gallery import GalleryDialog
from flowviz.app.welcome.welcome import Welcome
from flowviz.app.window.bug_report import BugReport
from flowviz.app.window.crash_handler import CrashHandler
from flowviz.app.window.drop_target import DropTarget
from flowviz.app.window.edit_menu import EditMenu
from flowviz.app.window.keyboard import FocusRings, order_tabs
from flowviz.app.window.menus import (
    FileMenu,
    fill_export_entries,
    fill_help_menu,
    fill_layers_menu,
    fill_selection_menu,
    fill_source_entries,
    fill_start_entries,
    fill_training_menu,
    fill_view_menu,
    new_menu,
)
from flowviz.app.window.panel_layout import LEAST_SIZE, PanelLayout
from flowviz.app.window.presentation import Presentation
from flowviz.exporting.repeat import TrainingCopy
from flowviz.projects.drafts import Drafts, drafts_folder

LONGEST_TITLE = 60  # characters
CLOSING_PATIENCE_MS = 500  # for what can be ended well: an export that is cancelled leaves no file
ABOUT = """<b>flowviz {version}</b><p>Type a word, watch a normalizing flow learn to bend a Gaussian cloud into it, and
scrub through its layers to see how.</p><p>After Brad Saund's post on normalizing flows. Free software under the
GNU General Public License, version 3 or later.</p>"""


class MainWindow(QMainWindow):
    """The cloud, the panels around it, and the menus."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumSize(LEAST_SIZE)
        self._training_widgets = TrainingWidgets(
            TargetPanel(), FlowPanel(), TrainingControls(), LossPlot(), Metrics(), StatusBar()
        )
        self._viewer_widgets = ViewerWidgets(
            ViewBar(), CloudView(), Readout(), StageStrip(), StageSlider(), PlaybackBar(), HistoryBar(), Inspector()
        )
        self._layout = PanelLayout(self, self._training_widgets, self._viewer_widgets.inspector)
        window_notices = NoticeList("windowNotices")
        self.notifications = Notifications(window_notices, self)
        self.notifications.register(SOURCE, self._training_widgets.target.notices, self._layout.target)
        self.notifications.register(TRAINING, self._training_widgets.controls.notices, self._layout.training)
        self._center = CentralWidget(self._viewer_widgets)
        self._place = QStackedWidget()  # of the cloud and the ways through it, or of the start page
        self._place.addWidget(self._center)
        self.setCentralWidget(_below(window_notices, self._place))
        self.setStatusBar(self._training_widgets.status)
        self.appearance = Appearance(self)
        self.viewer = Viewer(self._viewer_widgets, self)
        self.target_builder = TargetBuilder(self._training_widgets.target, self)
        self.session = Session(self._training_widgets, self.target_builder, self.viewer, self)
        self.document_actions = DocumentActions(self, self.session)
        drafts, thread, document = Drafts(drafts_folder()), LatestWorker(), self.document_actions.document
        self.autosave = Autosave(drafts, thread, self.session, document, self)
        self.recovery = Recovery(drafts, thread, document, self.autosave, self)
        self.crash_handler = CrashHandler(self.autosave, self)
        self._report = BugReport(self)
        self.welcome = Welcome(
            self, self._place, self._training_widgets, self._viewer_widgets, self.target_builder, self.session,
            self.document_actions, self._layout.inspector,
        )  # fmt: skip
        self._may_close = False
        self.exports = Exports(self)
        DropTarget(self, self.target_builder.take_media)
        self._make_menus()
        self._keep_keys()
        self._follow_appearance()
        for posts in (
            self.target_builder, self.session.status_report, self.document_actions, self.autosave, self.crash_handler,
            self.viewer, self._report, self.exports,
        ):  # fmt: skip
            posts.notice_posted.connect(self.notifications.post)
        thread.failed.connect(self.notifications.post)
        thread.succeeded.connect(self.notifications.withdraw)
        for done in (self._report.done, self.exports.done):
            done.connect(self._training_widgets.status.tell)
        bus = session_bus()
        self._task_bar, self._end_notice = TaskBar(bus), EndNotification(self, bus)
        self.session.status_report.progressed.connect(self._task_bar.show)
        self.session.status_report.ended.connect(self._end_notice.tell)
        self.document_actions.document.state_changed.connect(self._show_title)
        self.target_builder.project_arrived.connect(self.document_actions.open)
        self.document_actions.target_file_chosen.connect(self.target_builder.open_file)
        self._show_title()
        self._layout.restore()
        self._training_widgets.target.text.setFocus()

    def discard_changes(self) -> None:
        """What has changed is not worth keeping: closing asks nothing."""
        self.document_actions.document.discard_changes()

    def copy_image(self) -> None:
        """Put what is seen of the cloud on the clipboard, as a picture."""
        clipboard = QGuiApplication.clipboard()
        self.welcome.leave()
        if clipboard is not None:
            clipboard.setImage(self._viewer_widgets.cloud.picture())

    def export(self) -> None:
        """Ask what to take away, and write it."""
        self.welcome.leave()
        self.exports.show(self._export_source())

    def show_gallery(self) -> None:
        """Let one of the trained examples be chosen, and show it."""
        dialog = GalleryDialog(self._viewer_widgets.cloud.view.theme, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.example_chosen.connect(lambda example: self.document_actions.open_copy(example.path))
        dialog.open()

    def show_shortcuts(self) -> None:
        """List every command with its key, beside the window."""
        for sheet in self.findChildren(ShortcutSheet):
            sheet.close()  # the commands of now may be others
        sheet = ShortcutSheet(self._commands(), self)
        sheet.show()
        sheet.activateWindow()  # where no window manager does so

    def find_command(self) -> None:
        """Let a command be found by a few letters, and run."""
        CommandPalette(self._commands(), self).open()

    def _commands(self) -> list[Command]:
        bar = self.menuBar()
        assert bar is not None
        return commands_of(bar)

    def _make_menus(self) -> None:
        panels, show, playhead = self._training_widgets, self._viewer_widgets, self.viewer.playhead
        file = new_menu(self, "&File")
        self._file_menu = FileMenu(file, self.document_actions)
        fill_source_entries(file, panels.target, self.show_gallery)
        fill_export_entries(file, self.export, self.copy_image)
        add_action(file, "&Quit", Key.Quit, self.close, "Close the window; what is not saved is asked about")
        EditMenu(new_menu(self, "&Edit"), self.session.undo, self.target_builder, panels.target.drawing, self)
        fill_selection_menu(new_menu(self, "&Select"), show.bar)
        view = new_menu(self, "&View")
        fill_view_menu(view, show, self.viewer, self._layout, self.appearance)
        self._presentation = Presentation(self, self._center, view)
        self._presentation.entered.connect(self.welcome.leave)
        self._presentation.entered.connect(self.welcome.end_tour)
        for entered in (self.welcome.entered, self._layout.resetting):
            entered.connect(self._presentation.give_way)
        self._presentation.entered.connect(self._layout.remember)
        self._presentation.entered.connect(lambda: self.notifications.set_aside(True))
        self._presentation.left.connect(lambda: self.notifications.set_aside(False))
        fill_training_menu(new_menu(self, "&Train"), panels.controls, show.history, self._copy_training)
        fill_layers_menu(new_menu(self, "&Layers"), show.scrubber, show.playback, playhead.toggle_playing)
        help_menu = new_menu(self, "&Help")
        fill_start_entries(help_menu, self.welcome)
        fill_help_menu(help_menu, self.show_shortcuts, self.find_command, self._report, self._show_about)
        self._show_theme_switch()
        self.welcome.leave_for(self._commands())

    def _show_theme_switch(self) -> None:
        bar, switch = self.menuBar(), ThemeSwitch()
        assert bar is not None
        bar.setCornerWidget(switch)
        switch.clicked.connect(lambda: self.appearance.switch_theme())
        self.appearance.theme_changed.connect(switch.show_theme)

    def _keep_keys(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        in_lines = [QKeySequence("Ctrl+E"), QKeySequence("Ctrl+K")]  # on Linux and macOS: to its end, erase up to there
        in_texts = [key for done in (Key.Undo, Key.Redo, Key.Paste) for key in QKeySequence.keyBindings(done)]
        app.focusChanged.connect(ShortcutsFirst(in_lines + in_texts, self).watch)
        app.focusChanged.connect(FocusRings(self).watch)
        panels, show = self._training_widgets, self._viewer_widgets
        order_tabs(
            panels.target, panels.flow, panels.controls, show.bar, show.cloud,
            show.strip, show.scrubber, show.playback, show.history, show.inspector,
        )  # fmt: skip

    def _follow_appearance(self) -> None:
        self.appearance.theme_changed.connect(lambda theme: self.setStyleSheet(style_sheet(theme)))
        self.appearance.theme_changed.connect(self.session.set_theme)
        self.appearance.theme_changed.connect(self.welcome.set_theme)
        self.appearance.resizing_words.connect(self._layout.follow_words)
        self.appearance.motion_changed.connect(self.viewer.reduce_motion)
        self.appearance.motion_changed.connect(self._training_widgets.controls.reduce_motion)
        self.appearance.apply()

    def _show_title(self) -> None:
        document = self.document_actions.document
        self.setWindowTitle(f"{_shortened(document.name)}[*] – flowviz")
        self.setWindowModified(document.is_changed)

    def _close_now(self) -> None:
        self._may_close = True
        self.close()

    def _export_source(self) -> ExportSource:
        """The project as `flowviz render` finds it in its file."""
        document, size = self.document_actions.document, self._viewer_widgets.cloud.size_in_pixels
        is_saved = document.path is not None and not document.is_changed
        return ExportSource(self.session.project().storable(), document.name, document.path, is_saved, size)

    def _copy_training(self, title: str, repeated: TrainingCopy) -> None:
        self.exports.copy_training(title, repeated, self._export_source())

    def _show_about(self) -> None:
        QMessageBox.about(self, "About flowviz", ABOUT.format(version=flowviz.__version__))

    def closeEvent(self, event: QCloseEvent | None) -> None:
        if not self._may_close and self.document_actions.document.is_changed:
            assert event is not None
            event.ignore()
            self.document_actions.leave(self._close_now)
            return
        self.welcome.close()
        if not self._presentation.is_on:
            self._layout.remember()
        self.hide()
        self.exports.close()
        self.session.shut_down()
        self.document_actions.close()
        self.autosave.close()
        wait_for_work(CLOSING_PATIENCE_MS)
        super().closeEvent(event)


def _shortened(title: str) -> str:
    """Long texts are cut; "[*]" has a meaning in the title of a window."""
    shown = title if len(title) <= LONGEST_TITLE else f"{title[: LONGEST_TITLE - 1]}…"
    return shown.replace("[*]", "[*][*]") or "Untitled"


def _below(notices: NoticeList, place: QWidget) -> QWidget:
    notices.setContentsMargins(MARGIN, MARGIN, MARGIN, 0)
    middle = QWidget()
    column = QVBoxLayout(middle)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(notices)
    column.addWidget(place, stretch=1)
    return middle
