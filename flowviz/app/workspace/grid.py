"""The panes: the cloud of the window and, beside it, those of the other flows of a comparison."""

from collections.abc import Callable, Sequence
from math import sqrt

from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QGridLayout, QWidget

from flowviz.app.pane.cloud_view import CloudView, Point
from flowviz.app.pane.drawing_queue import DrawingQueue
from flowviz.app.pane.pane import Pane, PaneActions
from flowviz.app.state.view import View, ViewState
from flowviz.app.style.tokens import TIGHT
from flowviz.app.widgets.controls import discard
from flowviz.app.workspace.arrangement import columns_for
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.links import Links, LinksState
from flowviz.app.workspace.pane_title import pane_title
from flowviz.specs.comparison import MAX_ENTRANTS


class PaneGrid(QWidget):
    """One to six panes. The selected one contains the cloud of the window.

    Attributes:
        cloud: The cloud of the window.
    """

    def __init__(
        self,
        cloud: CloudView,
        compared: ComparedState,
        links: LinksState,
        view: ViewState,
        open_entrant: Callable[[str], object],
        remove: Callable[[str], object],
    ) -> None:
        """Create a grid that shows only the cloud of the window.

        Args:
            cloud: The cloud.
            compared: The entrants.
            links: What the panes share.
            view: The view, which the panes share as well.
            open_entrant: Opens the entrant with a name on its own.
            remove: Removes the entrant with a name.
        """
        super().__init__()
        self.setObjectName("paneGrid")
        self.cloud, self._compared, self._links, self._view = cloud, compared, links, view
        self._actions = PaneActions(compared.select, open_entrant, remove, links.enlarge)
        self._selected, self._others = self._pane(cloud), list[Pane]()
        self._columns, self._text_scale = 0, 1.0
        self._queue = DrawingQueue(self)
        self._layout = QGridLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(TIGHT)
        self._layout.addWidget(self._selected, 0, 0)
        compared.changed.connect(self._on_compared_changed)
        links.changed.connect(self._on_links_changed)
        view.changed.connect(self._on_view_changed)

    @property
    def panes(self) -> list[Pane]:
        """Return the panes, in the order of the entrants."""
        if not self._runs:
            return [self._selected]
        number = self._compared.value.names.index(self._compared.value.selected)
        return [*self._others[:number], self._selected, *self._others[number:]]

    def set_text_scale(self, scale: float) -> None:
        """Enlarge the text in the clouds by a factor, or by less where there are several."""
        self._text_scale = scale
        self._place(anew=True)

    @property
    def _runs(self) -> tuple[EntrantRun, ...]:
        return self._compared.value.runs if self._compared.value.is_shown else ()

    def _on_compared_changed(self, old: Compared, new: Compared) -> None:
        if not (old.is_shown or new.is_shown):
            return
        if not new.is_shown:
            self._selected.show_alone()
        self._fit_panes()
        is_same = (old.is_shown, old.names, old.selected) == (new.is_shown, new.names, new.selected)
        self._place(anew=not is_same)
        self._show_headers(old.runs if is_same else ())

    def _on_links_changed(self, old: Links, new: Links) -> None:
        for pane in self.panes if self._runs else ():
            pane.picture.change(hovered=new.hovered)
        if old.enlarged != new.enlarged:
            self._place(anew=True)

    def _on_view_changed(self, old: View, new: View) -> None:
        for pane in self._others:
            pane.picture.follow(new)
        if (old.seen.view.theme, old.seen.moment) != (new.seen.view.theme, new.seen.moment):
            self._show_headers()

    def _fit_panes(self) -> None:
        """Create or remove panes, so that there is one for each entrant."""
        while len(self._others) > max(len(self._runs) - 1, 0):
            discard(self._others.pop())
        while len(self._others) < len(self._runs) - 1:
            self._others.append(self._pane(CloudView(self._view, "entrantPicture", self._queue, self.cloud)))

    def _place(self, *, anew: bool = False) -> None:
        """Arrange the panes in the number of columns that makes them largest, if it has changed or `anew`."""
        panes = self.panes
        shown = [self._selected] if self._links.value.enlarged else panes
        columns = columns_for(len(shown), self.size())
        if columns == self._columns and not anew:
            return
        self._columns = columns
        for number, pane in enumerate(shown):
            self._layout.addWidget(pane, number // columns, number % columns)  # which moves it to another place
            pane.picture.set_word_scale(max(self._text_scale / sqrt(len(shown)), 1.0))
        for pane in panes:  # once all of them have a place, or they would appear as windows for a moment
            pane.setHidden(pane not in shown)
        for number in range(MAX_ENTRANTS):
            self._layout.setColumnStretch(number, int(number < columns))
            self._layout.setRowStretch(number, int(number * columns < len(shown)))

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        self._place()

    def _pane(self, picture: CloudView) -> Pane:
        """Return a pane with a picture that reports the particle under the mouse, with the tool of the window."""
        picture.pointer_moved.connect(lambda point: self._point_at(picture, point))
        picture.follow(self._view.value)
        return Pane(picture, self._actions)

    def _point_at(self, picture: CloudView, point: Point | None) -> None:
        """Mark the particle at a point in all panes, and probe the point if the mouse is not in the selected pane."""
        if not self._runs:
            return
        is_probing = self._view.value.tool == "probe"
        self._links.change(hovered=None if is_probing else picture.particle_at(point))
        if is_probing and picture is not self.cloud:
            self.cloud.pointer_moved.emit(point)

    def _show_headers(self, shown: Sequence[EntrantRun] = ()) -> None:
        """Show the titles of all entrants but those that are `shown` already."""
        seen, selected = self._view.seen, self._compared.value.selected
        for pane, run in zip(self.panes, self._runs, strict=False):
            if run not in shown:
                pane.show_title(pane_title(run, seen.view.theme, seen.moment), selected=run.name == selected)
