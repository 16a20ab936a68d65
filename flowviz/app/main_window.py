"""The main window: assembles the widgets, the controllers and the menus."""

from functools import partial

from PyQt6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QGuiApplication, QKeySequence
from PyQt6.QtWidgets import QMainWindow, QStackedWidget

from flowviz.app.commands.actions import Key, add_submenu
from flowviz.app.commands.palette import ShortcutsFirst
from flowviz.app.desktop.existing import application, existing
from flowviz.app.desktop.notifications import DesktopNotifier, session_bus
from flowviz.app.document.actions import DocumentActions
from flowviz.app.document.autosave import Autosave
from flowviz.app.document.recent_files import RecentFiles
from flowviz.app.document.recovery import Owners, Recovery
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.export.exported_project import ExportedProject
from flowviz.app.export.exports import Exports
from flowviz.app.lessons.create import create_lessons
from flowviz.app.notices.notice_list import NoticeList, below_notices
from flowviz.app.notices.notifications import Notifications
from flowviz.app.pane.central_widget import CentralWidget
from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.stage_keys import add_stage_keys
from flowviz.app.pane.viewer import Viewer
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.edits import EditsState
from flowviz.app.state.request import Request, RequestState
from flowviz.app.state.view import ViewState
from flowviz.app.style.appearance import Appearance
from flowviz.app.style.theme import style_sheet
from flowviz.app.style.tokens import GAP
from flowviz.app.target.builder import TARGET, TargetBuilder
from flowviz.app.target.importer import SOURCE, TargetImporter
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.threads.worker import wait_for_work
from flowviz.app.training.commands import TrainingCommands
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.session import Session
from flowviz.app.training.status import OVERFITTING, TRAINING, TrainingStatus
from flowviz.app.training.warm_up import WarmUp
from flowviz.app.training.widgets import TrainingWidgets
from flowviz.app.welcome.welcome import Welcome
from flowviz.app.widgets.labels import shortened
from flowviz.app.widgets.motion import Dissolve
from flowviz.app.window.about import About
from flowviz.app.window.bug_report import BugReport
from flowviz.app.window.command_finder import CommandFinder
from flowviz.app.window.crash_handler import CrashHandler
from flowviz.app.window.edit_menu import EditMenu
from flowviz.app.window.editing import connect_editing
from flowviz.app.window.keyboard import FocusRings, order_tabs
from flowviz.app.window.lesson_dock import LessonDock
from flowviz.app.window.menus import (
    fill_file_menu,
    fill_help_menu,
    fill_layers_menu,
    fill_selection_menu,
    fill_training_menu,
    fill_view_menu,
    theme_switch,
)
from flowviz.app.window.pages import Pages
from flowviz.app.window.panel_layout import MIN_SIZE, PanelLayout
from flowviz.app.window.presentation import Presentation
from flowviz.app.window.presentation_bar import PresentationBar
from flowviz.app.workspace.comparisons import Comparisons
from flowviz.app.workspace.surroundings import Surroundings
from flowviz.projects import Comparison, Project
from flowviz.projects.drafts import Drafts, drafts_folder
from flowviz.specs.edits import Edits

MAX_TITLE = 60  # characters
CLOSING_PATIENCE_MS = 500  # lets threads end cleanly: a cancelled export deletes its unfinished file


