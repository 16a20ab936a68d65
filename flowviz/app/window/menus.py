"""The contents of the menus, with one function for each menu."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMainWindow, QMenu, QPushButton

from flowviz.app.commands.actions import Key, add_action, add_choices, add_submenu, add_toggle, make_checkable
from flowviz.app.document.actions import DocumentActions
from flowviz.app.editing.entries import fill_editing_entries, fill_training_entry
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.lessons.files import LessonFiles
from flowviz.app.lessons.lessons import Lessons
from flowviz.app.session.session import Session
from flowviz.app.session.warm_up import WarmUp
from flowviz.app.state.binding import bind_checked
from flowviz.app.state.view import Figure, View, ViewState
from flowviz.app.style.appearance import TEXT_SIZES, Appearance
from flowviz.app.style.theme import THEMES
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.viewer.end_playback import EndPlayback
from flowviz.app.viewer.history_bar import HistoryBar
from flowviz.app.viewer.playback_bar import PlaybackBar
from flowviz.app.viewer.stage_keys import MAX_STAGES
from flowviz.app.viewer.view_bar import ViewBar
from flowviz.app.viewer.widgets import ViewerWidgets
from flowviz.app.welcome.welcome import Welcome
from flowviz.app.window.about import About
from flowviz.app.window.bug_report import BugReport
from flowviz.app.window.panel_layout import PanelLayout
from flowviz.app.window.recent_menu import RecentMenu
from flowviz.exporting.commands import TrainingCopy, train_command, train_python
from flowviz.specs.view import Palette

PALETTES: dict[str, Palette] = {"Color-Blind &Safe": "safe", "&Plain, as in the Blog Post": "plain"}
SAVE_AS_KEY = "Ctrl+Shift+S"  # some systems have no standard key
ZOOM_STEP = 1.25
FIGURES: dict[Figure, tuple[str, str, str]] = {
    "four_panels": (
        "Four Pane&ls",
        "Ctrl+Shift+F",
        "Show the data, their latents, the base and its images",
    ),
    "latents": ("La&tents Against the Base", "Ctrl+Shift+B", "Show how well the data, moved back, match the base"),
}
STAGE_COMMANDS = (
    ("&Next", "Alt+Right", 1, "Go to the next stage"),
    ("P&revious", "Alt+Left", -1, "Go to the previous stage"),
    ("&First: the Base", "Alt+Home", -MAX_STAGES, "Go to the Gaussian cloud from which the flow starts"),
    ("&Last: the Target", "Alt+End", MAX_STAGES, "Go to the cloud after all layers"),
)
PLAYBACK_COMMANDS = (
    ("&Once, Loop or Ping-Pong", "Ctrl+L", "repeat", "Choose what happens at the end: stop, start over, or go back"),
    ("For&ward or Backward", "Ctrl+R", "heading", "Play in the other direction"),
    ("S&mooth or Steady", "Ctrl+M", "easing", "Pause at each stage, or move at a steady speed"),
    ("Layers, Training or &Both", "Ctrl+T", "through", "Choose what to play: the layers, the training, or both"),
)


def new_menu(window: QMainWindow, title: str) -> QMenu:
    """Add an empty menu to the menu bar of a window."""
    bar = window.menuBar()
    assert bar is not None
    menu = bar.addMenu(title)
    assert menu is not None
    menu.setToolTipsVisible(True)
    return menu


def fill_source_entries(menu: QMenu, panel: TargetPanel, show_gallery: Callable[[], None]) -> None:
    """Fill the part of the File menu that opens targets and examples."""
    add_action(menu, "&Gallery…", "Ctrl+G", show_gallery, "Open an example that is already trained")
    menu.addSeparator()
    add_action(menu, "Open &Image…", None, panel.image.choose_file, "Learn the dark parts of a picture")
    add_action(menu, "Open P&oints…", None, panel.points.choose_file, "Learn the points of a table")
    menu.addSeparator()


def fill_export_entries(menu: QMenu, export: Callable[[], None], copy_image: Callable[[], None]) -> None:
    """Fill the part of the File menu that exports pictures."""
    add_action(menu, "&Export…", "Ctrl+E", export, "Save pictures, an animation or numbers")
    tip = "Copy the picture of the cloud to the clipboard"
    add_action(menu, "&Copy Image", "Ctrl+Shift+C", copy_image, tip).setObjectName("copyImageAction")
    menu.addSeparator()


def fill_selection_menu(menu: QMenu, bar: ViewBar) -> None:
    """Fill the Select menu: the mouse tools and the selection."""
    menu.addActions(list(bar.tool_actions.values()))
    menu.addSeparator()
    menu.addActions([bar.invert_action, bar.clear_action])


def fill_view_menu(
    menu: QMenu,
    widgets: ViewerWidgets,
    view: ViewState,
    layout: PanelLayout,
    appearance: Appearance,
    zoom: Callable[[float], None],
) -> None:
    """Fill the View menu: what is drawn and how, the panels, and the appearance of the window."""
    bar = widgets.view_bar
    menu.addActions([*bar.mark_actions.values(), bar.beside_action, bar.overview_action])
    _fill_figure_entries(menu, view)
    menu.addSeparator()
    zooms = (
        add_action(menu, "Zoom &In", Key.ZoomIn, lambda: zoom(1 / ZOOM_STEP), "Show a smaller part of the plane"),
        add_action(menu, "Zoom &Out", Key.ZoomOut, lambda: zoom(ZOOM_STEP), "Show a larger part of the plane"),
    )
    menu.addActions([bar.follow_action, bar.fit_action, bar.fit_stage_action])
    menu.addSeparator()
    tip = "Draw the small pictures of all stages, in the strip and the overview, at one scale"
    common_scale = add_action(menu, "Co&mmon Scale", None, lambda: None, tip)
    make_checkable(common_scale)
    bind_checked(
        view,
        lambda value: value.seen.view.common_scale,
        common_scale,
        lambda common: view.update_view(common_scale=common),
    )
    menu.addSeparator()
    layout.fill_menu(add_submenu(menu, "Pa&nels"))
    add_action(menu, "&Reset Layout", None, layout.reset, "Return all panels to their original places")
    menu.addSeparator()
    tip = "Show a short explanation of each layer and view"
    explained = widgets.inspector, widgets.ledger
    add_toggle(
        menu, "E&xplanations", "Ctrl+H", lambda shown: [each.show_explanations(shown) for each in explained], tip
    )
    palettes = add_choices(
        menu, "&Colors", PALETTES, lambda palette: view.update_view(palette=palette), "Colors of the particles"
    )
    view.changed.connect(partial(_update_view_entries, palettes, zooms))
    _update_view_entries(palettes, zooms, view.value, view.value)
    fill_appearance_entries(menu, appearance)


def _fill_figure_entries(menu: QMenu, view: ViewState) -> None:
    for figure, (title, key, tip) in FIGURES.items():
        action = add_action(menu, title, key, lambda: None, tip)
        make_checkable(action)
        bind_checked(view, partial(_shows_figure, figure), action, partial(_set_figure, view, figure))


def _shows_figure(figure: Figure, view: View) -> bool:
    return view.figure == figure


def _set_figure(view: ViewState, figure: Figure, shown: bool) -> None:
    view.set_figure(figure if shown else None)


def _update_view_entries(palettes: dict[Palette, QAction], zooms: tuple[QAction, ...], _: View, new: View) -> None:
    palettes[new.seen.view.palette].setChecked(True)
    for zoom in zooms:
        zoom.setEnabled(not new.seen.overview)  # the overview has a scale of its own


def fill_appearance_entries(menu: QMenu, appearance: Appearance) -> None:
    """Fill the part of the View menu about the appearance of the window."""
    tip = "Theme of the window and its pictures"
    themes = add_choices(menu, "T&heme", THEMES, appearance.choose_theme, tip)
    themes[appearance.chosen_theme].setChecked(True)
    appearance.theme_changed.connect(lambda: themes[appearance.chosen_theme].setChecked(True))
    tip = "Text size relative to the system setting"
    sizes = add_choices(menu, "Text Si&ze", TEXT_SIZES, appearance.choose_text_size, tip)
    sizes[appearance.text_size].setChecked(True)
    tip = "Jump from stage to stage, without animations"
    add_toggle(menu, "Reduce &Motion", None, appearance.reduce_motion, tip, checked=appearance.is_motion_reduced)


def fill_training_menu(
    menu: QMenu,
    controls: TrainingControls,
    session: Session,
    history: HistoryBar,
    copy: Callable[[str, TrainingCopy], None],
    warm_up: WarmUp,
    compare: Callable[[], None],
    build_by_hand: Callable[[], None],
    editor: LayerEditor,
) -> None:
    """Fill the Train menu: the training, its moments, comparisons, and commands to repeat it elsewhere."""
    _fill_button_entries(menu, controls)
    fill_training_entry(menu, editor, session.train_from_here)
    menu.addSeparator()
    tip = "Start over with the same initial weights and points, and with the learning rate, batch and clip norm chosen"
    add_action(menu, "Train &Again from the Same Start", "Ctrl+Shift+Return", session.train_again, tip)
    tip = "Show the training before this one again; choose it once more to come back"
    back = add_action(menu, "&Return to the Previous Training", None, session.previous.swap, tip)
    back.setEnabled(False)
    session.previous.changed.connect(back.setEnabled)
    menu.addSeparator()
    add_action(menu, "&Compare…", "Ctrl+Shift+T", compare, "Train several flows side by side, or return to them")
    tip = "Bend the curves of a flow yourself, on the current target, instead of training them"
    add_action(menu, "&Build by Hand…", "Ctrl+B", build_by_hand, tip)
    menu.addSeparator()
    add_action(menu, "&Earlier", "Alt+Down", lambda: history.step(-1), "Show the previous moment of the training")
    add_action(menu, "&Later", "Alt+Up", lambda: history.step(1), "Show the next moment of the training")
    add_action(menu, "&Live", "Alt+PgUp", history.follow, "Show the latest moment and follow the training")
    menu.addSeparator()
    for name, copied, repeated, tip in (
        ("command", "command", train_command, "Copy a command that repeats this training in a terminal"),
        ("Python", "Python code", train_python, "Copy Python code that repeats this training"),
    ):
        action = add_action(menu, f"Copy as {name.capitalize()}", None, partial(copy, copied, repeated), tip)
        action.setObjectName(f"{name}TrainingAction")
    menu.addSeparator()
    tip = "Load TensorFlow (700 MB of memory) and compile the flow while you type"
    add_toggle(menu, "Prepare While &Typing", None, warm_up.enable, tip, checked=warm_up.is_enabled)


def _fill_button_entries(menu: QMenu, controls: TrainingControls) -> None:
    for title, key, button, tip in (
        (
            "&Train",
            "Ctrl+Return",
            controls.train_button,
            "Train a new flow on this target; during a training, start over",
        ),
        ("&Pause, Resume or Extend", "Ctrl+P", controls.pause_button, "Pause or resume the training, or train longer"),
        ("&Stop and Keep", "Ctrl+.", controls.stop_button, "Stop the training and keep its result"),
    ):
        action = add_action(menu, title, key, button.click, tip)
        action.setEnabled(button.isEnabled())
        controls.button_changed.connect(partial(_update_enabled, action, button))


def fill_layers_menu(
    menu: QMenu,
    view: ViewState,
    playback: PlaybackBar,
    toggle_playing: Callable[[], None],
    end_playback: EndPlayback,
    editor: LayerEditor,
) -> None:
    """Fill the Layers menu: stages, playback and edits."""
    for title, key, stages, tip in STAGE_COMMANDS:
        add_action(menu, title, key, partial(view.step, stages), tip)
    menu.addSeparator()
    add_action(menu, "&Play or Stop Playing", "Ctrl+Space", toggle_playing, "Animate the layers or the training")
    add_action(menu, "Fas&ter", "Ctrl+]", lambda: playback.choose_next("speed", 1, around=False), "Play faster")
    add_action(menu, "&Slower", "Ctrl+[", lambda: playback.choose_next("speed", -1, around=False), "Play slower")
    for title, key, name, tip in PLAYBACK_COMMANDS:
        add_action(menu, title, key, partial(playback.choose_next, name), tip)
    menu.addSeparator()
    tip = "Play all layers once when a training ends, unless you are using the view"
    enabled = end_playback.is_enabled
    add_toggle(menu, "Play When Training &Ends", None, end_playback.set_enabled, tip, checked=enabled)
    fill_editing_entries(menu, editor)


def fill_start_entries(menu: QMenu, welcome: Welcome) -> None:
    """Fill the part of the Help menu for new users."""
    add_action(menu, "&Start Page", None, welcome.show, "Show the start page: a word, recent projects, the gallery")
    add_action(menu, "&Take the Tour", None, welcome.take_tour, "Get to know the window in one minute")
    menu.addSeparator()


def fill_lesson_entries(menu: QMenu, lessons: Lessons, files: LessonFiles) -> None:
    """Fill the part of the Help menu about lessons."""
    add_action(menu, "Le&ssons", "Shift+F1", lessons.show, "Learn about flows, step by step, beside the picture")
    add_action(menu, "Open Less&on…", None, files.choose, "Run a lesson of your own, a file that ends in .toml")
    tip = "Save the texts and questions of the current lesson as a PDF to write in"
    export = add_action(menu, "Export &Worksheet…", None, files.export_worksheet, tip)
    export.setEnabled(False)
    lessons.state.changed.connect(lambda _, new: export.setEnabled(new.lesson is not None))
    menu.addSeparator()


def fill_help_menu(
    menu: QMenu,
    show_shortcuts: Callable[[], None],
    find_command: Callable[[], None],
    report: BugReport,
    about: About,
) -> None:
    """Fill the rest of the Help menu."""
    tip = "List every command with its shortcut; stays open beside the window"
    add_action(menu, "&Keyboard Shortcuts", "F1", show_shortcuts, tip).setObjectName("shortcutsAction")
    add_action(menu, "&Find a Command…", "Ctrl+K", find_command, "Find a command by a few letters, and run it")
    menu.addSeparator()
    add_action(menu, "Show &Log", None, report.show_log, "Open the log file, which records problems")
    tip = "Copy versions and devices to the clipboard, without personal data"
    add_action(menu, "&Copy Details for a Bug Report", None, report.copy_details, tip)
    menu.addSeparator()
    tip = "Read what is new in this and earlier releases"
    add_action(menu, "What's &New", None, about.show_release_notes, tip).setObjectName("whatsNewAction")
    add_action(menu, "Cit&e", None, about.show_citation, "Copy BibTeX entries for a paper")
    add_action(menu, "L&icense", None, about.show_license, "Read the GNU General Public License")
    add_action(menu, "&About flowviz", None, about.show_summary, "Version, origin and license")


def _update_enabled(action: QAction, button: QPushButton, changed: QPushButton) -> None:
    if changed is button:
        action.setEnabled(button.isEnabled())


def fill_document_entries(menu: QMenu, actions: DocumentActions) -> None:
    """Fill the part of the File menu about the document that is shown."""
    add_action(menu, "&New", Key.New, actions.new, "Start with an untrained flow")
    add_action(menu, "&Open…", Key.Open, actions.choose, "Open a project, points or a picture")
    recent = add_submenu(menu, "Open &Recent")
    recent.setObjectName("recentMenu")
    RecentMenu(recent, actions.recent, actions.open)
    menu.addSeparator()
    add_action(menu, "&Save", Key.Save, lambda: actions.shown.save(), "Save the project or the comparison")
    add_action(menu, "Save &As…", SAVE_AS_KEY, lambda: actions.shown.save_as(), "Save it to another file")
    revert = add_action(menu, "Re&vert", None, lambda: actions.shown.revert(), "Discard the unsaved changes")
    menu.addSeparator()
    actions.state_changed.connect(lambda: revert.setEnabled(actions.can_revert))
    revert.setEnabled(actions.can_revert)
