"""The playback bar: the play button, the playback options and the speed."""

from functools import partial
from operator import attrgetter
from typing import Any

from PyQt6.QtWidgets import QToolButton

from flowviz.app.commands.actions import add_choices
from flowviz.app.desktop.existing import existing
from flowviz.app.state.view import ViewState
from flowviz.app.style.icons import icon
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.choice_words import CHOICES
from flowviz.app.widgets.controls import ChoiceBox, describe, flat, menu_button, named, tool_button
from flowviz.app.widgets.flow_row import WrappingRow
from flowviz.app.widgets.form import bind_fields
from flowviz.app.widgets.sticky_menu import StickyMenu
from flowviz.specs import Playback
from flowviz.specs.fields import fields_of

FIELDS = fields_of(Playback)
OPTIONS = "through", "repeat", "heading", "easing"  # of the menu
TIP = "Choose what is played, and how"


class PlaybackBar(WrappingRow):
    """Play button, a menu with the playback options, and the speed.

    Attributes:
        options: The menu.
    """

    def __init__(self, view: ViewState) -> None:
        self._view, self._play, field = view, flat(QToolButton()), FIELDS["speed"]
        speed = describe(SpeedBox("speedBox", field.title, CHOICES["speed"]), "speedBox", field)
        menu = flat(tool_button("playbackButton", "Playback options", TIP, "playback"))
        super().__init__(TIGHT, self._play, menu, speed)
        self.play_toggled = self._play.clicked
        self.options = StickyMenu("Play&back", self)
        for name in OPTIONS:
            self._add_options(name)
        menu_button(menu, self.options)
        bind_fields(view, lambda value: value.seen.playback, {"speed": speed}, view.update_playback)
        self.show_playing(False)

    def _add_options(self, name: str) -> None:
        """Add exclusive entries for the values of a field."""
        field, values = FIELDS[name], {text: value for value, text in CHOICES[name].items()}
        self.options.addSeparator()
        existing(self.options.addAction(field.title)).setEnabled(False)  # style sheets hide the titles of sections
        choose = partial(self._choose, name)
        actions = add_choices(self.options, name, values, choose, field.description)
        self._view.watch(attrgetter(f"seen.playback.{name}"), lambda value: actions[value].setChecked(True))

    def _choose(self, name: str, value: object) -> None:
        self._view.update_playback(**{name: value})

    def choose_next(self, name: str, step: int = 1, *, around: bool = True) -> None:
        """Choose the value that is `step` places further; with `around`, the first value follows the last one."""
        now = getattr(self._view.seen.playback, name)
        values = [*CHOICES[name]] if now in CHOICES[name] else sorted([*CHOICES[name], now])
        index = values.index(now) + step
        index = index % len(values) if around else min(max(index, 0), len(values) - 1)
        self._choose(name, values[index])

    def show_playing(self, playing: bool) -> None:
        """Update the play button to stop or to start playing."""
        self._play.setIcon(icon("pause" if playing else "play"))
        name = "Stop playing" if playing else "Play"
        named(self._play, "playButton", name, f"{name} (Ctrl+Space)")


class SpeedBox(ChoiceBox):
    """Combo box for the speed of the playback."""

    def choose(self, value: Any) -> None:
        """Select a speed, and offer one from a project file that is not one of the usual ones."""
        if self.findData(value) < 0:
            place = sum(self.itemData(index) < value for index in range(self.count()))
            self.insertItem(place, f"{value:g}×", value)
        super().choose(value)