class MainWindow(QMainWindow):
    """The cloud, the panels around it, and the menus."""

    def __init__(self) -> None:
        super().__init__()
        self.appearance = Appearance(self)
        self.appearance.apply()
        self.appearance.on_theme(lambda theme: self.setStyleSheet(style_sheet(theme)))
        self.setMinimumSize(MIN_SIZE)
        self.setAcceptDrops(True)
        self._may_close = self._closes_after_saving = False
        self.request, self.view, self.edits = RequestState(Request(), self), ViewState(self), EditsState(Edits(), self)
        self.layer_editor = LayerEditor(self.view, self.edits, self)
        self._create_widgets()
        self._create_controllers()
        self._create_menus()
        self._connect_keys()
        self._connect_appearance()
        self._connect_controllers()
        self._show_title()
        self._layout.restore()
        self._training.target.text.setFocus()
        self._training.target.text.box.selectAll()

    def _create_widgets(self) -> None:
        window_notices, self._recent = NoticeList("windowNotices"), RecentFiles()
        self.notifications = Notifications(window_notices, self)
        commands = TrainingCommands(
            self, train=lambda: self.comparisons.trainings.train(),
            train_all=lambda: self.comparisons.workbench.controller.train_all(),
            pause=lambda: self.comparisons.trainings.toggle_pause(), stop=lambda: self.comparisons.trainings.stop(),
            return_to_previous=lambda: self.comparisons.trainings.return_to_previous(),
        )  # fmt: skip
        self._training = TrainingWidgets(
            self.request, commands, lambda: self.target_importer, lambda: self.comparisons.trainings.learn(),
            lambda: self.comparisons.add_beside(),
        )  # fmt: skip
        self._viewing = ViewerWidgets(self.view, self.request, self.layer_editor)
        self.comparisons = Comparisons(
            self, self._viewing.cloud, self.view, self._recent, self.notifications.post,
            lambda is_shown: self._pages.prepare_comparison(is_shown),
        )  # fmt: skip
        self.motion = Dissolve(self)
        self._layout = PanelLayout(
            self, self._training, self._viewing.inspector, self._viewing.ledger,
            leave_page=lambda: self.welcome.leave(), leave_all=lambda: self._pages.leave_all(),
        )  # fmt: skip
        self._center = CentralWidget(self._viewing, self.comparisons.grid, commands.train.trigger)
        self._stack = QStackedWidget()  # central widget or start page
        self.setCentralWidget(below_notices(window_notices, self._stack, GAP))
        self._stack.addWidget(self._center)  # which shows it, so only now that it takes on the style of the window
        self.setStatusBar(self._training.status_bar)
        for topic in (SOURCE, TARGET):
            self.notifications.register(topic, self._training.target.notices, self._layout.target)
        for topic in (TRAINING, OVERFITTING):
            self.notifications.register(topic, self._training.controls.notices, self._layout.training)

    def _create_controllers(self) -> None:
        training, post = self._training, self.notifications.post
        self.viewer = Viewer(self._viewing, self.view, FlowQueries(self), self)
        self.viewer.queries.notice_posted.connect(post)
        self.target_builder = TargetBuilder(
            self.request, self, post=post, show_target=training.target.show_target,
            show_pictures=training.target.shape.show_pictures, show_base_warning=training.flow.show_base_warning,
        )  # fmt: skip
        self.target_importer = TargetImporter(training.target, self.request, self.comparisons.take_project, post)
        self._desktop = DesktopNotifier(self, session_bus())
        self.status = TrainingStatus(
            training.controls, training.loss_plot, training.metrics, training.status_bar,
            self._center.next_step.show_text, post, self._desktop.notify_end, self,
        )  # fmt: skip
        self.status.activity.observe(lambda activity: activity.running_percent, self._desktop.show_progress)
        runner = TrainingRunner(self)
        self.session = Session(
            self.request, self.view, self.layer_editor, self.target_builder, self.viewer, self.status, runner, self,
            show_hint=training.flow.show_hint, leave_comparison=self.comparisons.leave,
        )  # fmt: skip
        self.warm_up = WarmUp(self.request, self.session, self)
        comparison = self.comparisons.dialogs
        self.document_actions = DocumentActions(
            self.session, comparison, lambda: self.comparisons.is_shown, self.target_importer.open_file,
            lambda path: self.lessons.open(path), self._recent, post, self,
        )  # fmt: skip
        around = self.comparisons.around = Surroundings(
            self._center, training, self.request, self.view, self.edits, self.target_builder, self.session,
            self.viewer, runner, self.status, self.document_actions, post,
        )  # fmt: skip
        self._center.add_bar(self.comparisons.return_bar)
        project, drafts = self.document_actions.project, Drafts(drafts_folder())
        thread = LatestWorker(post, self.notifications.withdraw)
        self.autosave = Autosave(drafts, thread, project.document, post, self)
        other = Autosave(Drafts(drafts_folder()), thread, comparison.document, post, self)
        self.autosaves = self.autosave, other
        owners: Owners = {Project: (project, self.autosave), Comparison: (comparison, other)}
        self.recovery = Recovery(drafts, thread, owners, self)
        say = training.status_bar.show_message
        self.exports = Exports(self, say, post)
        self.lessons = create_lessons(
            self, self._stack, self._viewing.cloud, around, self.comparisons, self.exports,
            self._layout.open_panels, self._layout.show_beside,
            lambda: self._pages.show_cloud_alone(), lambda: self._presentation.give_way(),
        )  # fmt: skip
        self.crash_handler = CrashHandler([autosave.save for autosave in self.autosaves], post, self)
        self.by_hand = connect_editing(
            self, self.session, self.layer_editor, self.target_builder, self.document_actions, self._viewing,
            self.view, self._center, self._layout.inspector, training.status_bar, post,
        )  # fmt: skip
        self._report, self._about = BugReport(say, post), About(self, say)
        open_example = partial(self.document_actions.open_copy, then=self.viewer.playhead.play_once)
        self.welcome = Welcome(
            self, self._stack, training, self._viewing, self.request, self.target_builder, self.session,
            self.document_actions, show_lessons=self.lessons.show, build_by_hand=self.by_hand.choose,
            compare=partial(self.comparisons.choose, trains=True), open_example=open_example,
            release_panels=lambda: self._pages.release_panels(), set_panels_aside=self._layout.set_aside,
            put_panels_back=self._layout.put_back,
        )  # fmt: skip

    def _create_menus(self) -> None:
        training, viewing = self._training, self._viewing
        bar = existing(self.menuBar())
        fill_file_menu(
            add_submenu(bar, "&File"), self.document_actions, training.target, self.welcome, self.comparisons,
            export=self.export, export_flow=self.export_flow, copy_image=self.copy_image, close=self.close,
        )  # fmt: skip
        self._edit_menu = EditMenu(add_submenu(bar, "&Edit"), self.session.undo, self.target_importer, self)
        training.target.drawing.set_actions(self._edit_menu.undo, self._edit_menu.redo)
        fill_selection_menu(add_submenu(bar, "&Select"), viewing.view_bar)
        view = add_submenu(bar, "&View")
        fill_view_menu(view, viewing, self.view, self._layout, self.appearance, viewing.cloud.zoom)
        presentation_bar = PresentationBar(
            self.request, training.controls.commands, self.status.activity, self.viewer.playhead,
            lambda: self.comparisons.trainings.learn(), viewing.strip, lambda: self._presentation.leave(),
        )  # fmt: skip
        self._center.set_presentation_bar(presentation_bar)
        self._lesson_dock = LessonDock(self, self._layout, self.lessons)
        self._presentation = Presentation(self, self._center, view, self.appearance, self._lesson_dock)
        fill_training_menu(
            add_submenu(bar, "&Train"), training.controls, lambda: self.comparisons.trainings,
            viewing.history, lambda title, copy: self.exports.copy_training(title, copy, self._export_source()),
            self.warm_up, self.comparisons, self.by_hand.choose, self.layer_editor,
        )  # fmt: skip
        fill_layers_menu(
            add_submenu(bar, "&Layers"), self.view, viewing, self.viewer.playhead.toggle_playing,
            self.viewer.end_playback, self.layer_editor,
        )  # fmt: skip
        self.finder = CommandFinder(
            self, self.request, self.view, training.controls.commands.train, self.motion,
            self.welcome.leave, self._presentation.leave,
            training.flow, training.controls, viewing.view_bar, viewing.playback, viewing.integrator,
        )  # fmt: skip
        fill_help_menu(add_submenu(bar, "&Help"), self.welcome, self.lessons, self.finder, self._report, self._about)
        self.welcome.leave_for(self.finder.commands)

    def _connect_keys(self) -> None:
        app = application()
        line_keys = [QKeySequence("Ctrl+E"), QKeySequence("Ctrl+K")]  # editing keys on Linux and macOS
        text_keys = [key for action in (Key.Undo, Key.Redo, Key.Paste) for key in QKeySequence.keyBindings(action)]
        app.focusChanged.connect(ShortcutsFirst(line_keys + text_keys, self).watch)
        app.focusChanged.connect(FocusRings(self).watch)
        training, viewing = self._training, self._viewing
        for widget in (viewing.cloud, viewing.strip, viewing.slider.slider):
            add_stage_keys(widget, self.view, self.viewer.playhead.toggle_playing)
        for widget in (viewing.strip, viewing.slider.slider):
            viewing.cloud.add_pan_keys(widget)
        order_tabs(
            training.target, training.flow, training.controls, training.metrics, viewing.view_bar, viewing.tools,
            viewing.cloud, viewing.strip, viewing.slider, viewing.playback, viewing.integrator, viewing.history,
            viewing.inspector, viewing.ledger,
        )  # fmt: skip

    def _connect_appearance(self) -> None:
        appearance = self.appearance
        existing(self.menuBar()).setCornerWidget(theme_switch(appearance))
        appearance.on_theme(lambda theme: self.view.update_view(theme=theme))
        appearance.resizing_words.connect(self._layout.follow_content)
        for moving in (self.viewer, self._training.controls, self.motion):
            appearance.is_motion_reduced.watch(bool, moving.reduce_motion)

    def _connect_controllers(self) -> None:
        comparisons, actions = self.comparisons, self.document_actions
        actions.state_changed.connect(self._show_title)
        for changed in (actions.document.reading, actions.document.opened):
            changed.connect(self.target_importer.cancel)
        for each in actions.documents:
            each.failed.connect(self._stay_open)
            each.saves_ended.connect(self._close_after_saving)
        for sheet in (self._training.flow.sheet, self._training.target.text.sheet):
            sheet.opening.connect(self.motion.dissolve)
        self._pages = Pages(
            self._stack, self.welcome, comparisons, self.lessons, self._lesson_dock, self._presentation, self._layout,
            self.notifications, self.motion, self._viewing, self.view,
        )  # fmt: skip
        for shown in (self.session.started, actions.document.opened):
            shown.connect(self._pages.show_cloud)
        self.session.undo.view_restored.connect(self.welcome.leave)
        actions.document.opened.connect(lambda: comparisons.return_bar.show_entrant(""))
        comparisons.changed.connect(actions.state_changed)
        comparisons.changed.connect(lambda: self._edit_menu.serve(self.session.history))

    def discard_changes(self) -> None:
        """Treat all documents as saved, so that closing asks no question."""
        for document in self.document_actions.documents:
            document.discard_changes()

    def copy_image(self) -> None:
        """Copy the picture of the cloud, or those of a comparison, to the clipboard, and say so in the status bar."""
        self.welcome.leave()
        existing(QGuiApplication.clipboard()).setImage(self.comparisons.picture() or self._viewing.picture())
        self._training.status_bar.show_message("The picture was copied to the clipboard.")

    def export(self) -> None:
        """Open the dialog that exports the flow, or the comparison that is shown."""
        self.welcome.leave()
        self.exports.show(self.comparisons.export_source() if self.comparisons.is_shown else self._export_source())

    def export_flow(self) -> None:
        """Open the dialog that exports the selected flow of a comparison, or the only one."""
        self.welcome.leave()
        self.exports.show(self._export_source())

    def _show_title(self) -> None:
        shown = self.document_actions.shown.document
        self.setWindowTitle(f"{_fitting(shown.name)}[*] – flowviz")
        self.setWindowModified(shown.is_changed)

    def _close_now(self) -> None:
        self._may_close, self._closes_after_saving = True, False
        self.close()

    def _stay_open(self) -> None:
        """Forget that the window was to be closed, because a save has failed."""
        self._may_close = self._closes_after_saving = False

    def _close_after_saving(self) -> None:
        if self._closes_after_saving:
            self._closes_after_saving = False
            self.close()

    def _export_source(self) -> ExportedProject:
        """Return the project as `flowviz render` would load it from a file."""
        document, size = self.document_actions.document, self._viewing.cloud.size_in_pixels
        project, figure = self.session.shown.project().storable(), self.view.value.figure
        if self.comparisons.is_shown:
            return ExportedProject(self.comparisons.compared.value.selected, None, False, project, size, figure)
        is_saved = document.path is not None and not document.is_changed
        return ExportedProject(document.name, document.path, is_saved, project, size, figure)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        media = existing(existing(event).mimeData())
        if media.hasUrls() or media.hasImage() or media.hasText():
            existing(event).acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        self.target_importer.take_media(existing(existing(event).mimeData()))
        existing(event).acceptProposedAction()

    def closeEvent(self, event: QCloseEvent | None) -> None:
        documents = self.document_actions.documents
        if any(document.is_saving for document in documents):
            existing(event).ignore()
            self._may_close, self._closes_after_saving = False, True
            self._training.status_bar.show_message("The window closes when everything is saved.")
            return
        self.lessons.discard_changes()
        if not self._may_close and any(document.is_changed for document in documents):
            existing(event).ignore()
            self.document_actions.leave_all(self._close_now)
            return
        self.welcome.end_tour()
        self.comparisons.close()
        self._layout.give_back_room()
        self.lessons.close()
        if not self._presentation.is_on.value:
            self._layout.remember()
        self.hide()
        self.exports.close()
        self.warm_up.close()
        self.by_hand.close()
        self.session.shut_down()
        self.target_importer.close()
        for document in documents:
            document.close()
        for autosave in self.autosaves:
            autosave.close()
        wait_for_work(CLOSING_PATIENCE_MS)
        super().closeEvent(event)


def _fitting(title: str) -> str:
    """Return a title that fits, with "[*]" escaped, which Qt replaces in window titles."""
    return shortened(title, MAX_TITLE).replace("[*]", "[*][*]") or "Untitled"
