"""The check of lessons: steps without an action, conditions that never hold, and long texts."""

from pathlib import Path

import pytest

from flowviz.errors import FileError
from flowviz.lessons import check_lesson, lesson_warnings, read_lesson

HEAD = """format = 1
title = "A lesson"
summary = "One sentence."
minutes = 5
{opening}
"""
STEP = """
[[step]]
title = "A step"
text = "Text."
setup = {setup}
action = "Do it."
condition = {condition}
"""
MOONS = 'gallery = "two_moons"'  # 12 layers
FIRST_LINES = HEAD.count("\n")


def lesson(folder: Path, *steps: tuple[str, str], opening: str = MOONS) -> Path:
    """Return the file of a lesson whose steps have these setups and conditions."""
    path = folder / "lesson.toml"
    text = HEAD.format(opening=opening) + "".join(STEP.format(setup=a, condition=b) for a, b in steps)
    path.write_text(text, encoding="utf-8")
    return path


def problem(path: Path) -> str:
    """Return why a lesson is refused, without the name of its file."""
    read_lesson(path)
    with pytest.raises(FileError) as error:
        check_lesson(path)
    message = str(error.value)
    assert "\n" not in message
    return message.removeprefix(f"{path}, ")


def is_stage(number: int) -> str:
    return f'{{ observe = "stage", is = {number} }}'


@pytest.mark.parametrize(
    ("setup", "condition"),
    [
        ("{ stage = 3 }", is_stage(3)),
        ('{ stage = "last" }', is_stage(12)),
        ("{ stage = 1 }", '{ observe = "stage_kind", is = "real_nvp" }'),
        ("{ stage = 3 }", '{ observe = "stage", at_least = 3 }'),
        ("{ stage = 3 }", '{ observe = "last_stage", above = 5 }'),
        ('{ marks = ["points", "grid"] }', '{ observe = "marks", includes = "grid" }'),
        ('{ marks = ["points"] }', '{ observe = "marks", is_not = ["grid"] }'),
        ('{ panels = ["training"] }', '{ observe = "panels", includes = "flow" }'),
        ("{}", '{ observe = "panels", is = [] }'),
        ('{ direction = "encode" }', '{ observe = "direction", is = "encode" }'),
        ("{ probe = [0, 1.0, 0.5] }", '{ observe = "probe_x", above = 0 }'),
        ("{ probe = [0, 1.0, 0.5] }", '{ observe = "tool", is = "probe" }'),
        ('{ probe = "clear" }', '{ observe = "probe", is = false }'),
        ('{ tool = "move" }', '{ observe = "probe", is = false }'),
        ('{ text = "SUN" }', '{ observe = "text", is_not = "BRAD" }'),
        ('{ shape = "sine" }', '{ observe = "target_kind", is = "shape" }'),
        ('{ flow = { family = "nice" } }', '{ observe = "flow_family", is = "nice" }'),
        ("{ training = { steps = 30, learning_rate = 0.1 } }", '{ observe = "learning_rate", above = 0.01 }'),
        ("{ disabled_layers = [2] }", '{ observe = "disabled_layers", includes = 2 }'),
        ('{ edits = "clear" }', '{ observe = "disabled_layers", is = [] }'),
        ("{}", '{ observe = "gap", below = 5 }'),
        ("{}", '{ observe = "exported", is = false }'),
        ("{}", '{ observe = "comparison", is = false }'),
        ("{ stage = 3 }", f'[{is_stage(3)}, {{ observe = "played", is = false }}]'),
    ],
)
def test_a_step_that_is_done_when_it_begins_is_an_error(tmp_path: Path, setup: str, condition: str) -> None:
    place = f"line {FIRST_LINES + 7}, step 1, condition: This already holds when the step begins"
    assert problem(lesson(tmp_path, (setup, condition))).startswith(place)


@pytest.mark.parametrize(
    ("setup", "condition"),
    [
        ("{ stage = 3 }", is_stage(4)),
        ("{ stage = 3 }", f'[{is_stage(3)}, {{ observe = "played", is = true }}]'),
        ("{ stage = 3 }", '{ observe = "stage", changed = true }'),
        ("{}", '{ observe = "tool", is = "move" }'),
        ('{ direction = "encode" }', '{ observe = "selection", above = 0 }'),
        ("{ disabled_layers = [2] }", '{ observe = "disabled_layers", is = [] }'),
        ("{ training = { steps = 30 } }", '{ observe = "training", is = "ended" }'),
        ('{ train = "start" }', '{ observe = "gap", below = 5 }'),
    ],
)
def test_a_step_that_needs_its_action_is_right(tmp_path: Path, setup: str, condition: str) -> None:
    assert len(check_lesson(lesson(tmp_path, (setup, condition))).steps) == 1


def test_a_state_that_an_earlier_step_has_set_up_counts_after_skip(tmp_path: Path) -> None:
    first = ("{ stage = 3 }", '{ observe = "marks", includes = "grid" }')
    found = problem(lesson(tmp_path, first, ("{}", is_stage(3))))
    assert found.startswith(f"line {FIRST_LINES + 14}, step 2, condition: This already holds")
    check_lesson(lesson(tmp_path, first, ("{ stage = 2 }", is_stage(3))))


