"""What a person does with the program, each until the window is closed. Run by `program.used`, in its process."""

import time
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from PyQt6.QtWidgets import QLineEdit, QSlider

from flowviz.app import document
from flowviz.app.choice_box import ChoiceBox
from flowviz.exporting.scenes import Scenes
from flowviz.projects import Project, example
from flowviz.projects.drafts import Draft
from flowviz.records import Moment, Timeline
from tests.trust.user import Condition, User, after

SOON = 0.3  # seconds: in the midst of what was begun
LONG = 20.0  # seconds, that something takes on a bad day


def make_slow(place: object, name: str) -> None:
    """What it does takes long, as on a slow disk or on a machine that has too much to do."""
    work = getattr(place, name)

    def work_slowly(*arguments: Any, **options: Any) -> Any:
        time.sleep(LONG)
        return work(*arguments, **options)

    setattr(place, name, work_slowly)


def with_past(project: Project) -> Project:
    """The project with earlier moments, of which a file has the weights alone."""
    moments = tuple(Moment(step, project.weights, 0.5, 0.5) for step in (100, 200, 300))
    return replace(project, timeline=Timeline(moments))


def trains_and_closes_while(user: User, words: str) -> Iterator[Condition]:
    user.press("train")
    yield user.says(words)
    yield after(SOON)


def closes_while_tensorflow_loads(user: User) -> Iterator[Condition]:
    yield from trains_and_closes_while(user, "Loading")


def closes_while_it_compiles(user: User) -> Iterator[Condition]:
    yield from trains_and_closes_while(user, "Compiling")


def closes_while_it_trains(user: User) -> Iterator[Condition]:
    user.choose_small_flow()
    yield from trains_and_closes_while(user, "gap")


def closes_while_another_flow_takes_the_place_of_one_that_trains(user: User) -> Iterator[Condition]:
    user.choose_small_flow()
    user.press("train")
    yield user.says("gap")
    user.choose_family("Spline")
    user.press("train")
    yield user.says("Compiling")


def closes_while_it_exports(user: User) -> Iterator[Condition]:
    user.window.session.show_project(example("brad").project())
    user.choose("export")
    user.find(ChoiceBox, "exportWhat").choose("animation")
    user.find(ChoiceBox, "exportFormat").choose("mp4")
    user.find(QLineEdit, "exportPath").setText(str(user.folder / "film.mp4"))
    make_slow(Scenes, "picture")
    user.press("export")
    yield lambda: any(user.folder.glob(".flowviz-*.part"))
    yield after(SOON)


def closes_while_it_opens(user: User) -> Iterator[Condition]:
    make_slow(document, "load_project")
    user.window.desk.open(example("brad").path)
    yield after(SOON)


def closes_while_it_autosaves(user: User) -> Iterator[Condition]:
    make_slow(Draft, "save")
    user.type("Mine")
    user.window.autosave.save()
    yield after(SOON)


def closes_while_it_follows_moments(user: User) -> Iterator[Condition]:
    user.window.session.show_project(with_past(example("brad").project()))
    user.find(QSlider, "historyScrubber").setValue(0)
    yield user.says("Following")
    yield after(SOON)
