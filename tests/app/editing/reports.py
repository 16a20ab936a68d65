"""A layer editor, a report with curves that can be bent, and a trained flow with few particles."""

from dataclasses import replace

import numpy as np

from flowviz.app.editing.layer_editor import LayerEditor
from flowviz.app.state.edits import EditsState
from flowviz.app.state.view import ViewState
from flowviz.projects import Project, example
from flowviz.records import Curve, StageReport, Trace
from flowviz.specs.edits import Edits

STAGE = 3
X = np.linspace(-2, 2, 401, dtype=np.float32)
PIXEL = 0.01, 0.01


def report(stage: int = STAGE) -> StageReport:
    """Return the report of a coupling with a shift that is 0, and a log-scale that is 1."""
    curves = Curve("shift t(x)", X, 0 * X, "shift"), Curve("log-scale s(x)", X, 0 * X + 1, "log-scale")
    return StageReport(stage, "real_nvp", ("y → y",), curves=curves, across="horizontal x")


def spline_report(stage: int = STAGE) -> StageReport:
    """Return the report of a spline coupling whose maps are the identity, at two places."""
    curves = tuple(Curve(f"x = {at:g}", X, X, "spline", at) for at in (-1.0, 1.0))
    return StageReport(stage, "spline_coupling", ("y → f(y; x)",), curves=curves, across="vertical y")


def layer_editor(stage: int = STAGE, *, problem: str = "") -> LayerEditor:
    """Return an editor at a stage of a flow with ten layers."""
    view = ViewState()
    view.show_flow(10, 8000)
    view.set_stage(stage)
    editor = LayerEditor(view, EditsState(Edits()))
    editor.view = view  # type: ignore[attr-defined]  # kept alive
    editor.set_problem(problem)
    return editor


def sparse_example(name: str) -> Project:
    """Return an example with so few particles that its flow moves them at once."""
    project = example(name).project()
    trace = project.trace
    return replace(project, trace=Trace(trace.names, trace.positions[:, :400], trace.log_det[:, :400]))
