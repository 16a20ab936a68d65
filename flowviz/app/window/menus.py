"""The contents of the menus, with one function for each menu."""

from collections.abc import Callable
from functools import partial
from operator import methodcaller
from typing import TYPE_CHECKING

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMenu, QToolButton

from flowviz.app.commands.actions import Entry, Key, add_choices, add_submenu, enable_unless, fill_menu
from flowviz.app.document.actions import DocumentActions
from flowviz.app.editing.entries import fill_editing_entries, fill_training_entry
from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.lessons.end_page import EXPORT_TIP
from flowviz.app.lessons.lessons import Lessons
from flowviz.app.pane.cloud_view import ZOOM_FACTOR
from flowviz.app.pane.end_playback import EndPlayback
from flowviz.app.pane.history_bar import HistoryBar
from flowviz.app.pane.stage_keys import MAX_STAGES
from flowviz.app.pane.view_bar import ViewBar
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.state.view import Figure, ViewState
from flowviz.app.style.appearance import TEXT_SIZES, Appearance
from flowviz.app.style.icons import icon
from flowviz.app.style.theme import THEMES
from flowviz.app.target.panel import TargetPanel
from flowviz.app.training.controls import TrainingControls
from flowviz.app.training.flow_panel import ADD_BESIDE_TIP
from flowviz.app.training.warm_up import WarmUp
from flowviz.app.welcome.welcome import Welcome
from flowviz.app.widgets.controls import HelpButton, flat, named, tool_button
from flowviz.app.widgets.form import bind_control
from flowviz.app.window.about import About
from flowviz.app.window.bug_report import BugReport
from flowviz.app.window.command_finder import CommandFinder
from flowviz.app.window.panel_layout import PanelLayout
from flowviz.app.window.recent_menu import RecentMenu
from flowviz.app.workspace.comparisons import Comparisons
from flowviz.exporting.commands import TrainingCopy, train_command, train_python
from flowviz.specs.comparison import MAX_ENTRANTS
from flowviz.specs.view import COARSE_GRID, FINEST_GRID, Palette, Theme

if TYPE_CHECKING:
    from flowviz.app.training.session import Session
    from flowviz.app.workspace.trainings import Trainings

PALETTES: dict[str, Palette] = {"Color-Blind &Safe": "safe", "&Plain, as in the Blog Post": "plain"}
OTHER: dict[Theme, Theme] = {"light": "dark", "dark": "light"}
SAVE_AS_KEY = "Ctrl+Shift+S"  # some systems have no standard key
FIGURES: dict[Figure, Entry] = {
    "four_panels": Entry(
        "fourpanels", "Four Pane&ls", None, "Show the data, their latents, the base and its images", "Ctrl+Shift+F",
        checked=False,
    ),
    "latents": Entry(
        "latentsagainstthebase", "La&tents Against the Base", None,
        "Show how well the data, moved back, match the base", "Ctrl+Shift+B", checked=False,
    ),
}  # fmt: skip


def theme_switch(appearance: Appearance) -> QToolButton:
    """Return a button that switches to the other theme and shows its icon, for the corner of the menu bar."""
    switch = flat(
        tool_button("themeButton", "", "", "dark", run=lambda: appearance.choose_theme(OTHER[appearance.theme]))
    )

    def show(theme: Theme) -> None:
        name = f"Switch to the {OTHER[theme]} theme"
        named(switch, "themeButton", name, f"{name}; View ▸ Theme can also follow the system")
        switch.setIcon(icon(OTHER[theme]))

    appearance.on_theme(show)
    return switch


