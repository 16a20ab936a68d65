"""What a person does with the program, each until the window is closed. Run by `program.used`, in its process."""

import resource
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any

from PyQt6.QtWidgets import QFileDialog, QLineEdit, QPlainTextEdit, QSlider, QToolButton

from flowviz import projects
from flowviz.app.document import autosave
from flowviz.app.target.font_box import FontBox
from flowviz.app.widgets.controls import ChoiceBox
from flowviz.exporting.scenes import Scenes
from flowviz.projects import Project, example
from flowviz.projects.drafts import Draft
from flowviz.records import Moment, Timeline
from tests.trust.user import Condition, User, after, tell

SOON = 0.3  # seconds: in the midst of what was begun
ROOM = 250_000_000  # bytes
SHORT_MS = 100  # of patience
LONG = 20.0  # seconds, that something takes on a bad day


def make_slow(place: object, name: str) -> Condition:
    """Let work take long, as on a slow disk or a machine that has too much to do, and return whether it has begun."""
    work, begun = getattr(place, name), Event()

    def work_slowly(*arguments: Any, **options: Any) -> Any:
        begun.set()
        time.sleep(LONG)
        return work(*arguments, **options)

    setattr(place, name, work_slowly)
    return begun.is_set


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


def closes_while_it_trains_exports_and_autosaves(user: User) -> Iterator[Condition]:
    user.window.session.show_project(example("brad").project())
    user.prepare_nothing()
    user.choose_small_flow()
    user.press("train")
    yield user.says("steps/s")
    yield exports_slowly(user)
    saves = make_slow(Draft, "save")
    autosave.CLOSING_PATIENCE_MS = SHORT_MS
    user.window.autosave.save()
    yield saves


def exports_slowly(user: User) -> Condition:
    """Export a film of which the first picture is never finished, and return whether its file has been begun."""
    user.choose("export")
    user.find(ChoiceBox, "exportWhat").choose("animation")
    user.find(ChoiceBox, "exportFormat").choose("mp4")
    user.find(QLineEdit, "exportPath").setText(str(user.folder / "film.mp4"))
    draws = make_slow(Scenes, "picture")
    user.press("export")
    return lambda: draws() and any(user.folder.glob(".flowviz-*.part"))


def closes_while_another_flow_takes_the_place_of_one_that_trains(user: User) -> Iterator[Condition]:
    user.choose_small_flow()
    user.press("train")
    yield user.says("steps/s")
    user.choose_family("Spline")
    user.press("train")
    yield user.says("Compiling")


def closes_while_it_opens(user: User) -> Iterator[Condition]:
    opens = make_slow(projects, "load_project")
    user.window.document_actions.open(example("brad").path)
    yield opens


def closes_while_it_follows_moments(user: User) -> Iterator[Condition]:
    user.window.session.show_project(with_past(example("brad").project()))
    user.find(QSlider, "historyScrubber").setValue(0)
    yield user.says("earlier moments")
    yield after(SOON)


def runs_out_of_memory(user: User) -> Iterator[Condition]:
    """The limit is real: above what the program has now there is room for a small flow, and none for a large one.

    What asks for a tensor in vain raises, in TensorFlow and XLA as in numpy. It is another matter where native code has
    no room for a few bytes: there C++ ends the process, which nothing here can help. The next start offers the draft.
    """
    user.choose_numbers(flowLayers=1, flowWidth=4)
    user.train_for(60)
    yield user.says("Done: 60 steps")
    with Path("/proc/self/statm").open() as statm:
        used = int(statm.read().split()[0]) * resource.getpagesize()
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, most))
    seen = user.window.viewer.scenes.scene.trace
    user.choose_numbers(flowWidth=512, trainingBatch=65_536)
    user.train_for(100)
    yield lambda: bool(user.notice)
    tell("notice", user.notice)
    tell("keeps the picture", user.window.viewer.scenes.scene.trace.names == seen.names)
    user.choose_numbers(flowWidth=4, trainingBatch=256)
    user.train_for(70)
    yield user.says("Done: 70 steps")


def trains_without_tensorflow(user: User) -> Iterator[Condition]:
    """And looks at a density; what does not need it goes on."""
    user.window.session.show_project(example("brad").project())
    seen = user.window.viewer.scenes.scene.trace
    user.press("train")
    yield lambda: bool(user.notice)
    tell("training", user.notice)
    tell("keeps the picture", user.window.viewer.scenes.scene.trace is seen)
    notices = list[str]()
    user.window.viewer.queries.notice_posted.connect(lambda notice: notices.append(notice.text))
    user.choose("density")
    yield lambda: bool(notices)
    tell("density", notices[-1])
    user.type("Mine")
    tell("can try again", user.find(QToolButton, "trainButton").isEnabled())


def works_where_nothing_can_be_written(user: User) -> Iterator[Condition]:
    user.window.document_actions.open(example("brad").path)
    yield lambda: user.window.document_actions.document.path is not None
    user.prepare_nothing()
    user.type("Mine")
    user.window.autosave.save()
    yield lambda: bool(user.notice)
    tell("notice", user.notice)
    yield user.sees_target
    fonts = user.find(FontBox, "targetFont")
    user.window.target_importer.find_fonts()  # as when it is shown
    yield lambda: fonts.count() > 1
    tell("text", user.find(QPlainTextEdit, "targetText").toPlainText())


RECORDED = {"open", "os.listdir", "os.scandir", "os.remove", "os.rename", "os.mkdir", "os.rmdir", "subprocess.Popen"}


def tell_what_is_touched(event: str, arguments: tuple[object, ...]) -> None:
    """An audit hook."""
    if event in RECORDED:
        tell("touched", f"{event} {arguments[0]!r}")


def opens_what_was_crafted(user: User) -> Iterator[Condition]:
    """Files whose texts are paths: they are opened, shown, kept as drafts, and files are proposed after them."""
    yield user.sees_target
    sys.addaudithook(tell_what_is_touched)
    document = user.window.document_actions.document
    for path in sorted(user.folder.glob("*.flowviz")):
        document.open(path)
        yield lambda path=path: document.path == path  # type: ignore[misc]
        tell("notice", user.notice)
        user.window.autosave.save()
        user.choose("export")
        tell("proposed", user.find(QLineEdit, "exportPath").text())
        user.window.exports.close()
        user.choose("saveas")
        dialog = user.find(QFileDialog, "saveDialog")
        tell("proposed", dialog.selectedFiles()[0])
        dialog.reject()
        yield user.sees_target


def is_interrupted(_: User) -> Iterator[Condition]:
    """By Ctrl+C in the terminal from which it was started."""
    yield lambda: True
    signal.raise_signal(signal.SIGINT)
    yield lambda: False
