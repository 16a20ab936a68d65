"""Building a flow by hand: starts with a flow that does nothing, and shows the exercise."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMainWindow

from flowviz.app.by_hand.dialog import ByHandDialog
from flowviz.app.by_hand.exercise import Exercise, first_gap, is_built_by_hand
from flowviz.app.by_hand.exercise_bar import ExerciseBar
from flowviz.app.notices.notice import Notice
from flowviz.app.target.builder import TargetBuilder
from flowviz.app.target.built_target import BuiltTarget
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.session import Session
from flowviz.projects import Project
from flowviz.records import Weights
from flowviz.specs import FlowSpec, TrainingSpec
from flowviz.specs.edits import flow_by_hand

TOPIC = "by hand"
NO_TARGET = Notice(TOPIC, "There is no target to build yet.", "Choose one in the target panel first.")


class ByHand(QObject):
    """Builds flows by hand on the current target.

    Attributes:
        bar: The bar with the exercise.
    """

    def __init__(
        self,
        window: QMainWindow,
        session: Session,
        builder: TargetBuilder,
        show_project: Callable[[Project, BuiltTarget], None],
        say: Callable[[str], object],
        post: Callable[[Notice], object],
    ) -> None:
        """Create a controller.

        Args:
            window: The main window.
            session: The session, which shows the flow.
            builder: Builds the target.
            show_project: Shows a flow that does nothing.
            say: Shows a message when an exercise is solved.
            post: Shows a notice.
        """
        super().__init__(window)
        self._window, self._session, self._builder = window, session, builder
        self._show_project, self._say, self._post = show_project, say, post
        self._worker = LatestWorker(post)
        self.bar = ExerciseBar()
        self._shown: tuple[object, Exercise] | None = None  # the weights, and their exercise
        session.changed.connect(self._update)
        session.variants.gap_previewed.connect(self._show_gap)

    def choose(self) -> None:
        """Ask how many couplings to build a flow of."""
        built = self._builder.built
        if built is None:
            self._post(NO_TARGET)
            return
        ByHandDialog(built.title, partial(self.start, built), self._window).open()

    def start(self, built: BuiltTarget, couplings: int) -> None:
        """Show a flow of some couplings that do nothing. This loads TensorFlow, unless it is loaded already."""
        flow = flow_by_hand(couplings)
        self._worker.ask(TOPIC, partial(_first_weights, flow), partial(self._take_weights, built, flow))

    def close(self) -> None:
        """End the thread."""
        self._worker.close()

    def _take_weights(self, built: BuiltTarget, flow: FlowSpec, weights: Weights) -> None:
        untrained = Project.untrained(built.spec, flow, TrainingSpec(seconds=60.0))
        self._show_project(replace(untrained, weights=weights), built)
        self._post(Notice(TOPIC))

    def _update(self) -> None:
        """Show the exercise of a flow that is built by hand, and hide it for others."""
        project, target = self._session.project(), self._session.trained_target
        if not is_built_by_hand(project) or target is None:
            self._shown = None
            self.bar.hide()
            return
        if self._shown is None or self._shown[0] is not project.weights:
            self._shown = project.weights, Exercise(project.flow.layers, first_gap(project, target))
            self.bar.show()
        if project.score is not None:
            self._show_gap(project.score.validation_gap)

    def _show_gap(self, gap: float | None) -> None:
        if self._shown is None:
            return
        weights, before = self._shown
        exercise = replace(before, gap=before.gap if gap is None else gap)
        self._shown = weights, exercise
        self.bar.show_exercise(exercise)
        if exercise.is_solved and not before.is_solved and before.gap is not None:
            self._say(f"Exercise solved: {exercise.task}")


def _first_weights(flow: FlowSpec) -> Weights:
    from flowviz.flows import build_flow  # loads TensorFlow

    return build_flow(flow).weights()