def fill_file_menu(
    menu: QMenu,
    actions: DocumentActions,
    panel: TargetPanel,
    welcome: Welcome,
    comparisons: Comparisons,
    *,
    export: Callable[[], None],
    export_flow: Callable[[], None],
    copy_image: Callable[[], None],
    close: Callable[[], object],
) -> None:
    """Fill the File menu: documents, the start page and its examples, targets, and exports."""
    entries = fill_menu(
        menu,
        Entry("new", "&New", actions.new, "Start with an untrained flow", Key.New),
        Entry("open", "&Open…", actions.choose, "Open a project, points or a picture", Key.Open),
        RecentMenu(menu, actions.recent, actions.open).menuAction(),
        None,
        Entry("save", "&Save", lambda: actions.shown.save(), "Save the project or the comparison", Key.Save),
        Entry("saveas", "Save &As…", lambda: actions.shown.save_as(), "Save it to another file", SAVE_AS_KEY),
        Entry("revert", "Re&vert", lambda: actions.shown.revert(), "Discard the unsaved changes"),
        None,
        Entry(
            "startpage", "Start &Page", welcome.show, "Show the start page: a word, recent projects, the gallery"
        ),
        Entry("gallery", "&Gallery", welcome.show_gallery, "Open an example that is already trained", "Ctrl+G"),
        None,
        Entry("openimage", "Open &Image…", panel.image.begin, "Learn the dark parts of a picture"),
        Entry("openpoints", "Open P&oints…", panel.points.begin, "Learn the points of a table"),
        None,
        Entry("export", "&Export…", export, "Save pictures, an animation or numbers", "Ctrl+E"),
        Entry("exportflow", "Export Selected &Flow…", export_flow, "Save pictures of the selected flow alone"),
        Entry(
            "copyImage", "&Copy Image", copy_image, "Copy the picture of the cloud to the clipboard", "Ctrl+Shift+C"
        ),
        None,
        Entry("quit", "&Quit", close, "Close the window; asks about unsaved changes", Key.Quit),
    )  # fmt: skip
    actions.state_changed.connect(lambda: entries["revert"].setEnabled(actions.can_revert))
    entries["revert"].setEnabled(actions.can_revert)
    comparisons.compared.watch(lambda value: value.is_shown, entries["exportflow"].setEnabled)


def fill_selection_menu(menu: QMenu, bar: ViewBar) -> None:
    """Fill the Select menu: the mouse tools and the selection."""
    fill_menu(menu, *bar.tool_actions.values(), None, bar.invert_action, bar.clear_action, bar.zoom_action)


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
    actions = fill_menu(
        menu,
        *bar.mark_actions.values(),
        bar.velocity_menu.menuAction(),
        bar.beside_action,
        bar.overview_action,
        *FIGURES.values(),
        None,
        Entry("zoomin", "Zoom &In", partial(zoom, 1 / ZOOM_FACTOR), "Show a smaller part of the plane", Key.ZoomIn),
        Entry("zoomout", "Zoom &Out", partial(zoom, ZOOM_FACTOR), "Show a larger part of the plane", Key.ZoomOut),
        bar.follow_action,
        bar.fit_action,
        bar.fit_stage_action,
        None,
        Entry(
            "commonscale", "Co&mmon Scale", None,
            "Draw the small pictures of all stages, in the strip and the overview, at one scale", checked=False,
        ),
        Entry(
            "coarsegrid", "Coarse &Grid", None, "Draw the grid with few large cells, whose areas are easy to see",
            checked=False,
        ),
        None,
    )  # fmt: skip
    for figure, entry in FIGURES.items():
        _bind_figure(view, figure, actions[entry.id], entry.tip)
    for zoomed in (actions["zoomin"], actions["zoomout"]):  # the overview has a scale of its own
        view.watch(lambda value: not value.seen.overview, zoomed.setEnabled)
    bind_control(
        view,
        lambda value: value.seen.view.common_scale,
        actions["commonscale"],
        lambda common: view.update_view(common_scale=common),
    )
    bind_control(
        view,
        lambda value: value.seen.view.grid_cells < FINEST_GRID,
        actions["coarsegrid"],
        lambda coarse: view.update_view(grid_cells=COARSE_GRID if coarse else FINEST_GRID, square=None),
    )
    layout.fill_menu(add_submenu(menu, "Pa&nels"))
    explanations = fill_menu(
        menu,
        Entry("resetlayout", "&Reset Layout", layout.reset, "Return all panels to their original places"),
        None,
        Entry(
            "explanations", "E&xplanations", None,
            "Show what the layers, the picture and the numbers mean, like the ? of each panel", "Ctrl+H", checked=False,
        ),
    )["explanations"]  # fmt: skip
    _bind_explanations(explanations, *layout.help_buttons)
    palettes = add_choices(
        add_submenu(menu, "&Colors"), "palette", PALETTES, lambda palette: view.update_view(palette=palette),
        "Colors of the particles",
    )  # fmt: skip
    view.watch(lambda value: value.seen.view.palette, lambda palette: palettes[palette].setChecked(True))
    fill_appearance_entries(menu, appearance)


