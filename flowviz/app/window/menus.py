"""What is in the menus, and its keys: one function a menu."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMainWindow, QMenu, QPushButton

from flowviz.app.commands.actions import Key, add_action, add_choices, add_submenu, add_toggle
from flowviz.app.document.actions import DocumentActions
from flowviz.app.style.appearance import TEXT_SIZES, Appearance
from flowviz.app.style.theme import THEMES
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.viewer.history_bar import HistoryBar
from flowviz.app.viewer.playback_bar import PlaybackBar
from flowviz.app.viewer.stage_slider import StageSlider
from flowviz.app.viewer.view_bar import ViewBar
from flowviz.app.viewer.viewer import Viewer
from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.app.welcome.welcome import Welcome
from flowviz.app.window.bug_report import BugReport
from flowviz.app.window.panel_layout import PanelLayout
from flowviz.app.window.recent_menu import RecentMenu
from flowviz.exporting.repeat import TrainingCopy, train_command, train_python
from flowviz.specs.view import Palette

PALETTES: dict[str, Palette] = {"Color-Blind &Safe": "safe", "&Plain, as in the Post": "plain"}
ZOOM_STEP = 1.25
LARGEST_FLOW = 1000  # more stages than any flow has
STEPS = (
    ("&Next", "Alt+Right", 1, "Go on to the stage after this layer"),
    ("P&revious", "Alt+Left", -1, "Go back to the stage before this layer"),
    ("&First: the Base", "Alt+Home", -LARGEST_FLOW, "Go to the Gaussian cloud that the flow begins with"),
    ("&Last: the Target", "Alt+End", LARGEST_FLOW, "Go to the cloud that all layers together make"),
)
PLAYING = (
    (
        "&Once, Loop or Ping-Pong",
        "Ctrl+L",
        "repeat",
        "Choose what playing does at the end: stop, begin again, or turn round",
    ),
    ("For&ward or Backward", "Ctrl+R", "heading", "Turn the way that is played"),
    ("S&mooth or Steady", "Ctrl+M", "easing", "Let the motion rest at each stage, or go on evenly"),
    (
        "Layers, Training or &Both",
        "Ctrl+T",
        "through",
        "Choose what is played: the layers, the training, or one after the other",
    ),
)


def new_menu(window: QMainWindow, title: str) -> QMenu:
    """An empty menu of a window, to the right of the others."""
    bar = window.menuBar()
    assert bar is not None
    menu = bar.addMenu(title)
    assert menu is not None
    menu.setToolTipsVisible(True)
    return menu


def fill_source_entries(menu: QMenu, panel: TargetPanel, show_gallery: Callable[[], None]) -> None:
    """The part of the File menu that brings in what is to be learned."""
    add_action(menu, "&Gallery…", "Ctrl+G", show_gallery, "Look at flows that were trained before")
    menu.addSeparator()
    add_action(menu, "Open &Image…", None, panel.image.choose_file, "Learn the dark parts of a picture")
    add_action(menu, "Open P&oints…", None, panel.points.choose_file, "Learn the points of a table")
    menu.addSeparator()


def fill_export_entries(menu: QMenu, export: Callable[[], None], copy_image: Callable[[], None]) -> None:
    """The part of the File menu that takes pictures away."""
    add_action(menu, "&Export…", "Ctrl+E", export, "Write pictures, an animation or the numbers of what is seen")
    add_action(
        menu, "&Copy Image", "Ctrl+Shift+C", copy_image, "Put the picture of the cloud on the clipboard"
    ).setObjectName("copyImageAction")
    menu.addSeparator()


def fill_selection_menu(menu: QMenu, bar: ViewBar) -> None:
    """What the mouse does, and what is selected."""
    menu.addActions(list(bar.tool_actions.values()))
    menu.addSeparator()
    menu.addActions([bar.invert_action, bar.clear_action])


def fill_view_menu(
    menu: QMenu, show: ViewerWidgets, viewer: Viewer, layout: PanelLayout, appearance: Appearance
) -> None:
    """What is drawn, how near, in what colors; and which panels are there."""
    menu.addActions([*show.bar.mark_actions.values(), show.bar.beside_action, show.bar.overview_action])
    menu.addSeparator()
    add_action(menu, "Zoom &In", Key.ZoomIn, lambda: show.cloud.zoom(1 / ZOOM_STEP), "Look from nearer")
    add_action(menu, "Zoom &Out", Key.ZoomOut, lambda: show.cloud.zoom(ZOOM_STEP), "Look from farther away")
    menu.addActions([show.bar.fit_action, show.bar.fit_stage_action])
    menu.addSeparator()
    layout.fill_menu(add_submenu(menu, "Pa&nels"))
    add_action(menu, "&Reset Layout", None, layout.reset, "Put all panels where they were at first")
    menu.addSeparator()
    add_toggle(
        menu, "E&xplanations", "Ctrl+H", show.inspector.show_words, "Explain each layer and each view in a few words"
    )
    palettes = add_choices(
        menu,
        "&Colors",
        PALETTES,
        lambda palette: viewer.choose_view(palette=palette),
        "Color the particles with these colors",
    )
    menu.aboutToShow.connect(lambda: palettes[show.cloud.view.palette].setChecked(True))  # a file may have another
    fill_appearance_entries(menu, appearance)


def fill_appearance_entries(menu: QMenu, appearance: Appearance) -> None:
    """The part of the View menu that is about the window itself."""
    tip = "Show the window and its pictures in this theme"
    themes = add_choices(menu, "T&heme", THEMES, appearance.choose_theme, tip)
    themes[appearance.chosen_theme].setChecked(True)
    appearance.theme_changed.connect(lambda: themes[appearance.chosen_theme].setChecked(True))
    tip = "Let the words of the window be so large, beside those of other programs"
    sizes = add_choices(menu, "Text Si&ze", TEXT_SIZES, appearance.choose_text_size, tip)
    sizes[appearance.text_size].setChecked(True)
    tip = "Go from stage to stage at once, and let nothing move that need not"
    add_toggle(menu, "Reduce &Motion", None, appearance.reduce_motion, tip, checked=appearance.is_motion_reduced)


def fill_training_menu(
    menu: QMenu, controls: TrainingControls, history: HistoryBar, copy: Callable[[str, TrainingCopy], None]
) -> None:
    """Training, its moments, and how to repeat it elsewhere."""
    _fill_run_entries(menu, controls)
    menu.addSeparator()
    add_action(
        menu,
        "&Earlier",
        "Alt+Down",
        lambda: history.step(-1),
        "Look at the flow at the moment of its training before this one",
    )
    add_action(
        menu,
        "&Later",
        "Alt+Up",
        lambda: history.step(1),
        "Look at the flow at the moment of its training after this one",
    )
    add_action(menu, "&Live", "Alt+PgUp", history.follow, "Look at the latest moment, and go along with the training")
    menu.addSeparator()
    for name, repeated, tip in (
        ("command", train_command, "Copy the line that repeats this training in a terminal"),
        ("Python", train_python, "Copy the code that repeats this training in Python"),
    ):
        action = add_action(menu, f"Copy as {name.capitalize()}", None, partial(copy, name, repeated), tip)
        action.setObjectName(f"{name}TrainingAction")


def _fill_run_entries(menu: QMenu, controls: TrainingControls) -> None:
    for title, key, button, tip in (
        ("&Train", "Ctrl+Return", controls.train_button, "Train a flow on this target, from the beginning"),
        ("&Pause or Resume", "Ctrl+P", controls.pause_button, "Hold the training, or go on with it"),
        ("&Stop and Keep", "Ctrl+.", controls.stop_button, "End the training, and keep what was learned"),
    ):
        action = add_action(menu, title, key, button.click, tip)
        action.setEnabled(button.isEnabled())
        controls.button_changed.connect(partial(_follow, action, button))


def fill_layers_menu(
    menu: QMenu, scrubber: StageSlider, playback: PlaybackBar, toggle_playing: Callable[[], None]
) -> None:
    """The way through the stages."""
    for title, key, stages, tip in STEPS:
        add_action(menu, title, key, partial(scrubber.step, stages), tip)
    menu.addSeparator()
    add_action(
        menu,
        "&Play or Stop Playing",
        "Ctrl+Space",
        toggle_playing,
        "Let the cloud move through the layers, or the training, by itself",
    )
    add_action(
        menu,
        "Fas&ter",
        "Ctrl+]",
        lambda: playback.choose_next("speed", 1, around=False),
        "Play at the next higher speed",
    )
    add_action(
        menu,
        "&Slower",
        "Ctrl+[",
        lambda: playback.choose_next("speed", -1, around=False),
        "Play at the next lower speed",
    )
    for title, key, name, tip in PLAYING:
        add_action(menu, title, key, partial(playback.choose_next, name), tip)


def fill_start_entries(menu: QMenu, start: Welcome) -> None:
    """The part of the Help menu for those who are new."""
    add_action(menu, "&Start Page", None, start.show, "Show the start page: a word, recent projects, the gallery")
    add_action(menu, "&Take the Tour", None, start.take_tour, "See in a minute what is where in the window")
    menu.addSeparator()


def fill_help_menu(
    menu: QMenu,
    show_shortcuts: Callable[[], None],
    find_command: Callable[[], None],
    report: BugReport,
    show_about: Callable[[], None],
) -> None:
    """What the program can do, and what it is."""
    tip = "List every command with its key; stays open beside the window"
    add_action(menu, "&Keyboard Shortcuts", "F1", show_shortcuts, tip).setObjectName("shortcutsAction")
    add_action(menu, "&Find a Command…", "Ctrl+K", find_command, "Type a few letters of a command, and run it")
    menu.addSeparator()
    add_action(menu, "Show &Log", None, report.show_log, "Open the file in which the program notes what went wrong")
    tip = "Put the versions and the devices on the clipboard, and nothing personal"
    add_action(menu, "&Copy Details for a Bug Report", None, report.copy_details, tip)
    menu.addSeparator()
    add_action(menu, "&About flowviz", None, show_about, "Which version this is, and where it comes from")


def _follow(action: QAction, button: QPushButton, changed: QPushButton) -> None:
    if changed is button:
        action.setEnabled(button.isEnabled())


SAVE_AS_KEY = "Ctrl+Shift+S"  # the standard one is none on some systems


class FileMenu:
    """The entries for the document, at the top of a menu."""

    def __init__(self, menu: QMenu, document_actions: DocumentActions) -> None:
        self._document_actions = document_actions
        add_action(menu, "&New", Key.New, document_actions.new, "Begin with nothing trained")
        add_action(menu, "&Open…", Key.Open, document_actions.choose, "Open a project from its file")
        recent = add_submenu(menu, "Open &Recent")
        recent.setObjectName("recentMenu")
        self._recent = RecentMenu(recent, document_actions.recent, document_actions.open)
        menu.addSeparator()
        add_action(menu, "&Save", Key.Save, document_actions.save, "Write the project to its file")
        add_action(menu, "Save &As…", SAVE_AS_KEY, document_actions.save_as, "Write the project to another file")
        self._revert = add_action(menu, "Re&vert", None, document_actions.revert, "Go back to what the file holds")
        menu.addSeparator()
        document_actions.document.state_changed.connect(self._look)
        self._look()

    def _look(self) -> None:
        document = self._document_actions.document
        self._revert.setEnabled(document.path is not None and document.is_changed)
