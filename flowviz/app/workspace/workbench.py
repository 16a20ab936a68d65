"""The workbench of a comparison: its bars and figures, and its controllers."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QWidget

from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.training_state import TrainingState
from flowviz.app.widgets.controls import add_key
from flowviz.app.workspace.adding import EntrantAdding
from flowviz.app.workspace.attending import Attending
from flowviz.app.workspace.bars import ComparisonBar, EntrantBar
from flowviz.app.workspace.compared import Compared, ComparedState
from flowviz.app.workspace.comparison_undo import ComparisonUndo
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.app.workspace.figures import Figures
from flowviz.app.workspace.followers import Followers
from flowviz.app.workspace.grid import PaneGrid
from flowviz.app.workspace.links import Links, LinksState
from flowviz.app.workspace.sentences import title
from flowviz.app.workspace.surroundings import Surroundings
from flowviz.projects import Comparison
from flowviz.specs.comparison import MAX_ENTRANTS

COMPARISON = "comparison"  # topic of its notices


class Workbench(QObject):
    """Creates and connects everything that a comparison needs besides the parts of the ordinary window.

    Attributes:
        compared: The entrants.
        bar: The bar above the panes.
        controller: Trains the entrants.
        adding: Adds entrants.
        undo: The undo history.
        figures: The losses and the table of all entrants.
        origin: The key of the entrant that is the flow of the window. Empty if there is none.
    """

    def __init__(
        self,
        compared: ComparedState,
        links: LinksState,
        grid: PaneGrid,
        around: Surroundings,
        open_entrant: Callable[[str], object],
        choose_another: Callable[[], object],
        leave: Callable[[], object],
        keep_alone: Callable[[EntrantRun], object],
        parent: QWidget,
    ) -> None:
        """Create the parts, which are shown with a comparison.

        Args:
            compared: The entrants.
            links: What the panes share.
            grid: The panes.
            around: The parts of the window.
            open_entrant: Opens the entrant with a name on its own.
            choose_another: Asks for another comparison.
            leave: Returns to the flow of the window.
            keep_alone: Shows the entrant that is left of flows that were added beside each other as that of the window.
            parent: The window.
        """
        super().__init__(parent)
        self.compared, self._links, self._around = compared, links, around
        self.origin = ""
        # First, because the view must be shared before a flow is shown that lacks some of the marks.
        self._followers = Followers(grid, around.viewer, compared, links, around.view, around.post)
        self._worker = LatestWorker(lambda notice: around.post(replace(notice, topic=COMPARISON)))
        attending, activity = Attending(compared, around.session, around.edits), around.status.activity
        self.controller = ComparisonController(
            compared,
            around.request,
            around.builder,
            around.runner,
            lambda shown: activity.set(shown.having_delays_of(activity.value)),  # which the session knows
            around.post,
            self._worker,
            self,
            attend=attending.show,
            keep_alone=keep_alone,
        )
        self.adding = EntrantAdding(compared, self.controller, around.session, self._worker, parent)
        self.undo = ComparisonUndo(compared, around.request, around.builder, around.view, self.controller, self)
        self.bar = ComparisonBar(compared, links, self.controller.set_limits, choose_another, leave)
        self.figures = Figures(compared, open_entrant, self.controller.remove)
        self._entrant_bar = EntrantBar(compared, self.adding.menu, self.controller.rename, self.controller.remove)
        around.center.add_comparison(self.bar, self.figures)
        around.panels.flow.add_bar(self._entrant_bar)
        self._keys = [
            add_key(parent, "Alt+0", links.enlarge),
            *(
                add_key(parent, f"Alt+{number}", partial(compared.select_pane, number))
                for number in range(1, MAX_ENTRANTS + 1)
            ),
        ]
        self.compared.changed.connect(self._on_compared_changed)
        around.view.observe(lambda value: value.seen.view.marks, lambda _: self._show_title())

    def show(self, comparison: Comparison | None) -> None:
        """Show a comparison, for which the flow of the window is set aside. None shows the one that was left."""
        if not self.compared.value.is_shown:
            self._around.session.set_aside()
            self._around.session.history = self.undo
        if comparison is not None:
            self.origin = ""
            self._links.set(Links())
            self.controller.show(comparison)
        self._around.view.show_whole()
        self._show_selected()
        if (kept := self.compared.value.view) is not None:
            self._around.viewer.restore(self._around.view.with_current_style(kept) if comparison is None else kept)
        self._around.runner.catch_up()
        if comparison is not None:
            self.undo.clear()

    def show_beside(self, comparison: Comparison) -> None:
        """Show the flow of the window and an untrained one beside it. A running training goes on."""
        session = self._around.session
        state, work = session.state, session.shown
        session.set_aside(shares_training=state != TrainingState.IDLE)
        session.history = self.undo
        self._links.set(Links())
        self.controller.show_beside(comparison, work.targets, state, work.edits)
        self.origin = self.compared.value.runs[0].key
        self._show_selected()
        self.undo.clear()

    def leave(self) -> None:
        """Show the flow of the window again, with what it has learned beside others."""
        session, first = self._around.session, self.compared.value.keyed(self.origin)
        self.origin = ""
        self.controller.editing.apply()
        self.controller.pause()
        if first is not None and first.project.checkpoint is not None:
            session.replace_aside(first.trained)
        self._show_parts(False)
        session.history = session.undo
        session.bring_back()
        self._around.view.change(shared=None)

    def _show_selected(self) -> None:
        """Show the panes, and then the selected entrant in the cloud and the panels of the window."""
        self._show_parts(True)
        self.controller.editing.show_selected()

    def _show_parts(self, shown: bool) -> None:
        self._around.center.set_comparing(shown)
        self._entrant_bar.setVisible(shown)
        self._around.panels.flow.beside_button.setHidden(shown)
        for key in self._keys:
            key.setEnabled(shown)
        self.compared.change(is_shown=shown)

    def close(self) -> None:
        """End all work."""
        self._worker.close()
        self._followers.close()

    def _on_compared_changed(self, old: Compared, new: Compared) -> None:
        if self.origin not in new.keys:
            self.origin = ""
        self._links.forget_missing(old.selected_key, new.keys)
        self._show_title()

    def _show_title(self) -> None:
        self.bar.title.show_texts(*title(self.compared.value, self._around.view.seen.view))
