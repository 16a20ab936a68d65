"""Tables of points as the target."""

from pathlib import Path

import numpy as np
import pytest
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QLabel, QProgressBar, QPushButton, QWidget

from flowviz.app.training.undo import ProjectUndo
from flowviz.specs import PointsSpec
from flowviz.targets import points_spec
from tests.app.target.panel_window import finish_reading, panel_window
from tests.app.target.test_panel import TargetUser, media_of, user

__all__ = ["panel_window", "user"]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    points = np.random.default_rng(0).normal(size=(1000, 3)) * (1, 2, 3)
    points[:5] = 30
    np.savetxt(path, points, delimiter=",", header="a,b,c", comments="")
    return path


def test_bad_table_leaves_the_columns_of_the_good_one(user: TargetUser, table: Path, tmp_path: Path) -> None:
    user.drop(media_of(table))
    good = user.wait_for_other(user.built)
    box = user.window.find(QComboBox, "pointsX")
    (tmp_path / "thin.csv").write_text("x\n" + "1\n" * 50)
    user.drop(media_of(tmp_path / "thin.csv"))
    user.wait(lambda: user.file_problem.endswith("."))
    assert user.built is good
    assert [box.itemText(k) for k in range(box.count())] == ["a", "b", "c"]


def test_columns_can_be_chosen_and_outliers_are_counted(user: TargetUser, table: Path) -> None:
    user.drop(media_of(table))
    first = user.wait_for_other(user.built)
    assert isinstance(first.spec, PointsSpec)
    note, y = user.window.find(QLabel, "targetNote"), user.window.find(QComboBox, "pointsY")
    assert "1,000 points, 5 of them outliers" in note.text()
    assert [y.itemText(index) for index in range(y.count())] == ["a", "b", "c"]
    y.setCurrentIndex(2)
    y.activated.emit(2)
    second = user.wait_for_other(first)
    assert isinstance(second.spec, PointsSpec)
    assert second.spec.unit[0] == pytest.approx(1.5 * first.spec.unit[0], rel=0.3)
    y.setCurrentIndex(0)
    y.activated.emit(0)
    user.wait(lambda: user.file_problem == "Column a of table.csv cannot be both x and y. Choose two columns.")
    assert user.built is second


@pytest.fixture
def pets(tmp_path: Path) -> Path:
    path, (x, y, ages) = tmp_path / "pets.csv", np.random.default_rng(0).normal(size=(3, 100))
    names = ["dog" if number % 3 else "cat" for number in range(100)]
    rows = [",".join(map(str, row)) for row in zip(x, y, ages, names, ["x"] * 100, strict=True)]
    path.write_text("\n".join(["a,b,age,pet,only", *rows]))
    return path


def choose(user: TargetUser, name: str, text: str) -> None:
    box = user.window.find(QComboBox, name)
    box.setCurrentText(text)
    box.activated.emit(box.currentIndex())


def choose_condition(user: TargetUser, text: str) -> None:
    choose(user, "pointsCondition", text)


def test_column_can_be_the_condition(user: TargetUser, pets: Path) -> None:
    user.drop(media_of(pets))
    plain = user.wait_for_other(user.built)
    box = user.window.find(QComboBox, "pointsCondition")
    assert box.currentText() == "No condition"
    offered = [box.itemText(k) for k in range(1, box.count())]
    assert offered == ["Condition: age", "Condition: pet", "Condition: only"], "without the columns of the points"
    choose_condition(user, "Condition: pet")
    by_pet = user.wait_for_other(plain)
    assert by_pet.title == "pets.csv by pet"
    assert "The condition is 'pet', one of cat, dog." in user.window.find(QLabel, "targetNote").text()
    assert "100 points" in user.window.find(QLabel, "targetNote").text()
    assert user.window.main.request.plan.flow.given_label == "cat"
    choose_condition(user, "Condition: age")
    by_age = user.wait_for_other(by_pet)
    assert by_age.title == "pets.csv by age"
    assert user.window.main.request.plan.flow.given_label.startswith("age -")
    undo = user.window.main.undo  # type: ignore[attr-defined]
    undo.stack.undo()
    assert user.window.main.request.plan.target == by_pet.spec
    assert box.currentText() == "Condition: pet"
    choose_condition(user, "No condition")
    user.wait(lambda: user.window.main.request.plan.target == plain.spec)
    assert user.window.main.request.plan.flow.condition is None


def test_wrong_condition_is_a_sentence_and_the_target_stays(user: TargetUser, pets: Path) -> None:
    user.drop(media_of(pets))
    before = user.wait_for_other(user.built)
    choose_condition(user, "Condition: only")
    reason = "All points have the same 'only', which tells a flow nothing. Choose another column."
    user.wait(lambda: user.file_problem == reason)
    assert user.built is before
    choose_condition(user, "Condition: pet")
    user.wait_for_other(before)
    assert not user.file_problem


