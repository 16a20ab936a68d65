"""Reports about the layer that is shown, for the inspector."""

from PyQt6.QtCore import QObject

from flowviz.app.viewer.displays import InspectorDisplay, Queries
from flowviz.app.viewer.subject import Subject
from flowviz.records import StageReport, Trace


class LayerReports(QObject):
    """Queries reports. It offers the first one instead, because a query loads TensorFlow, which takes a while."""

    def __init__(self, inspector: InspectorDisplay, queries: Queries, parent: QObject) -> None:
        super().__init__(parent)
        self._inspector, self._queries = inspector, queries
        self._is_awake = False
        self._asked: tuple[Subject, int, Trace] | None = None
        self._shown: tuple[tuple[str, ...], int] | None = None  # the stages and the stage of the report that is shown
        inspector.report_requested.connect(self._take_request)

    def wake(self) -> None:
        """Query every report from now on: TensorFlow is loaded anyway."""
        self._is_awake = True

    def show(self, subject: Subject, stage: int, particles: Trace) -> None:
        """Show a report about a stage of a trained flow; there is little to say about any other."""
        self._asked = subject, stage, particles
        if subject.weights is None:
            self._shown = None
            self._inspector.show_report(None)
        elif not self._is_awake:
            self._shown = None
            self._inspector.offer_report()
        else:
            if self._shown != (particles.names, stage):
                self._shown = None
                self._inspector.show_loading()
            self._queries.report(subject, stage, particles, self._take_report)

    def _take_request(self) -> None:
        self.wake()
        if self._asked is not None:
            self.show(*self._asked)

    def _take_report(self, report: StageReport) -> None:
        if self._asked is not None and report.stage == self._asked[1]:
            self._shown = self._asked[2].names, report.stage
            self._inspector.show_report(report)
