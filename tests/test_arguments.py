"""Arguments of public functions: accepted types, and the errors for other types."""

import inspect
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from matplotlib.figure import Figure
from PIL import Image

import flowviz
from flowviz import (
    ComparisonSpec,
    Entrant,
    FlowSpec,
    FlowvizError,
    PointsSpec,
    Project,
    ShapeSpec,
    TextSpec,
    TrainingSpec,
    points_spec,
)
from flowviz.arguments import checked, unmasked
from flowviz.errors import ArgumentError, SpecError
from flowviz.library import training as library_training
from flowviz.records.trace import checked_points

POINTS = np.random.default_rng(0).normal([300, -5], [50, 10], (200, 2))
COLUMNS = {"x": POINTS[:, 0], "word": ["a", "b"] * 100, "y": POINTS[:, 1], "is_odd": [True, False] * 100}
AXES = Figure().subplots()
SMALL = FlowSpec(layers=1, width=4, depth=1)


def public_functions() -> list[Callable[..., Any]]:
    return [found for name in flowviz.__all__ if inspect.isfunction(found := getattr(flowviz, name))]


@pytest.mark.parametrize(
    "given",
    [
        POINTS.tolist(),
        pd.DataFrame(COLUMNS),
        pd.DataFrame(COLUMNS).convert_dtypes(),
        pl.DataFrame(COLUMNS),
        pl.DataFrame(COLUMNS).select("x", "y"),
    ],
    ids=["list", "pandas", "nullable", "polars", "polars-two"],
)
def test_points_are_an_array_or_two_numeric_columns(given: Any) -> None:
    assert points_spec(given) == points_spec(POINTS)


def test_whole_numbers_are_points_too() -> None:
    assert points_spec(POINTS.astype(int)) == points_spec(POINTS.astype(int).astype(float))


def test_extended_precision_is_accepted() -> None:
    assert points_spec(POINTS.astype(np.longdouble)) == points_spec(POINTS)


def test_other_data_get_a_sentence() -> None:
    with pytest.raises(FlowvizError, match=r"has 3 numeric columns \(x, y, z\)\. Select two"):
        points_spec(pd.DataFrame({**COLUMNS, "z": POINTS[:, 0]}))
    with pytest.raises(FlowvizError, match=r"has 0 numeric columns \(none\)\."):
        points_spec(pl.DataFrame({"word": ["a"]}))
    with pytest.raises(FlowvizError, match="missing"):
        points_spec(pl.DataFrame({"x": [1.0, None] * 20, "y": [1.0, 2.0] * 20}))
    with pytest.raises(FlowvizError, match=r"has 1 numeric column \(x\)\."):
        points_spec(pl.DataFrame({"x": POINTS[:, 0], "word": "a"}))
    with pytest.raises(FlowvizError, match="missing"):
        points_spec(np.ma.masked_greater(POINTS, 330))
    repeated = pd.DataFrame(POINTS[:, [0, 1, 0]], columns=["x", "y", "x"])
    for given in (None, "y"):
        with pytest.raises(FlowvizError, match=r"^Two columns of the data frame have the same name\."):
            points_spec(repeated, given=given)
    with pytest.raises(ArgumentError, match=r"two numeric columns, not an array of object\."):
        points_spec(POINTS.astype(object))
    for wrong in ("BRAD", ["a", "b"], object(), None, {"x": 1}, [[1, 2], [3]], POINTS.astype(complex)):
        with pytest.raises(ArgumentError, match=r"an array of numbers of shape \(n, 2\) or a data frame"):
            points_spec(wrong)  # type: ignore[call-overload]
    with pytest.raises(FlowvizError, match=r"shape \(200,\)"):
        points_spec(POINTS[:, 0])