def test_a_state_stays_if_what_is_open_is_not_opened_again(tmp_path: Path) -> None:
    first = ("{ stage = 3 }", '{ observe = "marks", includes = "grid" }')
    assert "step 2, condition: This still holds" in problem(lesson(tmp_path, first, (f"{{ {MOONS} }}", is_stage(3))))
    check_lesson(lesson(tmp_path, first, ('{ gallery = "sine" }', is_stage(3))))


def test_what_an_earlier_action_has_done_still_holds(tmp_path: Path) -> None:
    first, more = ("{ stage = 3 }", '{ observe = "stage", above = 6 }'), '{ observe = "stage", above = 4 }'
    assert "step 2, condition: This still holds" in problem(lesson(tmp_path, first, ("{}", more)))
    check_lesson(lesson(tmp_path, first, ("{ stage = 4 }", more)))
    check_lesson(lesson(tmp_path, first, ("{}", '{ observe = "stage", above = 7 }')))
    played = ("{ stage = 3 }", '{ observe = "played", is = true }')
    check_lesson(lesson(tmp_path, played, ("{}", '{ observe = "played", is = true }')))
    flow, loss = (("{}", f'{{ observe = "panels", includes = "{name}" }}') for name in ("flow", "loss"))
    check_lesson(lesson(tmp_path, flow, loss))


def test_a_training_changes_what_is_known(tmp_path: Path) -> None:
    first = ("{ stage = 3, training = { steps = 30 } }", '{ observe = "training", is = "ended" }')
    again = '[{ observe = "training", is = "ended" }, { observe = "gap", below = 5 }]'
    check_lesson(lesson(tmp_path, first, ("{}", again)))
    assert "still holds" in problem(lesson(tmp_path, first, ("{}", first[1])))


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ('{ observe = "stage", at_most = -1 }', "condition.at_most: stage is never at most -1 here: it is from 0"),
        ('{ observe = "stage", is = 13 }', "condition.is: stage is never 13 here: it is from 0 to 12."),
        ('{ observe = "stage", is = 2.5 }', "condition.is: stage is never 2.5 here"),
        ('{ observe = "probe_stage", above = 12 }', "condition.above: probe_stage is never above 12 here"),
        ('{ observe = "stage_kind", is = "planar" }', 'condition.is: stage_kind is never "planar" here: it is base,'),
        ('{ observe = "on_target", above = 100 }', "condition.above: on_target is never above 100 here: it is from 0"),
        ('{ observe = "learning_rate", above = 1 }', "condition.above: learning_rate is never above 1 here"),
        ('{ observe = "flow_layers", below = 1 }', "condition.below: flow_layers is never below 1 here"),
        ('{ observe = "steps", above = 99999 }', "condition.above: steps is never above 99999 here: it is from 0 to"),
        ('{ observe = "panels", is = ["flow"] }', "condition.is: panels is never ['flow'] here"),
        ('{ observe = "color_by", is = "component" }', 'condition.is: color_by is never "component" here'),
        ('{ observe = "one_dimension_total", above = 0 }', "condition.above: This is known only while the one-"),
        ('[{ observe = "stage", above = 3 }, { observe = "stage", below = 3 }]', "condition.2.below: No stage meets"),
        ('[{ observe = "stage", above = 3 }, { observe = "stage", below = 4 }]', "condition.2.below: No stage meets"),
        ('[{ observe = "stage", is = 4 }, { observe = "stage", is_not = 4 }]', "condition.2.is_not: No stage meets"),
        (
            '[{ observe = "direction", is = "encode" }, { observe = "direction", is = "generate" }]',
            "condition.2.is: No direction meets this and the other conditions of the step.",
        ),
        (
            '[{ observe = "marks", is = ["grid"] }, { observe = "marks", includes = "paths" }]',
            "condition.2.includes: No marks meets",
        ),
        (
            '[{ observe = "disabled_layers", is = [] }, { observe = "disabled_layers", includes = 2 }]',
            "condition.2.includes: No disabled_layers meets",
        ),
        ('[{ observe = "probe", is = false }, { observe = "probe_x", above = 1 }]', "condition.2.above: No probe"),
        ('[{ observe = "text", is = "A" }, { observe = "shape", is = "sine" }]', "condition.2.is: No target_kind"),
        (
            '[{ observe = "base", is = "normal" }, { observe = "components", is = 4 }]',
            "condition.2.is: No base meets this",
        ),
        (
            '[{ observe = "budget_steps", above = 3 }, { observe = "budget_seconds", above = 3 }]',
            "condition.1.above: A training has a budget in seconds or in steps",
        ),
        ('[{ observe = "color_by", changed = true }, { observe = "color_by", is = "quadrant" }]', "condition.2.is: No"),
    ],
)  # fmt: skip
def test_a_condition_that_never_holds_is_an_error(tmp_path: Path, condition: str, expected: str) -> None:
    setup = '{ stage = 3, color_by = "quadrant", training = { steps = 20 } }'
    found = problem(lesson(tmp_path, (setup, condition)))
    assert found.startswith(f"line {FIRST_LINES + 7}, step 1, {expected}")


