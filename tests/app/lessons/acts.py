"""Actions of a learner, one for each observation, by keyboard and mouse."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from PyQt6.QtCore import QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QCheckBox, QPlainTextEdit, QPushButton, QToolButton, QWidget

from flowviz.app.lessons.one_dimension import OneDimension
from flowviz.app.lessons.suspect_marks import SuspectMarks
from flowviz.app.pane.inspector import Inspector
from flowviz.app.training.controls import TrainingControls
from flowviz.app.widgets.jump_slider import JumpSlider
from flowviz.app.workspace.dialog import ComparisonDialog
from flowviz.lessons import Condition
from flowviz.specs.playback import MAX_SPEED
from tests.app.lessons.learner import PATIENCE_MS, Learner
from tests.app.pane.mouse import CloudMouse, visible_area

Act = Callable[[Learner, Any], None]


def fulfill(learner: Learner, condition: Condition) -> None:
    """Do what makes a condition true, and wait for it."""
    observe = condition.observe
    act = ACTS.get(observe)
    assert act is not None, f"No action makes {observe!r} change. Add one to ACTS."
    act(learner, wanted(condition, learner.lessons.observer.read().get(observe)))
    learner.qtbot.waitUntil(partial(learner.holds, condition), timeout=PATIENCE_MS)


def wanted(condition: Condition, now: Any) -> Any:
    """Return a value that meets a condition; for changes, another one than now."""
    value: Any = condition.value
    match condition.comparison:
        case "is":
            return value
        case "includes":
            return sorted({*(now or ()), *(value if isinstance(value, tuple) else (value,))})
        case "above" | "at_least":
            return value if condition.comparison == "at_least" else value + max(1, abs(value))
        case "below" | "at_most":
            return value if condition.comparison == "at_most" else value / 2 if value > 0 else value - 1
    return another(condition, now)


def another(condition: Condition, now: Any) -> Any:
    """Return another value than the present one or than the value of "is not"."""
    avoided: Any = now if condition.comparison == "changed" else condition.value
    choices = sorted(condition.observation.choices)
    match condition.observation.kind:
        case "number":
            return 1 if avoided is None else avoided + 1
        case "flag":
            return not avoided
        case "list":
            return sorted(set(choices[:1]) ^ set(avoided or ()))
    return next((choice for choice in choices if choice != avoided), "SUN")


def _go_to_stage(learner: Learner, stage: int) -> None:
    slider = learner.window.find(JumpSlider, "layerScrubber")
    now = learner.window.main.view.value.stage
    for _ in range(abs(stage - now)):
        learner.qtbot.keyClick(slider, Qt.Key.Key_Right if stage > now else Qt.Key.Key_Left)


def _go_to_moment(learner: Learner, step: float) -> None:
    """Go through the training, moment by moment, to the last one at a step or before it."""
    slider = learner.window.find(JumpSlider, "historyScrubber")
    moments = learner.window.main.viewer.moments.timeline.moments
    wanted = max(number for number, moment in enumerate(moments) if moment.step <= step)
    key = Qt.Key.Key_Left if wanted < slider.value() else Qt.Key.Key_Right
    for _ in range(abs(wanted - slider.value())):
        learner.qtbot.keyClick(slider, key)


def _tell(learner: Learner, value: float) -> None:
    """Drag the slider of the condition, whose classes are at equal distances."""
    slider, condition = (
        learner.window.find(JumpSlider, "conditionSlider"),
        learner.window.main.request.plan.flow.condition,
    )
    assert slider.isVisible()
    assert condition is not None
    low, high = condition.range
    slider.setValue(round(slider.maximum() * (value - low) / (high - low)))


def _bound(learner: Learner, bound: float) -> None:
    box = learner.shown(QCheckBox, "flowBounded")
    if not box.isChecked():
        learner.qtbot.keyClick(box, Qt.Key.Key_Space)


def _go_to_kind(learner: Learner, kind: str) -> None:
    names = learner.window.main.viewer.scenes.generated.names
    _go_to_stage(learner, next(stage for stage, name in enumerate(names) if name.endswith(f"_{kind}")))


def _probe(learner: Learner, wants: bool, x: float = 0.5, y: float = 0.5) -> None:
    if not wants:
        learner.trigger("moveTool")
        return
    learner.trigger("probeTool")
    CloudMouse(learner.window.main._viewing.cloud, learner.qtbot).click(x, y)


def _densest(learner: Learner) -> tuple[float, float]:
    """Return the place of the particle at the last stage where the density is highest."""
    trace = learner.window.main.viewer.scenes.scene.trace
    x, y = trace.positions[-1, trace.log_density(trace.last_stage).argmax()]
    return float(x), float(y)


def _probe_suspects(learner: Learner, letters: Sequence[str]) -> None:
    """Point at marked points, one after another, and wait until each shows its density."""
    main = learner.window.main
    learner.trigger("probeTool")
    for letter in letters:
        x, y = learner.window.find(SuspectMarks, "suspectMarks").suspects.points[letter]
        CloudMouse(main._viewing.cloud, learner.qtbot).hover(x, y)
        condition = Condition(observe="suspects_probed", comparison="includes", value=letter)
        learner.qtbot.waitUntil(partial(learner.holds, condition), timeout=PATIENCE_MS)


def _select(learner: Learner, count: int) -> None:
    learner.trigger("rectangleTool")
    cloud = learner.window.main._viewing.cloud
    left, right, bottom, top = visible_area(cloud)
    middle, reach = ((left + right) / 2, (bottom + top) / 2), (right - left) / 8
    (x, y), corner = middle, (middle[0] + reach, middle[1] + reach)
    CloudMouse(cloud, learner.qtbot).drag((x - reach, y - reach), corner)
    assert count or learner.window.main.view.value.selection is None


def _play(learner: Learner, wants: bool) -> None:
    learner.choose("speedBox", MAX_SPEED)
    learner.qtbot.mouseClick(learner.window.find(QToolButton, "playButton"), Qt.MouseButton.LeftButton)


def _type(learner: Learner, text: str) -> None:
    box = learner.window.find(QPlainTextEdit, "targetText")
    box.selectAll()
    learner.qtbot.keyClicks(box, text)


def _train_until(learner: Learner, state: str) -> None:
    name = {"paused": "pause", "ended": "stop"}.get(state)
    now = learner.lessons.observer.read()["training"]
    if now in {"idle", "ended", "diverged"} and state != "idle":
        learner.window.find(QToolButton, "trainButton").click()
        if name is not None:
            learner.qtbot.waitUntil(
                lambda: learner.lessons.observer.read()["training"] == "running", timeout=PATIENCE_MS
            )
    if name is not None:
        learner.trigger(f"{name}Action")


def _train(learner: Learner, _: object) -> None:
    """Train; the condition is met sooner or later."""
    learner.window.find(QToolButton, "trainButton").click()


def _zoom(learner: Learner, follows: bool) -> None:
    if learner.window.main.view.seen.fitted and not follows:
        CloudMouse(learner.window.main._viewing.cloud, learner.qtbot).turn_wheel(0, 0, 120)
    elif follows:
        learner.window.main._viewing.view_bar.follow_action.trigger()


def _toggle(action: str, learner: Learner, wants: bool) -> None:
    found = learner.window.find(QAction, action)
    if found.isChecked() != wants:
        found.trigger()


def _press_button(name: str, learner: Learner, wants: bool) -> None:
    button = learner.window.find(QToolButton, name)
    if button.isChecked() != wants:
        learner.qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def _open_panels(learner: Learner, names: Sequence[str]) -> None:
    now = learner.lessons.observer.read()["panels"]
    for name in set(names) ^ set(now):
        learner.trigger(f"{name}DockAction")


def _export(learner: Learner, _: bool) -> None:
    learner.window.main.exports.exported.emit(Path("a.png"))  # the dialog has tests of its own


def _flatten(learner: Learner, _: object) -> None:
    """Move the knots beside the middle toward it, so that the density there becomes high."""
    _move_knots_beside_the_middle(learner, Qt.Key.Key_Up, Qt.Key.Key_Down)


def _move_knots_beside_the_middle(learner: Learner, left: Qt.Key, right: Qt.Key) -> None:
    """Press a vertical arrow key for the knot to the left of the middle, and one for the knot to the right."""
    view = learner.window.find(OneDimension, "oneDimension")
    ways = (Qt.Key.Key_Left, left, Qt.Key.Key_Right), (Qt.Key.Key_Right, right, Qt.Key.Key_Left)
    for there, vertical, back in ways:
        for key in (there, *[vertical] * 8, back):
            learner.qtbot.keyClick(view, key)


def _slope(learner: Learner, slope: float) -> None:
    if slope > 1:
        _move_knots_beside_the_middle(learner, Qt.Key.Key_Down, Qt.Key.Key_Up)
    else:
        _flatten(learner, slope)


def _move_slice(learner: Learner, place: float) -> None:
    slider = learner.window.find(JumpSlider, "sliceSlider")
    slider.setFocus()
    now = learner.lessons.observer.read()["one_dimension_slice"]
    key = Qt.Key.Key_Right if place > now else Qt.Key.Key_Left
    for _ in range(200):
        if abs(learner.lessons.observer.read()["one_dimension_slice"] - place) < 0.05:
            return
        learner.qtbot.keyClick(slider, key)


def _compare(learner: Learner, _: object) -> None:
    """Begin the comparison that the dialog proposes."""
    learner.trigger("compareAction")
    if not learner.window.main.comparisons.is_shown:
        (dialog,) = learner.window.main.findChildren(ComparisonDialog)
        learner.window.find(QPushButton, "startComparison").click()
        learner.qtbot.waitUntil(lambda: not dialog.isVisible())


def _add_entrants(learner: Learner, count: float) -> None:
    """Add copies of the selected flow to the comparison until there are as many flows."""
    if not learner.window.main.comparisons.is_shown:
        _compare(learner, count)
    while learner.lessons.observer.read()["comparison_entrants"] < count:
        learner.trigger("copyEntrantAction")


def _disable(learner: Learner, stages: Sequence[int]) -> None:
    """Disable or enable layers until these are the disabled ones, and stay at the last of them."""
    for stage in sorted(learner.window.main.edits.value.disabled.symmetric_difference(stages)):
        _go_to_stage(learner, stage)
        learner.trigger("disableorenablelayerAction")


def _bend(learner: Learner, count: float) -> None:
    """Bend the first curve of the layer in the inspector by the keyboard."""
    main = learner.window.main

    def shown() -> list[QWidget]:
        return [handles for handles in main.findChildren(QWidget, "curveHandles") if handles.isVisible()]

    if not shown():  # the inspector offers to load the curves
        learner.window.find(Inspector, "layerInspector").report_requested.emit("")
        learner.qtbot.waitUntil(lambda: bool(shown()), timeout=PATIENCE_MS)
    (handles,) = shown()
    for _ in range(round(count)):
        learner.qtbot.keyClick(handles, Qt.Key.Key_1)


def _click_pane(learner: Learner, number: float) -> None:
    """Select a flow of a comparison by clicking its cloud."""
    pane = learner.window.main.comparisons.grid.panes[round(number) - 1]
    CloudMouse(pane.picture, learner.qtbot).click_pixel(QPoint(30, 30))


def _train_comparison(learner: Learner, _: object) -> None:
    """Train the flows that can go on, or else all of them."""
    commands = learner.window.main.findChildren(TrainingControls)[0].commands
    resumes = commands.pause.isEnabled() and commands.pause.iconText() == "Resume"
    (commands.pause if resumes else commands.train).trigger()


def _choose_in(box: str) -> Act:
    return lambda learner, value: learner.choose(box, value)


def _type_in(box: str) -> Act:
    return lambda learner, value: learner.type_number(box, value)


ACTS: Mapping[str, Act] = {
    "stage": _go_to_stage,
    "stage_kind": _go_to_kind,
    "moment": _go_to_moment,
    "live": lambda learner, live: learner.trigger("liveAction"),
    "marks": Learner.set_marks,
    "color_by": _choose_in("colorBox"),
    "direction": _choose_in("directionBox"),
    "beside": partial(_toggle, "besideAction"),
    "overview": partial(_press_button, "overviewButton"),
    "tool": lambda learner, tool: learner.trigger(f"{tool}Tool"),
    "probe": _probe,
    "probe_density": lambda learner, _: _probe(learner, True, *_densest(learner)),
    "probe_x": lambda learner, x: _probe(learner, True, x=x),
    "probe_y": lambda learner, y: _probe(learner, True, y=y),
    "selection": _select,
    "fitted": _zoom,
    "playing": _play,
    "played": _play,
    "text": _type,
    "shape": _choose_in("targetShape"),
    "flow_family": _choose_in("flowFamily"),
    "flow_layers": _type_in("flowLayers"),
    "conditioner": _choose_in("flowConditioner"),
    "normalization": _choose_in("flowNormalization"),
    "log_scale_bound": _bound,
    "base": _choose_in("flowBase"),
    "components": _type_in("flowComponents"),
    "arrangement": _choose_in("flowArrangement"),
    "pairing": _choose_in("flowPairing"),
    "integrator": _choose_in("integratorBox"),
    "integrator_steps": _type_in("integratorSteps"),
    "given": _tell,
    "learning_rate": _type_in("trainingRate"),
    "clip_norm": _type_in("trainingClip"),
    "batch": _type_in("trainingBatch"),
    "objective": _choose_in("trainingObjective"),
    "budget_seconds": _type_in("budgetAmount"),
    "budget_steps": _type_in("budgetAmount"),
    "training": _train_until,
    **dict.fromkeys(("trained_as_requested", "steps", "recoveries", "nll", "gap", "on_target"), _train),
    "suspects_probed": _probe_suspects,
    "pane": _click_pane,
    "covered": lambda learner, _: _go_to_moment(learner, 100),
    "comparison": _compare,
    "comparison_entrants": _add_entrants,
    "comparison_families": _compare,
    "comparison_training": _train_comparison,
    "comparison_best": _train_comparison,
    "disabled_layers": _disable,
    "bumps": _bend,
    "one_dimension_max_density": _flatten,
    "one_dimension_largest_move": _flatten,
    "one_dimension_slope_at_center": _slope,
    "one_dimension_slope_left": _flatten,
    "one_dimension_slope_right": _flatten,
    "one_dimension_slice": _move_slice,
    "exported": _export,
    "presenting": partial(_toggle, "presentationAction"),
    "panels": _open_panels,
}