def _bind_explanations(action: QAction, *buttons: HelpButton) -> None:
    """Let a command show the explanations of all panels, or hide them if all are shown."""

    def update() -> None:
        action.setChecked(all(button.isChecked() for button in buttons))

    for button in buttons:
        action.triggered.connect(button.setChecked)
        button.toggled.connect(lambda _: update())
    update()


def _bind_figure(view: ViewState, figure: Figure, action: QAction, tip: str) -> None:
    """Let a command show a figure in place of the cloud, if it is possible for the flow."""
    bind_control(
        view,
        lambda value: value.figure == figure,
        action,
        lambda shown: view.change(figure=figure if shown else None),
    )
    view.watch(methodcaller("problem", figure), partial(enable_unless, action, tip=tip))


def fill_appearance_entries(menu: QMenu, appearance: Appearance) -> None:
    """Fill the part of the View menu about the appearance of the window."""
    themes = add_choices(
        add_submenu(menu, "T&heme"), "theme", THEMES, appearance.choose_theme, "Theme of the window and its pictures"
    )
    appearance.on_theme(lambda _: themes[appearance.chosen_theme].setChecked(True))
    sizes = add_choices(
        add_submenu(menu, "Text Si&ze"), "textsize", TEXT_SIZES, appearance.choose_text_size,
        "Text size relative to the system setting",
    )  # fmt: skip
    sizes[appearance.text_size].setChecked(True)
    fill_menu(
        menu,
        Entry(
            "reducemotion", "Reduce &Motion", appearance.reduce_motion, "Jump from stage to stage, without animations",
            checked=appearance.is_motion_reduced.value,
        ),
    )  # fmt: skip


def fill_training_menu(
    menu: QMenu,
    controls: TrainingControls,
    trainings: "Callable[[], Session | Trainings]",
    history: HistoryBar,
    copy: Callable[[str, TrainingCopy], None],
    warm_up: WarmUp,
    comparisons: Comparisons,
    build_by_hand: Callable[[], None],
    editor: LayerEditor,
) -> None:
    """Fill the Train menu: the training, its moments, comparisons, and commands to repeat it elsewhere."""
    menu.addActions(controls.commands.all)
    controls.commands.all.append(fill_training_entry(menu, editor, lambda: trainings().train_from_here()))
    actions = fill_menu(
        menu,
        None,
        Entry(
            "trainagainfromthesamestart", "Train &Again from the Same Start", lambda: trainings().train_again(),
            "Start over with the same initial weights and points, and with the learning rate, batch and clip norm "
            "chosen",
            "Ctrl+Shift+Return",
        ),
        controls.commands.return_to_previous,
        None,
        Entry(
            "addbeside", "Add a Flow Beside I&t", comparisons.add_beside, ADD_BESIDE_TIP, "Ctrl+Shift+N",
        ),
        Entry(
            "compare", "&Compare…", comparisons.choose, "Set up a comparison of flows, or return to it", "Ctrl+Shift+T"
        ),
        Entry(
            "buildbyhand", "&Build by Hand…", build_by_hand,
            "Bend the curves of a flow yourself, on the current target, instead of training them", "Ctrl+B",
        ),
        None,
        Entry("earlier", "&Earlier", partial(history.step, -1), "Show the previous moment of the training", "Alt+Down"),
        Entry("later", "&Later", partial(history.step, 1), "Show the next moment of the training", "Alt+Up"),
        Entry("live", "&Live", history.follow, "Show the latest moment and follow the training", "Alt+PgUp"),
        None,
        Entry(
            "commandTraining", "Copy as Command", partial(copy, "command", train_command),
            "Copy a command that repeats this training in a terminal",
        ),
        Entry(
            "PythonTraining", "Copy as Python", partial(copy, "Python code", train_python),
            "Copy Python code that repeats this training",
        ),
        None,
        Entry(
            "preparewhiletyping", "Prepare While &Typing", warm_up.enable,
            "Load TensorFlow (700 MB of memory) and compile the flow while you type", checked=warm_up.is_enabled,
        ),
    )  # fmt: skip
    again, train = actions["trainagainfromthesamestart"], controls.commands.train
    again_tip = again.toolTip()
    train.changed.connect(lambda: enable_unless(again, "" if train.isEnabled() else train.toolTip(), again_tip))
    comparisons.compared.watch(
        lambda value: not value.is_shown or len(value.runs) < MAX_ENTRANTS, actions["addbeside"].setEnabled
    )


