"""The scenes of an export: the particles of a project, and data that is computed from its flow."""

from collections.abc import Iterator, Sequence
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from flowviz.exporting.easing import eased_frames
from flowviz.exporting.flow_keeper import FlowKeeper
from flowviz.exporting.scene_fields import completed, probe_trace
from flowviz.exporting.shots import Given, Shot
from flowviz.projects import Project
from flowviz.records import (
    Moment,
    Rectangle,
    Scene,
    Selection,
    Snapshot,
    Trace,
    Units,
    base_particles,
    slices,
)
from flowviz.records.recorded_flow import RecordedFlow
from flowviz.records.trace import PARTICLES
from flowviz.rendering import Camera, Frame, render_frame, swept_grids, visible_rectangle
from flowviz.rendering.raster import RGBA
from flowviz.specs import FlowSpec, PictureSize, Seen, ViewSpec
from flowviz.specs.view import BY_TARGET, FIELDS
from flowviz.targets import Target, build_target, spec_units, target_picture, untrained_points, verdicts
from flowviz.targets.target import widened

if TYPE_CHECKING:
    from flowviz.flows.flow import ShownFlow

OUTERMOST = 0.0005, 0.9995  # quantiles of the particles, which a few that lie far away do not move
MARGIN = 0.1  # share of the width or height, on each side


