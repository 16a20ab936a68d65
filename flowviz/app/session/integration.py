"""The variant of the displayed flow: its integrator and the edits of its layers, which need no training."""

from dataclasses import replace
from functools import partial
from time import perf_counter

from PyQt6.QtCore import QObject, QTimer, pyqtSignal

from flowviz.app.desktop.settings import stored_flag
from flowviz.app.session.training_presenter import TrainingPresenter
from flowviz.app.session.warm_up import SETTING as WARM_UP
from flowviz.app.training.runner import TrainingRunner
from flowviz.app.training.training_state import TrainingState
from flowviz.app.viewer.viewer import Viewer
from flowviz.projects.variant import Variant
from flowviz.records import Score, Snapshot
from flowviz.specs import FlowSpec
from flowviz.specs.edits import Edits, LayerEdit
from flowviz.training import Vary

PREVIEW_SECONDS = 0.3  # between two scores while a bend is dragged
REST_MS = 120  # without an edit, after which the mouse rests during a drag
RUNNING = {TrainingState.PREPARING, TrainingState.TRAINING, TrainingState.STOPPING}


class Integration(QObject):
    """Keeps the integrator and the edits of the trained flow as requested, without changing its weights.

    The positions of the particles are computed in the background and shown, then their log-determinants, with which
    the project changes, and then the score. While a bend is dragged, positions alone are computed until the mouse
    rests: anything else would delay the next ones. A project that was saved without its score gets it as well. A
    glimpse is shown in the same way, but leaves the project as it is.

    A running training learns and reports its losses as before. It moves the particles of its following snapshots by the
    integrator, and by edits as soon as those have been computed in the background; until then, each of its snapshots is
    shown with them in the same way.
    """

    gap_previewed = pyqtSignal(object)  # the gap of the variant that is shown, in nats, or None

    def __init__(
        self,
        presenter: TrainingPresenter,
        runner: TrainingRunner,
        viewer: Viewer,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._presenter, self._runner, self._viewer = presenter, runner, viewer
        self._requested = Variant(FlowSpec())
        self._glimpse: Edits | None = None
        self._next_preview = 0.0  # seconds, before which the score of no other preview is computed
        self._is_dragging = False
        self._prepared: FlowSpec | None = None  # the flow whose first edit has been prepared
        self._located: Variant | None = None  # the latest variant whose positions are known
        self._rest = QTimer(self)  # runs while a drag goes on
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._complete)
        self._is_preview = False  # whether the shown variant is not yet that of the project
        self._awaited: tuple[object, Variant] | None = None  # the state and variant whose score is being computed
        presenter.state_changed.connect(self._update)  # a pause or an end may come before the next snapshot
        viewer.variant_wanted.connect(self._show_again)
        viewer.notice_posted.connect(self._end_loading)

    def expect(self, variant: Variant) -> None:
        """Set the variant that is requested by the project to be shown next."""
        self._requested, self._glimpse, self._is_preview = variant, None, False
        self._presenter.show(is_loading=False)

    def prepare(self) -> None:
        """Load and trace what the first edit needs in the background, if the user allows such preparations."""
        project = self._presenter.project
        if project is None or project.flow == self._prepared or not stored_flag(WARM_UP, default=True):
            return
        self._prepared = project.flow
        any_edits = Edits(layers={1: LayerEdit(disabled=True)})  # for which the functions of the flow are traced
        self._viewer.integration.prepare(Variant(project.flow, any_edits))

    def request(self, flow: FlowSpec) -> None:
        """Request the integrator of a flow."""
        self._requested = Variant(flow, self._requested.edits)
        self._update()

    def request_edits(self, edits: Edits) -> None:
        """Request edits of the layers."""
        self._requested = Variant(self._requested.flow, edits)
        self._update()

    def show_glimpse(self, edits: Edits | None) -> None:
        """Show other edits for a while, without requesting them. None shows the requested ones again."""
        if edits != self._glimpse:
            self._glimpse = edits
            self._update()

    def set_dragging(self, dragging: bool) -> None:
        """Set whether a bend is being dragged, so that more edits will follow."""
        self._is_dragging = dragging
        if not dragging:
            self._rest.stop()
            self._complete()

    def _update(self) -> None:
        variant = self._outstanding()
        self._vary_training(is_traced=False)
        is_deferred = variant is not None and self._is_moved and variant.edits == self._shown_edits
        self._presenter.show(is_deferred=is_deferred)
        self._viewer.integration.wanted = None if is_deferred else self._wanted()
        if variant is None:
            self._end_preview()
            self._ask_for_score()
        elif not is_deferred:
            self._show(variant)

    @property
    def _is_moved(self) -> bool:
        """Return whether a training moves the particles that are shown."""
        run = self._runner.run
        return run is not None and run.is_shown and self._presenter.state in RUNNING

    @property
    def _shown_edits(self) -> Edits:
        project = self._presenter.project
        return project.edits if project else Edits()

    def _vary_training(self, *, is_traced: bool) -> None:
        """Let a training move its particles as requested, by edits only if their functions have been traced."""
        run = self._runner.run
        if run is None:
            return
        variant = Variant(run.project.flow.with_integrator_of(self._requested.flow))
        if not run.is_shown:
            variant = variant.as_trained(run.start)
        elif is_traced or run.project.edits:
            variant = replace(variant, edits=self._requested.edits)
        if variant.is_possible:
            self._runner.change(Vary(variant))

    def _show_again(self) -> None:
        """Show the wanted variant of another moment."""
        self._is_preview = True
        if (variant := self._outstanding()) is not None:
            self._show(variant)

    def _show(self, variant: Variant) -> None:
        if self._glimpse is None and not variant.edits and self._presenter.remove_edits(variant.flow):
            self._is_preview = False
            self._ask_for_score()
        else:
            self._presenter.show(is_loading=not self._viewer.integration.is_ready)
            if self._is_dragging:
                self._rest.start()
            self._viewer.integration.locate(variant, partial(self._on_located, variant))

    def _outstanding(self) -> Variant | None:
        """Return the variant of the trained flow to be shown, or None if it is that of the project."""
        project, wanted = self._presenter.project, self._wanted()
        return wanted if project is not None and wanted != Variant.of(project) else None

    def _wanted(self) -> Variant | None:
        """Return the variant of the trained flow to be shown. None if there is no such flow, or edits do not fit it."""
        project = self._presenter.project
        if project is None:
            return None
        edits = self._requested.edits if self._glimpse is None else self._glimpse
        variant = Variant(project.flow.with_integrator_of(self._requested.flow), edits)
        return variant if variant.is_possible else None

    def _on_located(self, variant: Variant, snapshot: Snapshot) -> None:
        self._end_loading()
        wanted = self._outstanding()
        if wanted is None or wanted.flow != variant.flow:
            return  # it was requested before another variant
        is_current = snapshot.step == self._viewer.integration.moment.step
        if is_current or (self._is_moved and self._viewer.is_live):  # the training may be quicker
            self._is_preview = True
            self._presenter.preview(variant, snapshot)
        self._located = variant
        if variant != wanted or self._rest.isActive():  # a drag goes on
            self._preview_score(variant)
        else:
            self._complete()

    def _complete(self) -> None:
        """Compute the particles with their log-determinants if those of the requested variant are located."""
        located, self._located = self._located, None
        if located is not None and located == self._outstanding():
            self._viewer.integration.compute(located, partial(self._on_moved, located))

    def _end_loading(self) -> None:
        self._presenter.show(is_loading=False)

    def _end_preview(self) -> None:
        """Show the variant of the project again, because it is requested again."""
        if self._is_preview:
            self._is_preview = False
            self._presenter.end_preview()

    def _on_moved(self, variant: Variant, snapshot: Snapshot) -> None:
        if variant != self._outstanding():
            return  # it was requested before another variant
        if self._glimpse is None:
            self._vary_training(is_traced=True)
        if snapshot.step != self._viewer.timeline.moments[-1].step:
            return  # it was requested before another snapshot
        if self._glimpse is not None or self._is_moved:
            if self._viewer.is_live:
                self._is_preview = True
                self._presenter.preview(variant, snapshot)
            return
        self._is_preview = False
        self._presenter.show_variant(variant, snapshot)
        self._ask_for_score()

    def _ask_for_score(self) -> None:
        """Compute the score of the trained flow in the background if it lacks one, unless that is under way."""
        trained = self._presenter.trained
        if self._runner.run is not None or trained is None or trained.built is None or not trained.lacks_score:
            return
        asked = trained.state, Variant.of(trained.project)
        if asked != self._awaited:
            self._awaited = asked
            target, training = trained.built.target, trained.project.training
            self._viewer.integration.score(asked[1], target, training, partial(self._on_scored, asked))

    def _preview_score(self, variant: Variant) -> None:
        """Compute the score of a variant that is shown for a moment, from time to time, if that is quick."""
        trained, now = self._presenter.trained, perf_counter()
        if trained is None or trained.built is None or variant.flow.recipe.is_continuous or now < self._next_preview:
            return
        if self._runner.run is not None:
            return  # it needs the processor
        self._next_preview, self._awaited = now + PREVIEW_SECONDS, None  # the query replaces one that is awaited
        target, training = trained.built.target, trained.project.training
        self._viewer.integration.score(variant, target, training, self._on_score_previewed)

    def _on_score_previewed(self, score: Score) -> None:
        if self._is_preview:  # else the curve was released or reset meanwhile
            self.gap_previewed.emit(score.gap)

    def _on_scored(self, asked: tuple[object, Variant], score: Score) -> None:
        if asked == self._awaited:
            self._awaited = None
        trained = self._presenter.trained
        if trained is not None and asked == (trained.state, Variant.of(trained.project)):
            self._presenter.show_score(score)
