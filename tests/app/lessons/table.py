"""The table of attempts at each action of the shipped lessons: too small, wrong and right."""

from collections.abc import Mapping
from typing import NamedTuple

from PyQt6.QtCore import Qt
from PyQt6.QtGui import QAction
from PyQt6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QPushButton

from tests.app.lessons.attempts import (
    Attempt,
    all_of,
    move_knot,
    open_menu,
    peek,
    play_a_little,
    point_at_a_letter,
    point_at_suspect,
    point_at_the_edge,
    press,
    reach,
    show,
    start_training,
    touch,
    train,
    train_a_little,
)
from tests.app.lessons.learner import PATIENCE_MS, Learner


class Attempts(NamedTuple):
    """Three attempts at the action of a step, made in this order. Only the last one completes the step.

    Attributes:
        too_small: The beginning of the action, or a smaller one.
        wrong: Another action.
        right: The action.
        slow: Why the step is attempted in the slow suite only. Empty if it is quick.
    """

    too_small: Attempt
    wrong: Attempt
    right: Attempt
    slow: str = ""


PLAY = all_of(press(Qt.Key.Key_Home), reach(played=True))
TRAINS = "trains flows, for half a minute or more"


def rename(learner: Learner) -> None:
    """Give the selected flow of a comparison another name."""
    box = learner.window.find(QLineEdit, "entrantName")
    box.selectAll()
    learner.qtbot.keyClicks(box, "my flow")
    learner.qtbot.keyClick(box, Qt.Key.Key_Return)


def remove(learner: Learner) -> None:
    """Remove the selected flow of a comparison."""
    learner.qtbot.mouseClick(learner.window.find(QPushButton, "removeEntrantButton"), Qt.MouseButton.LeftButton)


def add_copy(learner: Learner) -> None:
    """Add a copy of the selected flow of a comparison."""
    learner.trigger("copyEntrantAction")


def resume_a_little(learner: Learner) -> None:
    """Resume the training of a comparison, and press Stop as soon as it runs."""

    def state() -> object:
        return learner.lessons.observer.read()["comparison_training"]

    resume(learner)
    learner.qtbot.waitUntil(lambda: state() == "running", timeout=PATIENCE_MS)
    learner.trigger("stopAction")
    learner.qtbot.waitUntil(lambda: state() == "ended", timeout=PATIENCE_MS)


def resume(learner: Learner) -> None:
    """Choose Resume, for all flows of a comparison that can go on."""
    action = learner.window.find(QAction, "pauseAction")
    assert action.isEnabled()
    assert "Resume" in action.iconText()
    action.trigger()


def unbound(learner: Learner) -> None:
    """Turn off Bounded log-scale."""
    box = learner.shown(QCheckBox, "flowBounded")
    assert box.isChecked()
    learner.qtbot.keyClick(box, Qt.Key.Key_Space)


