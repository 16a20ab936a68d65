"""The main window with a trained flow at three moments of its training."""

from collections.abc import Callable

import numpy as np
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QApplication, QSlider
from pytestqt.qtbot import QtBot

from flowviz.app.pane.cloud_view import CloudView
from flowviz.projects import Project
from flowviz.projects.variant import Variant
from flowviz.records import Scene, Snapshot, Trace
from flowviz.targets import build_target
from tests.app.conftest import Window
from tests.app.pane.mouse import CloudMouse

STEPS_AND_SCALES = (0, 0.5), (1000, 0.8), (2100, 1.0)


class Explored:
    """A window that shows a trained flow at its last stage, with three moments in its history."""

    def __init__(self, window: Window, project: Project, qtbot: QtBot) -> None:
        self.window, self.qtbot = window, qtbot
        self.viewer, self.project = window.main.viewer, project
        self.cloud = window.find(CloudView, "cloudView")
        self.mouse = CloudMouse(self.cloud, qtbot)
        self.trace, self.target = project.trace, build_target(project.target)
        self.viewer.reduce_motion(True)  # to glide would draw dozens of pictures
        self.viewer.begin_training(Variant(project.flow), self.target)
        for step, scale in STEPS_AND_SCALES:
            positions = self.trace.positions * np.float32(scale)
            self.take(self.trace if scale == 1 else Trace(self.trace.names, positions, self.trace.log_det), step)
        self.go_to(self.trace.last_stage)
        QApplication.processEvents()  # let Qt lay out the window

    @property
    def scene(self) -> Scene:
        return self.viewer.scenes.scene

    def go_to(self, stage: int) -> None:
        """Move the layer slider to a stage."""
        self.window.find(QSlider, "layerScrubber").setValue(stage)
        self.qtbot.waitUntil(lambda: self.cloud.stage == stage)

    def wait(self, condition: Callable[[], bool]) -> None:
        self.qtbot.waitUntil(condition)

    def action(self, name: str) -> QAction:
        return self.window.find(QAction, name)

    def take(self, trace: Trace, step: int = 3000) -> None:
        """Take a snapshot of the training."""
        self.viewer.moments.take_snapshot(Snapshot(step, self.project.weights, None, None, trace))
