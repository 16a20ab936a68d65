"""Columns of tables as the condition of their points."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from flowviz.errors import ArgumentError, FileError, SpecError, TargetError
from flowviz.specs import ConditionalSpec
from flowviz.targets import points_spec, reading_condition, reading_points, result_of
from flowviz.targets.column import column_of

POINTS = np.random.default_rng(0).normal(size=(300, 2))
AGES = np.linspace(18, 90, 300)
PETS = np.where(np.arange(300) % 3, "cat", "dog")


def classes(values: Any) -> tuple[str, ...]:
    """Return the classes of values, each of which occurs often enough."""
    return column_of(np.repeat(np.array(values), 20), "pet").condition.classes


def read(path: Path, given: str, columns: str | None = None) -> ConditionalSpec:
    points = result_of(reading_points(path, columns, given=given))
    return ConditionalSpec(sources=(points,), column=result_of(reading_condition(path, given)))


def test_text_truth_values_and_few_whole_numbers_are_classes() -> None:
    assert classes(["dog", " cat "]) == classes(np.array([b"dog", b"cat"])) == ("cat", "dog")
    assert classes(np.array([b"dog", b"\xff"])) == ("dog", "\ufffd")
    assert classes([True, False]) == ("False", "True")
    assert classes([10, 2]) == classes([10.0, 2.0]) == classes(np.array([10, 2], object)) == ("2", "10")


@pytest.mark.parametrize("values", [np.arange(10), [0.5, 1.5]])
def test_other_numbers_are_numbers_in_their_range(values: Any) -> None:
    numbers = np.repeat(values, 20)
    column = column_of(numbers, "age")
    assert not column.condition.classes
    assert column.condition.range == (min(values), max(values))
    assert column.values.tolist() == numbers.tolist()


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        (["cat"] * 100, "All points have the same 'pet'"),
        ([3.5] * 100, "All points have the same 'pet'"),
        (["cat"] * 100 + ["dog"] * 19, "The class 'dog' of 'pet' has 19 points, but a class needs at least 20"),
        ([f"pet {k % 10}" for k in range(300)], "10 different values that are not all numbers, such as 'pet 9'"),
        ([1, 2, 3, 4, 5, 6, 7, 8, 9, "?"] * 30, "not all numbers, such as '[?]'. A condition has at most 9 classes"),
        (["cat", None, "dog"] * 30, "missing or infinite values in 30 of its 90 rows, starting with row 2"),
        (["cat", "dog", " "] * 30, "starting with row 3"),
        ([1.5, 2.5, np.nan] * 30, "starting with row 3"),
        ([1.5, np.inf] * 30, "starting with row 2"),
        (np.zeros((30, 2)), r"an array of shape \(30, 2\)"),
        ([-1e308, 1e308, *range(90)], "cannot be between"),
    ],
)
def test_column_that_cannot_be_a_condition_is_refused(values: Any, reason: str) -> None:
    with pytest.raises((TargetError, SpecError), match=reason):
        column_of(values, "pet")


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize(("name", "values"), [("pet", PETS), ("age", AGES)])
def test_column_of_a_data_frame_is_the_condition_of_the_others(library: str, name: str, values: Any) -> None:
    frame = pytest.importorskip(library).DataFrame({"x": POINTS[:, 0], name: values, "y": POINTS[:, 1]})
    spec = points_spec(frame, "pets", given=name)
    assert spec.sources == (points_spec(POINTS, "pets"),)
    assert spec.column == column_of(values, name)
    series = points_spec(POINTS, "pets", given=frame[name])
    assert series == spec, "a series has a name"
    with pytest.raises(TargetError, match=f"There is no column 'size'. The columns are: x, {name}, y"):
        points_spec(frame, given="size")


def test_values_of_an_array_need_no_name() -> None:
    spec = points_spec(POINTS, given=AGES.tolist(), center=(0, 0))
    assert (spec.condition.name, spec.condition.range) == ("condition", (18, 90))
    with pytest.raises(ArgumentError, match="Only a data frame has a column 'age'"):
        points_spec(POINTS, given="age")
    with pytest.raises(SpecError, match="different numbers of rows"):
        points_spec(POINTS, given=AGES[:200])


def test_condition_is_read_from_every_form_of_a_table(tmp_path: Path) -> None:
    rows = list(zip(POINTS[:, 0], PETS, POINTS[:, 1], AGES, strict=True))
    text = "\n".join(";".join(map(str, row)) for row in rows)
    (tmp_path / "named.csv").write_text("x,pet,y,age\n" + text.replace(";", ","))
    (tmp_path / "decimal.csv").write_text("x;pet;y;age\n" + text.replace(".", ","))
    (tmp_path / "quoted.txt").write_text("x\tpet\ty\tage\n" + text.replace(";", "\t").replace("dog", '"dog"'))
    types = [("x", float), ("pet", "S3"), ("y", float), ("age", float)]
    np.save(tmp_path / "bytes.npy", np.array(rows, types))
    np.savez(tmp_path / "columns.npz", x=POINTS[:, 0], pet=PETS, y=POINTS[:, 1], age=AGES)
    for path in sorted(tmp_path.iterdir()):
        for name, values in (("pet", PETS), ("age", AGES)):
            spec = read(path, name, "x,y")
            assert spec.condition == column_of(values, name).condition, path.name
            assert spec.column is not None
            np.testing.assert_allclose(spec.column.values, column_of(values, name).values)
            np.testing.assert_allclose(spec.sources[0].center, POINTS.mean(axis=0), atol=1e-6)  # type: ignore[union-attr]


def test_columns_without_names_have_numbers(tmp_path: Path) -> None:
    np.save(tmp_path / "three.npy", np.column_stack([POINTS, AGES]))
    assert read(tmp_path / "three.npy", "3").condition.name == "column 3"


def test_condition_is_none_of_the_columns_of_the_points(tmp_path: Path) -> None:
    path = tmp_path / "pets.csv"
    np.savetxt(path, np.column_stack([AGES, POINTS]), delimiter=",", header="age,x,y", comments="")
    assert read(path, "age").sources == read(path, "age", "x,y").sources, "by default, they are the first two others"
    for columns, given in (("x,y", "y"), ("x,age", "1")):
        with pytest.raises(FileError, match=r"pets\.csv cannot be the condition and also x or y. Choose three columns"):
            read(path, given, columns)
    with pytest.raises(FileError, match=r"pets\.csv has no column 'size'. Its columns are: age, x, y"):
        read(path, "size")
    np.savetxt(path, POINTS, delimiter=",", header="x,y", comments="")
    with pytest.raises(FileError, match="Choose three columns"):
        read(path, "y")


def test_points_of_a_rare_class_may_be_many_times_as_dense_as_all_points() -> None:
    even, rare = (column_of(np.repeat(["cat", "dog"], [100, dogs]), "pet").condition for dogs in (100, 25))
    assert (even.most_likely, rare.most_likely) == (2, 5)