TABLE: Mapping[tuple[str, int], Attempts] = {
    ("01_change_of_variables", 1): Attempts(
        press(Qt.Key.Key_Left),  # chooses another circle
        reach(one_dimension_slice=1.0),
        move_knot(-1, 2),
    ),
    ("01_change_of_variables", 3): Attempts(
        move_knot(-1, 6),  # on one side of the middle only
        move_knot(2, 5),  # somewhere else
        move_knot(1, -6),
    ),
    ("01_change_of_variables", 4): Attempts(
        move_knot(-1, 1), move_knot(3, 5), all_of(move_knot(-1, 2), move_knot(1, -2))
    ),
    ("01_change_of_variables", 6): Attempts(move_knot(1, 2), move_knot(1, -6), move_knot(1, 11)),
    ("02_coupling", 1): Attempts(
        touch("layerScrubber"), press(Qt.Key.Key_End), press(Qt.Key.Key_Home, Qt.Key.Key_Right)
    ),
    ("02_coupling", 4): Attempts(
        reach(direction="encode"), reach(direction="generate", stage=0), reach(direction="encode", stage=0)
    ),
    ("02_coupling", 5): Attempts(
        touch("layerScrubber"), reach(disabled_layers=[1]), reach(disabled_layers=[], bumps=1)
    ),
    ("03_why_permute", 1): Attempts(play_a_little, press(Qt.Key.Key_End), PLAY),
    ("03_why_permute", 4): Attempts(press(Qt.Key.Key_Right), press(Qt.Key.Key_Home), press(*[Qt.Key.Key_Right] * 7)),
    ("03_why_permute", 5): Attempts(
        reach(disabled_layers=[2]), reach(disabled_layers=[4], stage=7), reach(disabled_layers=[2], stage=7)
    ),
    ("03_why_permute", 6): Attempts(
        reach(stage=7), reach(disabled_layers=[4], stage=7), reach(disabled_layers=[], stage=7)
    ),
    ("04_log_det", 1): Attempts(reach(stage=11), reach(stage=0, moment=0), reach(live=True, stage=12)),
    ("04_log_det", 2): Attempts(peek("colorBox"), reach(color_by="log_density"), reach(color_by="log_det")),
    ("04_log_det", 4): Attempts(touch("layerScrubber"), press(Qt.Key.Key_Left), press(*[Qt.Key.Key_Right] * 2)),
    ("04_log_det", 5): Attempts(reach(tool="probe"), point_at_the_edge, point_at_a_letter),
    ("05_loss", 1): Attempts(touch("historyScrubber"), reach(stage=0), reach(stage=14, moment=0)),
    ("05_loss", 5): Attempts(open_menu("showButton"), reach(marks=["grid", "points"]), reach(marks=["density"])),
    ("06_batch_normalization", 1): Attempts(reach(moment=1050), reach(stage=0), reach(moment=850)),
    ("06_batch_normalization", 3): Attempts(
        press(Qt.Key.Key_Right), press(Qt.Key.Key_End), press(Qt.Key.Key_Home, *[Qt.Key.Key_Right] * 2)
    ),
    ("06_batch_normalization", 5): Attempts(
        peek("flowNormalization"), reach(normalization="actnorm"), reach(normalization="running")
    ),
    ("06_batch_normalization", 6): Attempts(
        train_a_little,
        all_of(reach(normalization="minibatch"), train),
        all_of(reach(normalization="running"), train),
        TRAINS,
    ),
    ("07_nan", 2): Attempts(reach(learning_rate=0.5), reach(clip_norm=10), reach(learning_rate=1)),
    ("07_nan", 3): Attempts(
        all_of(reach(learning_rate=0.004), train_a_little),
        all_of(reach(log_scale_bound=1), train_a_little),
        all_of(unbound, reach(learning_rate=1), train),
        TRAINS,
    ),
    ("07_nan", 5): Attempts(show(QCheckBox, "flowBounded"), reach(learning_rate=0.5), reach(log_scale_bound=1)),
    ("07_nan", 7): Attempts(
        train_a_little,
        all_of(reach(learning_rate=1), train),
        all_of(reach(learning_rate=0.004), train),
        TRAINS,
    ),
    ("08_bridges", 1): Attempts(peek("colorBox"), reach(color_by="log_density"), reach(color_by="leaked")),
    ("08_bridges", 3): Attempts(
        reach(stage=1), reach(direction="encode", stage=0), reach(direction="generate", stage=0)
    ),
    ("08_bridges", 5): Attempts(
        reach(stage=11), reach(direction="encode", stage=12), reach(direction="generate", stage=12)
    ),
    ("08_bridges", 6): Attempts(reach(components=5), reach(base="uniform"), reach(base="mixture", components=4)),
    ("09_straight_paths", 1): Attempts(
        open_menu("showButton"), reach(marks=["paths", "points"]), reach(marks=["points", "velocity"])
    ),
    ("09_straight_paths", 3): Attempts(
        open_menu("showButton"), reach(marks=["points", "velocity"]), reach(marks=["paths", "points"])
    ),
    ("09_straight_paths", 4): Attempts(play_a_little, press(Qt.Key.Key_End), PLAY),
    ("09_straight_paths", 6): Attempts(
        reach(integrator="euler", integrator_steps=2),
        reach(integrator="midpoint", integrator_steps=1),
        reach(integrator="euler", integrator_steps=1),
    ),
    ("09_straight_paths", 7): Attempts(
        reach(integrator_steps=7),
        reach(integrator="rk4", integrator_steps=8),
        reach(integrator="euler", integrator_steps=8),
    ),
    ("make_it_sharper", 1): Attempts(train_a_little, reach(flow_layers=8), all_of(reach(flow_layers=4), train), TRAINS),
    ("make_it_sharper", 2): Attempts(train_a_little, reach(flow_layers=8), all_of(reach(flow_layers=4), train), TRAINS),
    ("make_it_sharper", 4): Attempts(
        reach(flow_layers=8),
        all_of(reach(flow_layers=6), train_a_little),
        all_of(reach(flow_layers=8), train),
        TRAINS,
    ),
    ("make_it_sharper", 5): Attempts(train_a_little, reach(flow_layers=8), all_of(reach(flow_layers=4), train), TRAINS),
    ("make_it_sharper", 6): Attempts(
        reach(base="uniform"),
        all_of(reach(base="student_t"), train_a_little),
        all_of(reach(base="uniform"), train),
        TRAINS,
    ),
    ("why_flows", 1): Attempts(
        reach(text="SUN"),
        all_of(reach(text="BRAD"), train_a_little),
        all_of(reach(text="SUN"), start_training),
        TRAINS,
    ),
    ("why_flows", 2): Attempts(play_a_little, press(Qt.Key.Key_End), PLAY),
    ("why_flows", 3): Attempts(reach(tool="probe"), point_at_the_edge, point_at_a_letter),
    ("why_flows", 4): Attempts(
        all_of(point_at_suspect("A"), point_at_suspect("C")), point_at_the_edge, point_at_suspect("B")
    ),
    ("why_flows", 6): Attempts(
        open_menu("showButton"), reach(marks=["density", "points"]), reach(marks=["points", "target"])
    ),
    ("10_which_flow", 3): Attempts(add_copy, rename, reach(flow_layers=6)),
    ("10_which_flow", 4): Attempts(all_of(add_copy, resume_a_little), remove, all_of(add_copy, resume), TRAINS),
    ("11_two_words", 1): Attempts(touch("conditionSlider"), reach(given=0.75), reach(given=1)),
    ("11_two_words", 4): Attempts(reach(given=0.2), reach(given=1), reach(given=0.5)),
    ("11_two_words", 6): Attempts(touch("conditionSlider"), reach(pane=2), reach(pane=1, given=1)),
    ("12_two_ways", 3): Attempts(reach(moment=450), reach(pane=3, moment=0), reach(pane=2, moment=50)),
    ("12_two_ways", 5): Attempts(peek("colorBox"), reach(color_by="log_density"), reach(color_by="weight")),
    ("12_two_ways", 7): Attempts(
        show(QComboBox, "trainingObjective"), reach(objective="samples"), reach(objective="weighted_density")
    ),
}
