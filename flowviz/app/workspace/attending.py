"""The selected entrant in the cloud and the panels of the window."""

from flowviz.app.state.edits import EditsState
from flowviz.app.training.session import Session
from flowviz.app.training.training_state import TrainingState
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.entrants import EntrantRun
from flowviz.projects.variant import Variant


class Attending:
    """Shows the selected entrant like the flow of an ordinary window, and keeps what the user edits there.

    An entrant also changes by its training and when edits are undone. It is shown again if its weights are not those
    that are shown.
    """

    def __init__(self, compared: ComparedState, session: Session, edits: EditsState) -> None:
        self._compared, self._session, self._edits = compared, session, edits
        session.changed.connect(self._take_variant)
        edits.changed.connect(self._take_edits)

    def show(self, run: EntrantRun) -> None:
        """Show an entrant; if it is shown already, update only its state and its edits."""
        value = self._compared.value
        is_training = run.key in value.training and not run.has_ended and run.built is not None
        state = value.state if is_training else TrainingState.IDLE
        if self._is_shown(run, state):
            self._session.set_state(state)
            self._edits.set(run.requested_variant.edits)
        else:
            plan, edits = run.requested.plan, run.requested_variant.edits
            self._session.attend(run.key, plan, edits, run.project, run.built, state, run.start)

    def _is_shown(self, run: EntrantRun, state: TrainingState) -> bool:
        """Return whether the session shows an entrant with its latest weights, and follows its training, if any."""
        session = self._session
        if session.entrant != run.key or (state == TrainingState.IDLE) != (session.run is None):
            return False
        if session.run is None and session.displayed and run.built and session.trained_target is None:
            return False  # the target has been built since, and the session needs it for the legibility
        shown = session.displayed
        return run.project.weights is shown.weights if shown else not run.has_weights

    @property
    def _attended(self) -> EntrantRun | None:
        return self._compared.value.keyed(self._session.entrant or "")

    def _take_edits(self) -> None:
        """Keep the requested edits of the entrant that is shown."""
        run, edits = self._attended, self._edits.value
        if run is not None and run.requested_variant.edits != edits:
            self._compared.update(run.having_variant(Variant(run.requested_variant.flow, edits)))

    def _take_variant(self) -> None:
        """Keep the particles of another variant, and its score, after they have been computed."""
        run, project = self._attended, self._session.displayed
        if run is None or project is None or project.weights is not run.project.weights or self._session.run:
            return
        known, found = ((each.flow, each.edits, each.score) for each in (run.project, project))
        if found != known:
            self._compared.update(run.having_project(project))