def test_condition_cannot_also_be_a_column_of_the_points(user: TargetUser, pets: Path) -> None:
    user.drop(media_of(pets))
    plain = user.wait_for_other(user.built)
    choose_condition(user, "Condition: age")
    before = user.wait_for_other(plain)
    choose(user, "pointsY", "age")
    reason = "Column age of pets.csv cannot be the condition and also x or y. Choose three columns."
    user.wait(lambda: user.file_problem == reason)
    assert user.built is before
    assert user.window.find(QComboBox, "pointsCondition").currentText() == "Condition: age"


def test_table_of_a_project_names_its_condition(user: TargetUser, pets: Path) -> None:
    spec = points_spec(np.random.default_rng(0).normal(size=(100, 2)), "pets.csv", given=np.arange(100) % 2)
    user.window.main.request.show_target(spec)
    assert user.window.find(QLabel, "pointsName").text() == "pets.csv by condition"
    assert user.window.find(QWidget, "pointsPage").isVisible()
    assert not user.window.find(QComboBox, "pointsCondition").isVisible()


def test_first_two_columns_of_numbers_are_read_and_named(user: TargetUser, tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(50, 3))
    (tmp_path / "named.csv").write_text("name,x,y,z\n" + "".join(f"a,{x},{y},{z}\n" for x, y, z in rows))
    user.drop(media_of(tmp_path / "named.csv"))
    user.wait(lambda: user.built is not None and isinstance(user.built.spec, PointsSpec))
    x, y = (user.window.find(QComboBox, name) for name in ("pointsX", "pointsY"))
    assert (x.currentText(), y.currentText()) == ("x", "y")
    note = user.window.find(QLabel, "pointsNote")
    assert note.text() == "flowviz reads the columns 'x' and 'y' of named.csv, the first two with numbers."
    assert note.isVisible()
    assert not user.file_problem, "nothing is wrong"
    y.setCurrentIndex(3)
    y.activated.emit(3)
    user.wait(lambda: not note.isVisible())
    assert not note.text()
    assert y.currentText() == "z"


def test_name_is_that_of_the_table_whose_columns_are_offered(user: TargetUser, table: Path, tmp_path: Path) -> None:
    user.drop(media_of(table))
    user.wait_for_other(user.built)
    name = user.window.find(QLabel, "pointsName")
    assert name.text() == "table.csv"
    (tmp_path / "words.csv").write_text("a,b,c\n" + "k,l,m\n" * 30)
    user.drop(media_of(tmp_path / "words.csv"))
    user.wait(lambda: bool(user.file_problem))
    assert name.text() == "words.csv"


def test_reading_many_points_shows_its_progress_and_can_be_cancelled(user: TargetUser, tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    row = "0.25,1.5\n-0.5,2.25\n1.25,-1.75\n"
    path.write_text("x,y\n" + row * 1_000_000)
    before, cancel = user.built, user.window.find(QPushButton, "readingCancel")
    user.drop(media_of(path))
    user.wait(lambda: user.window.find(QProgressBar, "readingProgress").value() > 0)
    user.qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert not cancel.isVisible()
    finish_reading(user.window.main.target_importer, user.qtbot)
    assert not cancel.isVisible()
    assert user.built is before, "the previous target stays"


def test_cancelled_columns_are_not_shown(user: TargetUser, table: Path) -> None:
    user.drop(media_of(table))
    user.wait_for_other(user.built)
    y = user.window.find(QComboBox, "pointsY")
    y.setCurrentIndex(2)
    y.activated.emit(2)
    user.window.find(QPushButton, "readingCancel").click()
    assert y.currentText() == "b"


def test_tables_and_columns_are_undone_and_redone_at_once(user: TargetUser, tmp_path: Path) -> None:
    main, points = user.window.main, np.random.default_rng(0).normal(size=(50, 3))
    np.savetxt(tmp_path / "first.csv", points, delimiter=",")
    np.save(tmp_path / "second.npy", points)
    undo: ProjectUndo = main.undo  # type: ignore[attr-defined]
    choices, titles = [undo.choices()], []

    def wait_for_edit(title: str) -> None:
        user.wait(lambda: undo.stack.undoText() == title)
        assert undo.stack.count() == len(choices)
        choices.append(undo.choices())
        titles.append(title)

    for name in ("first.csv", "second.npy"):
        user.drop(media_of(tmp_path / name))
        wait_for_edit(f"Points: {name}")
    y = user.window.find(QComboBox, "pointsY")
    y.setCurrentIndex(2)
    y.activated.emit(2)
    wait_for_edit("Columns")
    for previous, title in zip(reversed(choices[:-1]), reversed(titles), strict=True):
        undo.stack.undo()
        assert (undo.choices(), undo.stack.redoText()) == (previous, title)
    assert user.window.find(QWidget, "textPage").isVisible()
    for following in choices[1:]:
        undo.stack.redo()
        assert undo.choices() == following
    assert y.currentIndex() == 2