def fill_layers_menu(
    menu: QMenu,
    view: ViewState,
    widgets: ViewerWidgets,
    toggle_playing: Callable[[], None],
    end_playback: EndPlayback,
    editor: LayerEditor,
) -> None:
    """Fill the Layers menu: stages, playback and edits."""
    step, choose = view.step, widgets.playback.choose_next
    speed = partial(choose, "speed", around=False)
    fill_menu(
        menu,
        Entry("next", "&Next", partial(step, 1), "Go to the next stage", "Alt+Right"),
        Entry("previous", "P&revious", partial(step, -1), "Go to the previous stage", "Alt+Left"),
        Entry(
            "first", "&First: the Base", partial(step, -MAX_STAGES),
            "Go to the Gaussian cloud from which the flow starts", "Alt+Home",
        ),
        Entry("last", "&Last: the Target", partial(step, MAX_STAGES), "Go to the cloud after all layers", "Alt+End"),
        None,
        Entry(
            "playorstopplaying", "&Play or Stop Playing", toggle_playing, "Animate the layers or the training",
            "Ctrl+Space",
        ),
        Entry("faster", "Fas&ter", partial(speed, 1), "Play faster", "Ctrl+]"),
        Entry("slower", "&Slower", partial(speed, -1), "Play slower", "Ctrl+["),
        Entry(
            "repeat", "&Once, Loop or Ping-Pong", partial(choose, "repeat"),
            "Choose what happens at the end: stop, start over, or go back", "Ctrl+L",
        ),
        Entry(
            "heading", "For&ward or Backward", partial(choose, "heading"), "Play in the other direction", "Ctrl+R"
        ),
        Entry(
            "easing", "S&mooth or Steady", partial(choose, "easing"),
            "Pause at each stage, or move at a steady speed", "Ctrl+M",
        ),
        Entry(
            "through", "Layers, Training or &Both", partial(choose, "through"),
            "Choose what to play: the layers, the training, or both", "Ctrl+T",
        ),
        None,
        widgets.playback.options.menuAction(),
        Entry(
            "playwhentrainingends", "Play When Training &Ends", end_playback.set_enabled,
            "Play all layers once when a training ends, unless you are using the view",
            checked=end_playback.is_enabled,
        ),
    )  # fmt: skip
    fill_editing_entries(menu, editor, widgets.edited)


def fill_help_menu(
    menu: QMenu, welcome: Welcome, lessons: Lessons, finder: CommandFinder, report: BugReport, about: About
) -> None:
    """Fill the Help menu: the tour, the lessons, the commands, problems, and flowviz itself."""
    files = lessons.files
    actions = fill_menu(
        menu,
        Entry("takethetour", "&Take the Tour", welcome.take_tour, "Get to know the window in one minute"),
        Entry("lessons", "Le&ssons", lessons.show, "Learn about flows, step by step, beside the picture", "Shift+F1"),
        Entry("openlesson", "Open Less&on…", files.choose, "Run a lesson of your own, a file that ends in .toml"),
        Entry(
            "exportworksheet", "Export &Worksheet…", files.export_worksheet,
            "Save the texts and questions of the current lesson as a PDF to write in",
        ),
        Entry("exportresults", "Export &Results…", files.export_results, EXPORT_TIP),
        None,
        Entry(
            "shortcuts", "&Keyboard Shortcuts", finder.open_sheet,
            "List every command with its shortcut; stays open beside the window", "F1",
        ),
        Entry(
            "findacommand", "&Find a Command…", finder.open_palette, "Find a command by a few letters, and run it",
            "Ctrl+K",
        ),
        None,
        Entry("showlog", "Show &Log", report.show_log, "Open the log file, which records problems"),
        Entry(
            "copydetailsforabugreport", "&Copy Details for a Bug Report", report.copy_details,
            "Copy versions and devices to the clipboard, without personal data",
        ),
        None,
        Entry(
            "whatsNew", "What's &New", about.show_release_notes, "Read what is new in this and earlier releases"
        ),
        Entry("cite", "Cit&e", about.show_citation, "Copy BibTeX entries for a paper"),
        Entry("license", "L&icense", about.show_license, "Read the GNU General Public License"),
        Entry("aboutflowviz", "&About flowviz", about.show_summary, "Version, origin and license"),
    )  # fmt: skip
    lessons.state.watch(lambda value: value.lesson is not None, actions["exportworksheet"].setEnabled)