@pytest.fixture
def _untrained(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let training return the project at once."""
    monkeypatch.setattr(library_training, "trained", lambda project, target, **_: project)


@pytest.mark.usefixtures("_untrained")
def test_training_has_defaults() -> None:
    text = TextSpec(text="I")
    for found in (flowviz.train(POINTS), flowviz.train(pl.DataFrame(COLUMNS)), flowviz.train(points_spec(POINTS))):
        assert found.target == points_spec(POINTS)
        assert found.flow == FlowSpec()
        assert found.training == TrainingSpec(seconds=60)
    training = TrainingSpec(steps=7)
    found = flowviz.train(text, SMALL, training)
    assert (found.target, found.flow, found.training) == (text, SMALL, training)
    renamed: dict[str, Any] = {"target_spec": text, "training_spec": training}  # as it was called before
    found = flowviz.train(flow_spec=SMALL, **renamed)
    assert (found.target, found.flow, found.training) == (text, SMALL, training)


def test_an_array_is_learned_in_its_units() -> None:
    found = flowviz.train(POINTS, SMALL, TrainingSpec(steps=300))
    assert isinstance(found.target, PointsSpec)
    np.testing.assert_allclose(flowviz.sample(found, 2000).mean(axis=0), POINTS.mean(axis=0), atol=15)


def test_a_picture_is_read(tmp_path: Path) -> None:
    Image.new("L", (30, 20), 90).save(tmp_path / "gray.png")
    assert flowviz.read_image(str(tmp_path / "gray.png")) == flowviz.read_image(tmp_path / "gray.png")


@pytest.mark.parametrize("function", public_functions(), ids=lambda each: each.__name__)
def test_every_argument_of_a_wrong_type_gets_a_sentence(function: Callable[..., Any]) -> None:
    project = Project.untrained(ShapeSpec(name="heart"), SMALL, TrainingSpec(steps=1))
    known = {"project": project, "spec": SMALL, "path": "x.flowviz", "points": POINTS, "target": POINTS, "ax": AXES}
    known["positions"] = np.stack([POINTS, POINTS])
    entrant = Entrant(name="a", target=ShapeSpec(name="heart"), flow=SMALL, training=TrainingSpec(steps=1))
    known["comparison"] = ComparisonSpec(entrants=(entrant,))
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is parameter.VAR_KEYWORD:
            continue  # for another library
        wrong = {"dtype": "float16", "units": "furlongs", "direction": "up"}.get(name, object())
        required = [each for each in inspect.signature(function).parameters if each in known and each != name]
        options = {each: known[each] for each in required}
        is_variadic = parameter.kind is parameter.VAR_POSITIONAL
        call = partial(function, wrong) if is_variadic else partial(function, **options, **{name: wrong})
        with pytest.raises(FlowvizError, match=r"\.$"):
            list(call())  # also of a function that yields its results


@pytest.mark.parametrize(
    "call",
    [
        lambda project: project.with_weights(3),
        lambda project: project.with_integrator("leapfrog"),
        lambda project: project.with_integrator(steps="many"),
        lambda project: project.given(None),
        lambda project: project.guided("much"),
        lambda project: project.with_budget(100),
        lambda project: project.build_flow("float16"),
        lambda project: project.distribution("furlongs"),
        lambda project: project.score_in_units("furlongs"),
        lambda project: project.with_edits({}),
    ],
)
def test_methods_of_a_project_check_their_arguments(call: Callable[[Project], Any]) -> None:
    project = Project.untrained(ShapeSpec(name="heart"), FlowSpec(family="flow_matching"), TrainingSpec(steps=1))
    with pytest.raises(SpecError, match=r"\.$"):
        call(project)


def test_the_sentence_says_what_is_expected() -> None:
    wrong: Any = "realnvp"
    with pytest.raises(TypeError, match=r"train\(\) takes FlowSpec or None as flow_spec, not 'realnvp'\."):
        flowviz.train(POINTS, wrong)
    with pytest.raises(ArgumentError, match=r"sample\(\) takes Project as project, not FlowSpec\."):
        flowviz.sample(SMALL)  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"takes ComparisonSpec or Comparison as comparison, not None\."):
        flowviz.compare(None)  # type: ignore[arg-type]
    entrant = Entrant(name="a", target=ShapeSpec(name="heart"), flow=SMALL, training=TrainingSpec(steps=1))
    with pytest.raises(ArgumentError, match=r"recorded must contain projects, not ndarray; see flowviz\.record\."):
        flowviz.compare(ComparisonSpec(entrants=(entrant,)), recorded={"b": POINTS})  # type: ignore[dict-item]
    with pytest.raises(ArgumentError, match=r"sample\(\) takes a whole number as n, not True\."):
        flowviz.sample(Project.untrained(TextSpec(text="I"), SMALL, TrainingSpec(steps=1)), True)
    with pytest.raises(
        ArgumentError, match=r"untrained\(\) takes TextSpec, ImageSpec, .* or ConditionalSpec as target, not 5"
    ):
        Project.untrained(5, SMALL, TrainingSpec(steps=1))  # type: ignore[arg-type]
    with pytest.raises(ArgumentError, match=r"takes 'data', 'pixels' or 'flow' as units, not 'furlongs'"):
        flowviz.sample(Project.untrained(TextSpec(text="I"), SMALL, TrainingSpec(steps=1)), units="furlongs")  # type: ignore[arg-type]


def test_any_number_of_arguments_is_checked() -> None:
    @checked
    def function(*files: str, count: int = 1) -> tuple[Any, ...]:
        return *files, count

    assert function("a", "b", "c", count=2) == ("a", "b", "c", 2)
    with pytest.raises(ArgumentError, match=r"takes text as files, not 3\."):
        function("a", 3)  # type: ignore[arg-type]


def test_numbers_of_numpy_and_paths_are_accepted() -> None:
    @checked
    def function(count: int, rate: float | None, path: str | Path, call: Callable[[], int] = int) -> Any:
        return count, rate, path, call

    given: list[tuple[Any, ...]] = [(np.int64(3), np.float32(0.5), Path("a")), (3, 1, "a"), (3, None, "a", len)]
    for right in given:
        assert function(*right)[: len(right)] == right
    given = [(3.5, 1, "a"), (3, "1", "a"), (3, 1, 5)]
    for wrong in given:
        with pytest.raises(ArgumentError):
            function(*wrong)
    with pytest.raises(ArgumentError, match="takes a function as call, not 5"):
        function(1, 1, "a", 5)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="missing 2 required positional arguments"):
        function(1)  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="unexpected keyword argument 'other'"):
        function(1, 1, "a", other=1)  # type: ignore[call-arg]


def test_masked_values_are_missing() -> None:
    hidden = np.ma.masked_equal([[1, 2], [3, 4]], 3)
    np.testing.assert_array_equal(unmasked(hidden), [[1, 2], [np.nan, 4]])
    assert unmasked(np.ma.masked_equal(["a", "b"], "b")).tolist() == ["a", pytest.approx(np.nan, nan_ok=True)]
    plain = np.ones(2)
    assert unmasked(plain) is plain
    assert np.isnan(checked_points(hidden)[1, 0])


def test_truth_values_are_values_of_a_condition() -> None:
    words = flowviz.points_spec(np.random.default_rng(0).normal(size=(200, 2)), given=np.arange(200) % 2 == 0)
    project = Project.untrained(words, FlowSpec(condition=words.condition), TrainingSpec(steps=1))
    values: list[Any] = [True, np.True_]
    for value in values:
        assert project.given(value).flow.given == project.given("True").flow.given
