"""What is in the menus, and its keys: one function a menu."""

from collections.abc import Callable
from functools import partial

from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QMainWindow, QMenu, QPushButton

from flowviz.app.entries import Key, choices, entry, toggle
from flowviz.app.exploration import Exploration
from flowviz.app.export import TrainingRepeated
from flowviz.app.history_bar import HistoryBar
from flowviz.app.instruments import Instruments
from flowviz.app.playback_bar import PlaybackBar
from flowviz.app.run_controls import RunControls
from flowviz.app.scrubber import Scrubber
from flowviz.app.sources import Sources
from flowviz.app.target_panel import TargetPanel
from flowviz.app.theme import THEMES
from flowviz.app.view_bar import ViewBar
from flowviz.exporting.repeat import train_command, train_python
from flowviz.specs.view import Palette, Theme

PALETTES: dict[str, Palette] = {"Color-Blind &Safe": "safe", "&Plain, as in the Post": "plain"}
ZOOM_STEP = 1.25
LARGEST_FLOW = 1000  # more stages than any flow has
STEPS = (
    ("&Next", "Alt+Right", 1),
    ("P&revious", "Alt+Left", -1),
    ("&First: the Base", "Alt+Home", -LARGEST_FLOW),
    ("&Last: the Target", "Alt+End", LARGEST_FLOW),
)
PLAYING = (
    ("&Once, Loop or Ping-Pong", "Ctrl+L", "repeat"),
    ("For&ward or Backward", "Ctrl+R", "heading"),
    ("S&mooth or Steady", "Ctrl+M", "easing"),
    ("Layers, Training or &Both", "Ctrl+T", "through"),
)


def new_menu(window: QMainWindow, title: str) -> QMenu:
    """An empty menu of a window, to the right of the others."""
    bar = window.menuBar()
    assert bar is not None
    menu = bar.addMenu(title)
    assert menu is not None
    return menu


def fill_source_entries(menu: QMenu, panel: TargetPanel, sources: Sources, show_gallery: Callable[[], None]) -> None:
    """The part of the File menu that brings in what is to be learned."""
    entry(menu, "&Gallery…", "Ctrl+G", show_gallery)
    menu.addSeparator()
    entry(menu, "Open &Image…", None, panel.image.choose_file)
    entry(menu, "Open P&oints…", None, panel.points.choose_file)
    entry(menu, "&Paste", Key.Paste, sources.paste)
    menu.addSeparator()


def fill_export_entries(menu: QMenu, export: Callable[[], None], copy_image: Callable[[], None]) -> None:
    """The part of the File menu that takes pictures away."""
    entry(menu, "&Export…", "Ctrl+E", export)
    entry(menu, "&Copy Image", "Ctrl+Shift+C", copy_image).setObjectName("copyImageAction")
    menu.addSeparator()


def fill_selection_menu(menu: QMenu, bar: ViewBar) -> None:
    """What the mouse does, and what is selected."""
    menu.addActions(list(bar.tool_actions.values()))
    menu.addSeparator()
    menu.addActions([bar.invert_action, bar.clear_action])


def fill_view_menu(
    menu: QMenu, show: Instruments, exploration: Exploration, choose_theme: Callable[[Theme | None], None]
) -> None:
    """What is drawn, how near, in what colors."""
    menu.addActions([*show.bar.mark_actions.values(), show.bar.beside_action, show.bar.overview_action])
    menu.addSeparator()
    entry(menu, "Zoom &In", Key.ZoomIn, lambda: show.cloud.zoom(1 / ZOOM_STEP))
    entry(menu, "Zoom &Out", Key.ZoomOut, lambda: show.cloud.zoom(ZOOM_STEP))
    entry(menu, "&Fit the Cloud", "Ctrl+0", exploration.fit)
    entry(menu, "Fit This &Stage", "Ctrl+Shift+0", exploration.fit_stage)
    menu.addSeparator()
    toggle(menu, "Layer Inspec&tor", "Ctrl+I", show.inspector.setVisible)
    toggle(menu, "E&xplanations", "Ctrl+H", show.inspector.show_words)
    palettes = choices(menu, "&Colors", PALETTES, lambda palette: exploration.set_view(palette=palette))
    menu.aboutToShow.connect(lambda: palettes[show.cloud.view.palette].setChecked(True))  # a file may have another
    choices(menu, "T&heme", THEMES, choose_theme)


def fill_training_menu(
    menu: QMenu, controls: RunControls, history: HistoryBar, copy: Callable[[str, TrainingRepeated], None]
) -> None:
    """Training, its moments, and how to repeat it elsewhere."""
    _fill_run_entries(menu, controls)
    menu.addSeparator()
    entry(menu, "&Earlier", "Alt+Down", lambda: history.step(-1))
    entry(menu, "&Later", "Alt+Up", lambda: history.step(1))
    entry(menu, "&Live", "Alt+PgUp", history.follow)
    menu.addSeparator()
    for name, repeated in (("command", train_command), ("Python", train_python)):
        action = entry(menu, f"Copy as {name.capitalize()}", None, partial(copy, name, repeated))
        action.setObjectName(f"{name}TrainingAction")


def _fill_run_entries(menu: QMenu, controls: RunControls) -> None:
    for title, key, button in (
        ("&Train", "Ctrl+Return", controls.train_button),
        ("&Pause or Resume", "Ctrl+P", controls.pause_button),
        ("&Stop and Keep", "Ctrl+.", controls.stop_button),
    ):
        action = entry(menu, title, key, button.click)
        action.setEnabled(button.isEnabled())
        controls.button_changed.connect(partial(_follow, action, button))


def fill_layers_menu(
    menu: QMenu, scrubber: Scrubber, playback: PlaybackBar, toggle_playing: Callable[[], None]
) -> None:
    """The way through the stages."""
    for title, key, stages in STEPS:
        entry(menu, title, key, partial(scrubber.step, stages))
    menu.addSeparator()
    entry(menu, "&Play or Stop Playing", "Ctrl+Space", toggle_playing)
    entry(menu, "Fas&ter", "Ctrl+]", lambda: playback.choose_next("speed", 1, around=False))
    entry(menu, "&Slower", "Ctrl+[", lambda: playback.choose_next("speed", -1, around=False))
    for title, key, name in PLAYING:
        entry(menu, title, key, partial(playback.choose_next, name))


def _follow(action: QAction, button: QPushButton, changed: QPushButton) -> None:
    if changed is button:
        action.setEnabled(button.isEnabled())
