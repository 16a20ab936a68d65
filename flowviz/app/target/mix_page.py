"""Page to combine several sources."""

from collections.abc import Callable
from functools import partial
from typing import get_args

from PyQt6.QtCore import QSignalBlocker, Qt
from PyQt6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from flowviz.app.state.pages import MixContents
from flowviz.app.state.request import RequestState
from flowviz.app.style.tokens import UNIT
from flowviz.app.target.page import Page
from flowviz.app.widgets.controls import choice_box, discard, flat, lay_out, menu_button, row, slider, tool_button
from flowviz.specs import MixSpec, Part, SourceSpec
from flowviz.specs.fields import fields_of
from flowviz.specs.shares import percent
from flowviz.specs.target import MAX_PARTS, Layout

LAYOUTS = {
    "beside": "Side by side",
    "over": "One over the other",
    "class": "Add a condition: one at a time",
    "turn": "Add a condition: it turns",
    "grow": "Add a condition: it grows",
    "move": "Add a condition: it moves",
}
WEIGHT = fields_of(Part)["weight"]
TITLE_WIDTH = 14 * UNIT  # pixels
MIN_POSITION, MAX_POSITION = 1, 100  # of a slider
USUAL_SCALE = 50  # slider positions per unit of weight; a new part has the weight 1


class MixPage(Page):
    """Page with a list of the sources in the mix and their weights. Sources come from the other pages."""

    kind, invitation = "mix", "Click to add at least two\nwords, pictures or shapes"

    def __init__(self, request: RequestState) -> None:
        super().__init__(request)
        self._layout = choice_box("mixLayout", fields_of(MixSpec)["layout"], LAYOUTS)
        self._menu = QMenu(self)
        self._menu.aboutToShow.connect(self._fill_menu)
        tip = "Add a word, picture or shape that you have set up on another page"
        self._add = tool_button("mixAddButton", "Add a source", tip, "add", "Add  ")  # leaves room for the arrow
        menu_button(self._add, self._menu)
        self.setFocusProxy(self._add)
        self._lines: list[PartLine] = []
        self._list = lay_out(QVBoxLayout(), spacing=0)
        self.fill(self._list, row(self._layout, self._add, stretched=self._layout))
        self.bind(layout=self._layout)
        request.watch(lambda value: value.pages.mix, self._show)

    def begin(self) -> None:
        """Offer the sources of the other pages."""
        self._add.showMenu()

    def add(self, source: SourceSpec) -> None:
        """Add a source to the mix."""
        self._request_parts((*self._parts, Part(source=source)))

    @property
    def _parts(self) -> tuple[Part, ...]:
        return self.request.value.pages.mix.parts

    def _request_parts(self, parts: tuple[Part, ...]) -> None:
        self.request.update_page("mix", parts=parts)

    def _remove(self, number: int) -> None:
        self._request_parts((*self._parts[:number], *self._parts[number + 1 :]))

    def _set_weight(self, number: int, position: int) -> None:
        """Request a weight, and convert all weights to the usual scale without moving the other sliders."""
        factor = _scale(self._parts) / USUAL_SCALE
        weights = [factor * part.weight for part in self._parts]
        weights[number] = position / USUAL_SCALE
        parts = zip(self._parts, weights, strict=True)
        self._request_parts(tuple(part.model_copy(update={"weight": weight}) for part, weight in parts))

    def _fill_menu(self) -> None:
        self._menu.clear()
        for source in self.request.value.pages.sources():
            title = f"{source.kind.capitalize()}: {source.title}".replace("&", "&&")
            self._menu.addAction(title, partial(self.add, source))

    def _show(self, mix: MixContents) -> None:
        parts, has_weights = mix.parts, len(mix.parts) > 1 and mix.layout in get_args(Layout)
        if [part.source for part in parts] != [line.source for line in self._lines]:
            self._create_lines(parts)
        scale, total = _scale(parts), sum(part.weight for part in parts)
        for line, part in zip(self._lines, parts, strict=True):
            line.show_part(round(scale * part.weight), part.weight / total if has_weights else None)
        self._add.setEnabled(len(parts) < MAX_PARTS)

    def _create_lines(self, parts: tuple[Part, ...]) -> None:
        for line in self._lines:
            discard(line)
        self._lines = [
            PartLine(part.source, partial(self._set_weight, number), partial(self._remove, number))
            for number, part in enumerate(parts)
        ]
        for line in self._lines:
            self._list.addWidget(line)


class PartLine(QWidget):
    """Line of the list.

    Attributes:
        source: The source of the mix.
    """

    def __init__(self, source: SourceSpec, set_weight: Callable[[int], object], remove: Callable[[], object]) -> None:
        """Show a source; `set_weight` is called with the position of its slider, and `remove` by its button."""
        super().__init__()
        self.source = source
        title = QLabel()
        title.setText(title.fontMetrics().elidedText(source.title, Qt.TextElideMode.ElideRight, TITLE_WIDTH))
        title.setFixedWidth(TITLE_WIDTH)
        title.setToolTip(f"{source.kind.capitalize()}: {source.title}")
        name = f"{WEIGHT.title} of {source.title}"
        self._weight = slider("partWeight", name, WEIGHT.description, MIN_POSITION, MAX_POSITION, USUAL_SCALE)
        self._weight.valueChanged.connect(set_weight)
        self._share = QLabel()
        self._share.setMinimumWidth(self._share.fontMetrics().horizontalAdvance("100%"))
        tip = "Remove this source from the mix"
        button = flat(tool_button("partRemove", f"Remove {source.title}", tip, "remove", run=remove))
        lay_out(QHBoxLayout(self), title, self._weight, self._share, button, stretched=self._weight)

    def show_part(self, position: int, share: float | None) -> None:
        """Show a weight.

        Args:
            position: The position of the slider.
            share: The share of the points that come from this source. None disables the slider of a single source.
        """
        with QSignalBlocker(self._weight):
            self._weight.setValue(position)
        self._weight.setEnabled(share is not None)
        self._share.setText("" if share is None else percent(share))


def _scale(parts: tuple[Part, ...]) -> float:
    """Return the slider positions per unit of weight, less than usual if a weight is too large for the slider.

    The scale depends only on the weights, so that a saved mix reopens with the same slider positions.
    """
    heaviest = max((part.weight for part in parts), default=1.0)
    return USUAL_SCALE if heaviest <= MAX_POSITION / USUAL_SCALE else MAX_POSITION / heaviest
