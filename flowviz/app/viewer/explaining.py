"""What the inspector says of the stage that is looked at: its words at once, its numbers when they are known."""

from PyQt6.QtCore import QObject

from flowviz.app.viewer.flow_queries import Questions, Subject
from flowviz.app.viewer.inspector import Inspector
from flowviz.records import Scene, StageReport, Trace


class Explaining(QObject):
    """Asks for the numbers of a stage only where they are worth the loading of TensorFlow."""

    def __init__(self, inspector: Inspector, questions: Questions, parent: QObject) -> None:
        super().__init__(parent)
        self._inspector, self._questions = inspector, questions
        self._is_awake = False
        self._asked: tuple[Subject, int, Trace] | None = None
        inspector.report_requested.connect(self._wake)

    def wake(self) -> None:
        """TensorFlow is loaded anyway from now on; until then the numbers are offered, and the person decides."""
        self._is_awake = True

    def say(self, scene: Scene, stage: int) -> None:
        """Say what this stage is."""
        trace = scene.trace
        kind = trace.names[stage].partition("_")[2]
        self._inspector.show_stage(trace.title(stage), kind, float(trace.volume_shares[stage]))

    def report(self, subject: Subject, stage: int, particles: Trace) -> None:
        """Say what a stage has learned, where the flow was trained: of any other there is little to say."""
        self._asked = subject, stage, particles
        if subject.weights is None:
            self._inspector.show_report(None)
        elif not self._is_awake:
            self._inspector.offer_report()
        else:
            self._questions.report(*self._asked, self._take)

    def _wake(self) -> None:
        self.wake()
        if self._asked is not None:
            self.report(*self._asked)

    def _take(self, report: StageReport) -> None:
        if self._asked is not None and report.stage == self._asked[1]:
            self._inspector.show_report(report)
