"""The target builder: builds the requested target."""

from dataclasses import replace
from functools import partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz.app.notices.notice import Notice
from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.threads.latest import LatestWorker
from flowviz.specs import SHAPES, DrawingSpec, ShapeName, ShapeSpec, TargetSpec, TextSpec
from flowviz.targets import build_target, reads_fonts

TARGET = "target"  # topic of the notices
NO_TARGET = "There is nothing to learn."


class TargetBuilder(QObject):
    """Builds the requested target, in the background if that takes longer than a frame.

    Attributes:
        built: The requested target; None while it is being built, or if it cannot be built.
        problem: Why the requested target cannot be built; empty if it can, or if that is not known yet.
    """

    built_changed = pyqtSignal(object)  # BuiltTarget or None
    pictures_ready = pyqtSignal(object)  # shades (rows, columns) of each shape, by name
    notice_posted = pyqtSignal(object)  # Notice

    def __init__(self, request: RequestState, parent: QObject) -> None:
        super().__init__(parent)
        self._request = request
        self._worker = LatestWorker()
        self._worker.failed.connect(self._take_failure)
        self._has_pictures = False
        self.built: BuiltTarget | None = None
        self.problem = ""
        self._expected: BuiltTarget | None = None
        request.changed.connect(self._take_request)
        self._update()

    @property
    def pending(self) -> TargetSpec | None:
        """The requested target while it is being built."""
        return self._request.plan.target if self.built is None and not self.problem else None

    def expect(self, built: BuiltTarget | None) -> None:
        """Use this target instead of building it, if it is the one that is requested next."""
        self._expected = built

    def close(self) -> None:
        """End after the present target."""
        self._worker.close()

    def _take_request(self, old: Request, new: Request) -> None:
        if (old.plan.target, old.problem) != (new.plan.target, new.problem):
            self._update()

    def _update(self) -> None:
        self._worker.drop()
        self.notice_posted.emit(Notice(TARGET))
        request = self._request.value
        spec, expected = request.plan.target, self._expected
        self._expected = None
        if request.problem:
            self._take(request.problem)
        elif expected is not None and spec == expected.spec:
            self._take(expected)
        elif _is_quick(spec):
            self._take(build_or_explain(spec))
        else:
            self._build(spec)

    def _build(self, spec: TargetSpec) -> None:
        self.built, self.problem = None, ""
        self.built_changed.emit(None)
        self._worker.ask(TARGET, partial(build_or_explain, spec), self._take)
        if isinstance(spec, ShapeSpec) and not self._has_pictures:
            self._worker.ask("pictures of the shapes", _shape_pictures, self._take_pictures)

    def _take(self, result: BuiltTarget | str) -> None:
        self.built, self.problem = (None, result) if isinstance(result, str) else (result, "")
        self.built_changed.emit(self.built)

    def _take_pictures(self, pictures: dict[ShapeName, NDArray[np.uint8]]) -> None:
        self._has_pictures = True
        self.pictures_ready.emit(pictures)

    def _take_failure(self, notice: Notice) -> None:
        if self.built is None:
            self._take(NO_TARGET)
        self.notice_posted.emit(replace(notice, topic=TARGET))


def _is_quick(spec: TargetSpec) -> bool:
    """Return whether a target is built within a frame or two, so that no thread is needed."""
    return isinstance(spec, DrawingSpec) or (isinstance(spec, TextSpec) and not reads_fonts(spec))


def _shape_pictures() -> dict[ShapeName, NDArray[np.uint8]]:
    return {name: build_target(ShapeSpec(name=name)).preview() for name in SHAPES}
