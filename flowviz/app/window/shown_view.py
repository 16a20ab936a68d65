"""The view that is shown, the normal one or a comparison, on which the menus act."""

from PyQt6.QtCore import QObject

from flowviz.app.commands.history import UndoHistory
from flowviz.app.pane.widgets import ViewerWidgets
from flowviz.app.target.importer import TargetImporter
from flowviz.app.window.edit_menu import EditMenu
from flowviz.app.workspace.comparisons import Comparisons


class ShownView(QObject):
    """Lets the Edit and View menus act on the comparison while it is shown, or else on the normal view."""

    def __init__(
        self,
        comparisons: Comparisons,
        widgets: ViewerWidgets,
        edit_menu: EditMenu,
        history: UndoHistory,
        importer: TargetImporter,
        parent: QObject,
    ) -> None:
        """Prepare the menus; `history` and `importer` are those of the normal view."""
        super().__init__(parent)
        self._comparisons, self._widgets, self._edit_menu = comparisons, widgets, edit_menu
        self._history, self._importer = history, importer
        comparisons.state_changed.connect(self._update)
        widgets.view_bar.fit_requested.connect(self._fit)

    def zoom(self, factor: float) -> None:
        """Show a larger part of the plane, or a smaller one for a factor below 1."""
        (self._comparisons.shown or self._widgets.cloud).zoom(factor)

    def _fit(self) -> None:
        """Show all particles of a comparison; the normal view does so itself."""
        if (shown := self._comparisons.shown) is not None:
            shown.shared.follow()

    def _update(self) -> None:
        shown = self._comparisons.shown
        self._widgets.view_bar.set_comparing(shown is not None)
        self._edit_menu.serve(shown.undo if shown else self._history, shown.importer if shown else self._importer)