def test_no_step_is_trained_beyond_the_budget(tmp_path: Path) -> None:
    setup, ended = "{ training = { steps = 20 } }", '{ observe = "training", is = "ended" }'
    more = '{ observe = "moment", at_least = 21 }'
    found = problem(lesson(tmp_path, (setup, more), opening=""))
    assert "step 1, condition.at_least: moment is never at least 21 here: it is from 0 to 20." in found
    check_lesson(lesson(tmp_path, (setup, more.replace("21", "20")), opening=""))
    check_lesson(lesson(tmp_path, ("{ training = { steps = 30 } }", ended), (setup, more), opening=""))


@pytest.mark.parametrize(
    ("setup", "condition"),
    [
        ("{}", '[{ observe = "stage", above = 3 }, { observe = "stage", below = 5 }]'),
        ("{}", '[{ observe = "marks", includes = "grid" }, { observe = "marks", is_not = ["grid", "points"] }]'),
        ("{}", '[{ observe = "disabled_layers", includes = 2 }, { observe = "disabled_layers", is_not = [2] }]'),
        ("{}", '[{ observe = "panels", includes = "flow" }, { observe = "panels", is_not = ["flow", "training"] }]'),
        ("{}", '[{ observe = "text", is_not = "SUN" }, { observe = "text", changed = true }]'),
        ("{ training = { seconds = 9.0 } }", '{ observe = "steps", above = 100000 }'),
        ("{}", '[{ observe = "budget_steps", is = 200000 }, { observe = "steps", above = 100000 }]'),
        ('{ flow = { family = "spline", layers = 20 } }', '{ observe = "stage", is = 30 }'),
        ("{}", '[{ observe = "flow_layers", is = 32 }, { observe = "stage", is = 30 }]'),
        ('{ flow = { base = "mixture" } }', '{ observe = "components", is = 4 }'),
        ('{ flow = { base = "mixture" } }', '{ observe = "color_by", is = "component" }'),
    ],
)
def test_conditions_that_can_hold_are_right(tmp_path: Path, setup: str, condition: str) -> None:
    check_lesson(lesson(tmp_path, (setup, condition)))


def test_the_one_dimensional_view_has_its_own_beginning(tmp_path: Path) -> None:
    view, slope = 'view = "one_dimension"', '{{ observe = "one_dimension_slope_at_center", {} }}'
    check_lesson(lesson(tmp_path, ('{ curve = "straight" }', slope.format("below = 0.5")), opening=view))
    found = problem(lesson(tmp_path, ('{ curve = "straight" }', slope.format("above = 0.5")), opening=view))
    assert "This already holds" in found
    assert "never below 0 here" in problem(lesson(tmp_path, ("{}", slope.format("below = 0")), opening=view))


@pytest.mark.parametrize(
    ("name", "at_once", "later"),
    [
        ("slope_left", "below = 0.5", "above = 0.5"),
        ("slope_right", "below = 0.5", "above = 0.5"),
        ("max_density", "above = 1", "below = 1"),
        ("largest_move", "above = 0.7", "above = 0.9"),
        ("slice", "is = 0", "above = 0"),
    ],
)
def test_every_number_of_a_curve_given_as_heights_is_known(tmp_path: Path, name: str, at_once: str, later: str) -> None:
    view, heights = 'view = "one_dimension"', "{ curve = [-3, -2, -0.2, 0, 0.2, 2, 3] }"
    condition = f'{{{{ observe = "one_dimension_{name}", {{}} }}}}'
    assert "This already holds" in problem(lesson(tmp_path, (heights, condition.format(at_once)), opening=view))
    check_lesson(lesson(tmp_path, (heights, condition.format(later)), opening=view))


def test_a_comparison_is_known_by_its_flows(tmp_path: Path) -> None:
    three, flows = 'gallery = "three_flows"', '{{ observe = "comparison_entrants", {} }}'
    check_lesson(lesson(tmp_path, ("{}", flows.format("at_least = 4")), opening=three))
    assert "already holds" in problem(lesson(tmp_path, ("{}", flows.format("at_least = 3")), opening=three))
    assert "never above 6 here" in problem(lesson(tmp_path, ("{}", flows.format("above = 6")), opening=three))


def test_a_long_text_is_a_warning(tmp_path: Path) -> None:
    path = lesson(tmp_path, ("{ stage = 3 }", is_stage(4)))
    text = path.read_text(encoding="utf-8")
    assert lesson_warnings(check_lesson(path)) == []
    path.write_text(text.replace('"Text."', f'"{"*so* " * 60}"'), encoding="utf-8")
    assert lesson_warnings(check_lesson(path)) == []
    path.write_text(text.replace('"Text."', f'"{"*so* " * 61}"'), encoding="utf-8")
    (warning,) = lesson_warnings(check_lesson(path))
    assert warning.startswith(f"{path}, line {FIRST_LINES + 4}, step 1, text: The text has 61 words.")
