"""The target builder: builds the requested target."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from functools import cache, partial

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QObject, pyqtSignal

from flowviz import targets
from flowviz.app.notices.notice import Notice
from flowviz.app.state.request import RequestState
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import TargetError
from flowviz.specs import SHAPES, DrawingSpec, ShapeName, ShapeSpec, TargetSpec, TextSpec

TARGET, PICTURES = "target", "pictures of the shapes"  # topics of its queries; the first one is that of its notices
START_DELAY_MS = 50  # of the first target, which the first picture of the window does not wait for
NOT_BUILT = "The target could not be built."


class TargetBuilder(QObject):
    """Builds the requested target, in the background if it takes longer than a frame.

    Attributes:
        built: The requested target. None while it is being built and if it cannot be built.
        problem: Why the requested target cannot be built. Empty if it can, or if that is not known yet.
    """

    built_changed = pyqtSignal(object)  # BuiltTarget or None

    def __init__(
        self,
        request: RequestState,
        parent: QObject,
        worker: LatestWorker | None = None,
        *,
        post: Callable[[Notice], object] = lambda _: None,
        show_target: Callable[[BuiltTarget | None, str], object] = lambda _, __: None,
        show_pictures: Callable[[dict[ShapeName, NDArray[np.uint8]]], object] = lambda _: None,
        show_base_warning: Callable[[str], object] = lambda _: None,
    ) -> None:
        """Build the requested target.

        Args:
            request: The request.
            parent: The owner.
            worker: Builds targets. None for a new thread.
            post: Shows a notice.
            show_target: Called with the requested target, or with None and why it cannot be built.
            show_pictures: Called with a picture (rows, columns) of each shape, by name, when a shape is requested.
            show_base_warning: Called with why the base of the requested flow does not suit the target, or with nothing.
        """
        super().__init__(parent)
        self._request, self._post, self._show_target = request, post, show_target
        self._show_pictures, self._show_base_warning = show_pictures, show_base_warning
        self._worker = worker or LatestWorker(self._on_failed, start_delay_ms=START_DELAY_MS)
        self.built: BuiltTarget | None = None
        self.problem = ""
        self._expected: BuiltTarget | None = None
        request.observe(lambda value: (value.plan.target, value.problem), lambda _: self._update())
        request.observe(
            lambda value: (value.plan.flow.base, value.plan.flow.arrangement, value.plan.flow.components),
            lambda _: self._judge_base(),
        )
        self._build(request.plan.target)  # in the background, because it loads libraries

    @property
    def pending(self) -> TargetSpec | None:
        """Return the requested target while it is being built."""
        return self._request.plan.target if self.built is None and not self.problem else None

    def expect(self, built: BuiltTarget | None) -> None:
        """Provide a target that has been built already, in case it is the next request."""
        self._expected = built

    def close(self) -> None:
        """End the thread after the target that is being built."""
        self._worker.close()

    def _update(self) -> None:
        self._worker.drop()
        self._post(Notice(TARGET))
        request = self._request.value
        spec, expected = request.plan.target, self._expected
        self._expected = None
        if request.problem:
            self._set_result(request.problem)
        elif expected is not None and spec == expected.spec:
            self._set_result(expected)
        elif _is_quick(spec):
            self._set_result(build_or_explain(spec))
        else:
            self._build(spec)

    def _build(self, spec: TargetSpec) -> None:
        self.built, self.problem = None, ""
        self.built_changed.emit(None)
        self._worker.ask(TARGET, partial(build_or_explain, spec), self._set_result)
        if isinstance(spec, ShapeSpec):
            self._worker.ask(PICTURES, _shape_pictures, self._show_pictures)

    def _set_result(self, result: BuiltTarget | str) -> None:
        self.built, self.problem = (None, result) if isinstance(result, str) else (result, "")
        self.built_changed.emit(self.built)
        self._show_target(self.built, self.problem)
        self._judge_base()

    def _judge_base(self) -> None:
        """Compare the base with the target in the background, because counting the parts of a target takes a moment."""
        self._worker.drop(kept={TARGET, PICTURES})
        if self.built is None or self._request.plan.flow.base != "mixture":
            self._show_base_warning("")
        else:
            judge = partial(targets.base_warning, self._request.plan.flow, self.built.target)
            self._worker.ask("base", judge, self._show_base_warning)

    def _on_failed(self, notice: Notice) -> None:
        if self.built is None:
            self._set_result(NOT_BUILT)
        self._post(replace(notice, topic=TARGET))


def _is_quick(spec: TargetSpec) -> bool:
    """Return whether building a target takes no longer than a frame or two."""
    return isinstance(spec, DrawingSpec) or (isinstance(spec, TextSpec) and not targets.reads_fonts(spec))


def _shape_pictures() -> dict[ShapeName, NDArray[np.uint8]]:
    pictures = {}
    for name in SHAPES:
        with suppress(TargetError):  # a target of an extension has failed; whoever chooses it is told why
            pictures[name] = _shape_picture(name)
    return pictures


@cache
def _shape_picture(name: ShapeName) -> NDArray[np.uint8]:
    """Return the picture of a shape, which every builder of the process shows."""
    return targets.build_target(ShapeSpec(name=name)).preview()