class Scenes:
    """The scenes of a project's shots. Not thread-safe.

    TensorFlow is loaded only to compute data that the project does not contain.
    """

    def __init__(
        self,
        project: Project,
        seen: Seen,
        particles: int | None,
        shots: Sequence[Shot],
        keeper: FlowKeeper | None = None,
        frame_seconds: float | None = None,
    ) -> None:
        """Create the scenes of a project.

        Args:
            project: The project.
            seen: The view, direction and playback of the scenes.
            particles: The number of particles; None for that of the project or, when encoding points of the target,
                for the number that the window shows. For a table, at most its validation points are encoded.
            shots: All shots that will be drawn.
            keeper: A cache of the flow, which can be shared in the same thread; None for a new one.
            frame_seconds: The time between consecutive shots of an animation, over which the view eases as in the
                window; None for shots that are not an animation.
        """
        self._project = project
        self._seen = seen
        self._particles = particles
        self._shots = shots
        self._keeper = keeper or FlowKeeper()
        self._frame_seconds = frame_seconds
        self._frames: tuple[PictureSize, list[Frame]] | None = None
        self._last: tuple[Moment | None, Scene] | None = None
        self._pictured = lru_cache(maxsize=1)(target_picture)

    @property
    def count(self) -> int:
        """Return the number of particles, which may be smaller than requested if the points of a table are encoded."""
        if self._seen.direction == "encode":
            return len(self._encoded_points)
        return self._project.trace.positions.shape[1] if self._particles is None else self._particles

    @property
    def selection(self) -> Selection | None:
        """Return the selection of the project, or None if there is none for this number of particles."""
        found = self._project.selection
        return found if found is not None and len(found.chosen) == self.count else None

    def view(self, number: int, size: PictureSize) -> ViewSpec:
        """Return the view of a shot by its index, for a picture of a size in pixels, framed as in the window."""
        if self._frames is None or self._frames[0] != size:
            self._frames = size, self._framed(size)
        return self._frames[1][number].on(self._seen.view)

    def camera(self, moment: Moment | None) -> Camera:
        """Return the camera at a moment of training (None for the current one).

        The camera follows the particles if the view is fitted.
        """
        boxes = self.trace(moment).boxes if self._seen.fitted else None
        return Camera(self._seen.view, boxes)

    def picture(self, number: int, size: PictureSize) -> RGBA:
        """Render the picture (height, width, 4) of a shot by its index."""
        shot = self._shots[number]
        scene = self.scene(shot, size)
        return render_frame(scene, shot.stage, self.view(number, size), size, title=self.title(shot, scene))

    def title(self, shot: Shot, scene: Scene) -> str:
        """Return the title of the stage of a shot, whose layer may be edited, and the value of the condition."""
        stage, given = round(shot.stage), self._spec(shot.moment).given_label
        if isinstance(shot.moment, Given):
            return given  # the stage is the same in all shots
        title = scene.trace.title(stage, self._project.edits.of(stage))
        return f"{given} · {title}" if given else title  # at the front, because long titles are cut at the end

    def _framed(self, size: PictureSize) -> list[Frame]:
        """Return the frame of each shot, eased over time in an animation."""
        frames, moment = list[Frame](), object()
        for shot in self._shots:
            if shot.moment is not moment:
                moment, camera = shot.moment, self.camera(shot.moment)
            frames.append(camera.frame(shot.stage, size))
        if self._frame_seconds is None:
            return frames
        moments = [id(shot.moment) for shot in self._shots]
        return eased_frames(frames, moments, self._frame_seconds, repeats=self._seen.playback.repeat != "once")

    def scene(self, shot: Shot, size: PictureSize) -> Scene:
        """Return the scene of a shot, with the data for a picture of a size in pixels.

        Raises:
            FileError: If the weights of the moment do not fit the flow.
            TargetError: If the view is in pixels and the target has none.
        """
        if self._last is None or self._last[0] is not shot.moment:
            trace, view = self.trace(shot.moment), self._seen.view
            target = self._target(shot.moment, is_needed="target" in view.marks)
            found = verdicts(self._target(shot.moment, is_needed=view.color_by in BY_TARGET), trace, view.color_by)
            picture = None if target is None else self._pictured(target)
            self._last = shot.moment, Scene(trace, self.selection, target=picture, units=self.units, **found)
        scene = self._completed(self._last[1], shot, size)
        self._last = shot.moment, scene
        return scene

    def trace(self, moment: Moment | None) -> Trace:
        """Return the particles at every stage of the flow at a moment of training (None for the current one)."""
        if self._last is not None and self._last[0] is moment:
            return self._last[1].trace
        return self._known(moment) or Trace.joined(list(self._followed(moment)))

    def parts(self, moment: Moment | None) -> Iterator[Trace]:
        """Yield the particles of `trace` in batches, so that not all of them have to be in memory at once."""
        known = self._known(moment)
        if known is None:
            return self._followed(moment)
        return (
            Trace(known.names, known.positions[:, some], known.log_det[:, some], base=known.base)
            for some in slices(self.count)
        )

    def rectangle(self, shot: Shot, size: PictureSize) -> Rectangle:
        """Return the part of the plane where the density of a shot is computed.

        The part contains all views within half a stage of the shot's stage.

        Args:
            shot: The shot.
            size: The size of the picture, in pixels.

        Returns:
            The left, right, bottom and top edges in flow units.
        """
        return visible_rectangle(self.camera(shot.moment).around(round(shot.stage), size), size)

    def log_densities(self, shot: Shot, points: NDArray[np.float64]) -> Iterator[NDArray[np.float32]]:
        """Yield the log-densities in nats of points (n, 2) in flow units at the stage of a shot, in batches (m,).

        With guidance, they are those of the tilted density at the last stage, as in pictures.
        """
        flow, stage = self._flow(shot.moment), round(shot.stage)
        if not isinstance(flow, RecordedFlow) and flow.spec.is_tilted and stage == len(flow.stages):
            return map(flow.tilted.log_prob, (points[some] for some in slices(len(points))))
        return (flow.log_density(stage, points[some]) for some in slices(len(points)))

    def probe(self, moment: Moment | None) -> Trace:
        """Return the trace of the probed point, which the view must have, at a moment of training.

        Raises:
            SpecError: If the stage of the probe does not exist.
        """
        assert self._seen.probe is not None
        return probe_trace(self._flow(moment), self._seen.probe)

    def encoded(self, points: NDArray[np.floating], moment: Moment | None) -> Trace:
        """Return the trace of points (n, 2) of the target that the flow pulls back at a moment of training."""
        flow = self._flow(moment)
        return Trace.joined([flow.encoded(points[some]) for some in slices(len(points))])

    def _known(self, moment: Moment | None) -> Trace | None:
        """Return the particles at a moment if the project contains them, else None."""
        present = self._project.trace
        if self._seen.direction == "encode" or self.count != present.positions.shape[1]:
            return None
        if moment is None:
            return present
        return moment.trace if isinstance(moment, Snapshot) else None

    def _followed(self, moment: Moment | None) -> Iterator[Trace]:
        """Compute traces in batches: of particles of the base, or of points of the target that the flow encodes."""
        flow = self._flow(moment)
        if self._seen.direction == "encode":
            yield from (flow.encoded(self._encoded_points[some]) for some in slices(self.count))
            return
        own = self._project.trace
        is_known = self.count == own.positions.shape[1]
        particles = own.particles_of(flow.base) if is_known else base_particles(self.count, base=flow.base)
        yield from (flow.trace(particles[some]) for some in slices(self.count))

    def _flow(self, moment: Moment | None) -> "ShownFlow":
        """Return the flow at a moment of training (None for the current one).

        Raises:
            FileError: If the weights do not fit the flow.
        """
        project = self._project
        return self._keeper.flow(self._spec(moment), (project if moment is None else moment).weights, project.edits)

    def _spec(self, moment: Moment | None) -> FlowSpec:
        """Return the flow, at the value of its condition at a moment (None for the current one)."""
        flow = self._project.flow
        return flow.model_copy(update={"given": moment.value}) if isinstance(moment, Given) else flow

    def _target(self, moment: Moment | None, *, is_needed: bool) -> Target | None:
        """Return the target at a moment, or None if it is not needed, or was an earlier one, which is not known."""
        return self._built.given(self._spec(moment).given) if is_needed and not self._is_earlier(moment) else None

    @cached_property
    def _built(self) -> Target:
        return build_target(self._project.target)

    @cached_property
    def _encoded_points(self) -> NDArray[np.floating]:
        """Return the points (n, 2) to encode: always the same ones, on which the flow is not trained."""
        count = PARTICLES if self._particles is None else self._particles
        return untrained_points(self._built.given(self._project.flow.given), count)

    def _is_earlier(self, moment: Moment | None) -> bool:
        return (
            moment is not None
            and not isinstance(moment, Given)
            and self._project.history.has_changed_since(moment.step)
        )

    @cached_property
    def units(self) -> Units:
        """Return the units of tick labels and of exported points.

        Raises:
            TargetError: If the view is in pixels and the target has none.
        """
        return spec_units(self._project.target, self._seen.view.units)

    def _completed(self, scene: Scene, shot: Shot, size: PictureSize) -> Scene:
        """Return a scene with the density, grid, velocities and probe that the view shows."""
        probe = self._seen.probe if scene.probe is None else None
        stage, view = round(shot.stage), self._seen.view
        if not view.marks & FIELDS and probe is None:
            return scene
        flow = self._flow(shot.moment)
        around = self.rectangle(Shot(stage, shot.moment), size)
        swept = swept_grids(self._field_camera(shot, size), scene.trace.last_stage, size)
        target = self._target(shot.moment, is_needed=view.velocity != "learned")
        return completed(flow, scene, stage, view, around, probe, swept, target)

    def _field_camera(self, shot: Shot, size: PictureSize) -> Camera:
        """Return the camera over whose views velocities are computed."""
        camera = self.camera(shot.moment)
        return (
            Camera(Camera(camera.view, self.trace(shot.moment).boxes).widest(size)) if self._seen.overview else camera
        )


def particle_rectangle(trace: Trace, stage: int) -> Rectangle:
    """Return the rectangle around nearly all particles at a stage, whose sides may differ by any factor.

    Returns:
        The left, right, bottom and top edges in flow units.
    """
    low, high = np.nanquantile(trace.positions[stage], OUTERMOST, axis=0)
    return widened(low, high, MARGIN * (high - low))
