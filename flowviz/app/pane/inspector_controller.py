"""The controller of the inspector: describes the current stage and explains what is shown."""

from PyQt6.QtCore import QObject

from flowviz.app.pane.flow_queries import FlowQueries
from flowviz.app.pane.inspector import LOADING, OFFER, UNTRAINED, Inspector
from flowviz.app.pane.scene_model import SceneModel
from flowviz.app.pane.subject import Subject
from flowviz.app.state.view import View, ViewState
from flowviz.records import StageReport
from flowviz.specs import FlowSpec


class InspectorController(QObject):
    """Describes the current stage in the inspector, and queries reports about it.

    Until another query has loaded TensorFlow, reports are only offered, because loading it takes a few seconds.
    """

    def __init__(
        self, view: ViewState, inspector: Inspector, queries: FlowQueries, scenes: SceneModel, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._view, self._inspector, self._queries, self._scenes = view, inspector, queries, scenes
        self._is_requested = False  # whether to load TensorFlow for a report
        self._reported: tuple[FlowSpec, int] | None = None  # flow and stage of the displayed report
        inspector.report_requested.connect(self._on_report_requested)
        queries.is_ready.observe(bool, lambda _: self._show_report())
        view.observe(lambda value: value.stage, self._on_stage_changed)
        view.watch(_explained, lambda _: self._explain_view())

    @property
    def uses_tensorflow(self) -> bool:
        """Return whether TensorFlow has been loaded, or is to be loaded for a report."""
        return self._is_requested or self._queries.is_ready.value

    def show_flow(self) -> None:
        """Explain the flow of the scene, and report on its current stage."""
        self._explain_view()
        self._show_report()

    def describe_stage(self) -> None:
        """Describe the current stage of the displayed particles, which may be edited."""
        trace = self._scenes.scene.trace
        stage = min(self._view.value.stage, trace.last_stage)
        share, title = float(trace.volume_shares[stage]), trace.title(stage, self._scenes.subject.edits.of(stage))
        self._inspector.show_stage(title, trace.explanation(stage), share, awaited=trace.awaits_densities)

    def _on_stage_changed(self, _: int) -> None:
        self.describe_stage()
        self._show_report()

    def _on_report_requested(self) -> None:
        self._is_requested = True
        self._show_report()

    def _on_report(self, report: StageReport) -> None:
        if report.stage == self._view.value.stage:  # or else another one has been asked for
            self._reported = self._scenes.subject.spec, report.stage
            self._inspector.show_report(report)

    def _explain_view(self) -> None:
        known = self._view.value.known
        seen = known.possible(self._view.seen)
        self._inspector.show_view(
            seen.direction,
            seen.view,
            overview=seen.overview,
            probed=seen.probe is not None,
            folded=self._scenes.generated.folded_share,
            estimated=known.estimates_density,
        )

    def _show_report(self) -> None:
        """Query the report of the current stage of a trained flow; show a loading state unless one is displayed.

        While a curve or a condition is dragged, the report of its stage stays until the particles are complete: another
        one would delay their positions.
        """
        subject, particles = self._scenes.subject, self._scenes.generated
        stage = min(self._view.value.stage, particles.last_stage)
        is_similar = self._reports_on(subject.spec, stage)
        if is_similar and particles.awaits_densities:
            return
        hint = self._hint(subject)
        if hint != LOADING or not is_similar:
            self._reported = None
            self._inspector.show_report(None, hint)
        if hint == LOADING:
            self._queries.report(subject, stage, particles, self._on_report)

    def _hint(self, subject: Subject) -> str:
        """Return what to show in place of the report on a stage of a flow."""
        if subject.weights is None:
            return UNTRAINED
        return LOADING if self.uses_tensorflow or subject.spec.is_recorded else OFFER

    def _reports_on(self, spec: FlowSpec, stage: int) -> bool:
        """Return whether the displayed report is that of a stage of a flow, perhaps at another condition."""
        reported, reported_stage = self._reported or (None, None)
        return reported is not None and reported_stage == stage and reported.told_as(spec) == spec


def _explained(view: View) -> tuple[object, ...]:
    """Return the parts of a view that the inspector explains."""
    seen, spec = view.seen, view.seen.view
    marks = spec.marks, spec.velocity, spec.color_by, spec.beside
    return *marks, seen.overview, seen.direction, seen.probe is None, view.known
