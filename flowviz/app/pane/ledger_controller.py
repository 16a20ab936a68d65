"""The controller of the ledger panel: the ledger of the probed point or, if wanted, the mean one of the data."""

from PyQt6.QtCore import QObject

from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.ledger_panel import LedgerPanel
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.state.memo import Memo, are_same
from flowviz.app.state.view import ViewState
from flowviz.records import Trace
from flowviz.records.ledger import Ledger, common_limits

NO_PROBE = "Choose <b>Select ▸ Probe</b> and move over the cloud: this panel then adds up the log-density there."
NO_POINT = "Move over the cloud: this panel then adds up the log-density at the point under the mouse."
NO_TARGET = "There is no target. Choose one first."
COMPUTING = "Computing the mean…"


class LedgerController(QObject):
    """Keeps the ledger up to date while the panel is visible."""

    def __init__(
        self, view: ViewState, display: LedgerPanel, queries: FlowQueries, scenes: SceneModel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view, self._display, self._queries, self._scenes = view, display, queries, scenes
        self._asked: tuple[object, ...] = ()  # flow, target and units of the latest mean
        self._memo = Memo(1)
        self._probe: Trace | None = None  # of the displayed ledger
        view.observe(lambda value: value.tool, lambda _: self._update())
        scenes.changed.connect(self._update)
        display.shown.connect(self._show_again)
        display.mean.toggled.connect(self._show_again)
        display.show_nothing(NO_PROBE)

    def _show_again(self) -> None:
        self._asked, self._probe = (), None
        self._update()

    def _update(self) -> None:
        if not self._display.isVisible():
            return
        scene = self._scenes.scene
        if scene.probe is not None:
            self._asked = ()
            if scene.probe is not self._probe:
                self._probe = scene.probe
                is_folded = bool(self._scenes.generated.folds_near(scene.probe.positions[-1])[0])
                self._show(Ledger.of_point(scene.probe, scene.units, is_inexact=is_folded))
        elif self._view.seen.probe is None:  # or else the result of a query is awaited
            self._probe = None
            self._update_mean()

    def _update_mean(self) -> None:
        scenes = self._scenes
        if problem := self._view.value.problem("ledger"):
            self._display.show_nothing(problem)
            return
        target, is_wanted = scenes.shown_target, self._display.mean.isChecked()
        if not is_wanted or target is None:
            advice = NO_POINT if self._view.value.tool == "probe" else NO_PROBE
            self._display.show_nothing(NO_TARGET if is_wanted else advice)
            return
        asked = scenes.subject, target, scenes.scene.units
        if not are_same(asked, self._asked):
            if not self._asked:
                self._display.show_nothing(COMPUTING)
            self._asked = asked
            self._queries.mean_ledger(*asked, self._on_mean)

    def _on_mean(self, ledger: Ledger) -> None:
        if self._display.mean.isChecked() and self._view.seen.probe is None:
            self._show(ledger)

    def _show(self, ledger: Ledger) -> None:
        limits = None if ledger.is_mean else self._memo.result(common_limits, self._scenes.generated)
        self._display.show_ledger(ledger, limits)
