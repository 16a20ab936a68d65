"""The sources own the goal: they hear the target panel and what is opened, pasted and dropped, and build targets."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PyQt6.QtCore import QMimeData, QObject, pyqtSignal
from PyQt6.QtGui import QGuiApplication, QImage

from flowviz.app.notices.notice import Notice
from flowviz.app.target.built_target import BuiltTarget, build_or_explain
from flowviz.app.target.file_reader import FileReader, Table
from flowviz.app.target.panel import Kind, TargetPanel
from flowviz.app.threads.latest import LatestWorker
from flowviz.errors import FlowvizError
from flowviz.projects.project import PROJECT_SUFFIX
from flowviz.specs import SHAPES, DrawingSpec, ShapeName, ShapeSpec, TargetSpec, TextSpec
from flowviz.targets import build_target, reads_fonts

POINTS_SUFFIXES = (".csv", ".txt", ".tsv", ".npy", ".npz")
SOURCE = "source"  # topic of the notices
NO_TARGET = "There is nothing to learn."


class TargetBuilder(QObject):
    """Announces the goal whenever there is another, or none; the last good file stays when the next one is bad."""

    built_changed = pyqtSignal(object)  # Goal or None
    notice_posted = pyqtSignal(object)  # Notice
    project_arrived = pyqtSignal(object)  # the Path of one that was dropped, pasted or opened here

    def __init__(self, panel: TargetPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._panel = panel
        self._builder = LatestWorker()
        self._reader = FileReader(self)
        self.goal: BuiltTarget | None = None
        self._expected: BuiltTarget | None = None
        self.spec: TargetSpec = TextSpec(text="")  # what is chosen, also while nothing can be made of it
        self._connect()

    @property
    def making(self) -> TargetSpec | None:
        """What is chosen, while the goal is made of it."""
        return self.spec if self.goal is None and not self._panel.problem else None

    def expect(self, goal: BuiltTarget | None) -> None:
        """This one is made already, if it is what is chosen next."""
        self._expected = goal

    def open_file(self, path: Path) -> None:
        """Open a file of points or a picture; as soon as it is read, its page is turned to. Announces a project."""
        self.notice_posted.emit(Notice(SOURCE))
        if path.suffix.lower() == PROJECT_SUFFIX:
            self.project_arrived.emit(path)
        elif path.suffix.lower() in POINTS_SUFFIXES:
            self._reader.read_points(path)
        else:
            self._reader.read_picture(path)

    def paste(self) -> None:
        """Take what is on the clipboard."""
        clipboard = QGuiApplication.clipboard()
        found = clipboard.mimeData() if clipboard is not None else None
        if found is None or not self.take_media(found):
            self.notice_posted.emit(Notice(SOURCE, "There is no picture on the clipboard.", "Copy one first."))

    def take_media(self, media: QMimeData) -> bool:
        """Take what was pasted or dropped: a file, a picture or a text; whether it is one."""
        files = [url.toLocalFile() for url in media.urls() if url.isLocalFile()]
        image = media.imageData() if media.hasImage() else None
        if files:
            self.open_file(Path(files[0]))
        elif isinstance(image, QImage) and not image.isNull():
            self._reader.take_picture(image)
        elif media.hasText() and media.text().strip():
            self._panel.show_spec(TextSpec.model_construct(text=media.text()))
        else:
            return False
        return True

    def close(self) -> None:
        """End all work after what is being done."""
        self._reader.close()
        self._builder.close()

    def _connect(self) -> None:
        panel, reader = self._panel, self._reader
        panel.changed.connect(self._take_change)
        panel.text.media_arrived.connect(self.take_media)
        panel.image.file_chosen.connect(lambda path: reader.read_picture(Path(path)))
        panel.image.paste_requested.connect(self.paste)
        panel.points.file_chosen.connect(lambda path: reader.read_points(Path(path)))
        panel.points.columns_chosen.connect(reader.read_columns)
        panel.reading.cancel_requested.connect(reader.cancel)
        panel.reading.cancel_requested.connect(panel.reading.hide)
        panel.mix.offers_requested.connect(lambda: panel.mix.show_offers(panel.sources()))
        reader.picture_read.connect(panel.image.take_picture)
        reader.picture_read.connect(partial(self._turn_to, "image"))
        reader.points_read.connect(panel.points.take_points)
        reader.points_read.connect(partial(self._turn_to, "points"))
        reader.points_refused.connect(self._offer_columns)
        reader.progressed.connect(panel.reading.show_progress)
        panel.text.fonts.faces_wanted.connect(reader.read_faces)
        reader.failed.connect(self._take_refusal)
        reader.faces_read.connect(panel.text.fonts.show_faces)
        self._builder.failed.connect(self._take_failure)

    def _turn_to(self, kind: Kind, *_: object) -> None:
        """What was read is good: look at it."""
        self._panel.reading.hide()
        self._panel.choose(kind)

    def _take_refusal(self, notice: Notice) -> None:
        """What stood here before stays."""
        self._panel.reading.hide()
        self.notice_posted.emit(replace(notice, topic=SOURCE))

    def _take_failure(self, notice: Notice) -> None:
        if self.goal is None:
            self._take(NO_TARGET)
        self.notice_posted.emit(replace(notice, topic=SOURCE))

    def _offer_columns(self, table: Table, columns: tuple[int, int]) -> None:
        """Others of the table may hold points; where there are none, what stood here before stays."""
        if len(table.names) > 2:
            self._panel.points.show_table(table, columns)
            self._panel.choose("points")

    def _take_change(self) -> None:
        self._builder.drop()
        self.notice_posted.emit(Notice(SOURCE))
        try:
            spec = self._panel.spec()
        except FlowvizError as error:
            self._take(str(error))
            return
        self.spec = spec
        if self.goal is not None and spec == self.goal.spec:
            self._panel.show_built(self.goal)
            return
        expected, self._expected = self._expected, None
        if expected is not None and spec == expected.spec:
            self._take(expected)
            return
        if _is_quick(spec):
            self._take(build_or_explain(spec))
        else:
            self._build(spec)

    def _build(self, spec: TargetSpec) -> None:
        self.goal = None  # nothing is trained on what was chosen before
        self._panel.forget_problem()
        self.built_changed.emit(None)
        self._builder.ask("target", partial(build_or_explain, spec), self._take)
        if isinstance(spec, ShapeSpec) and self._panel.shape.wants_pictures:
            self._builder.ask("pictures of the shapes", _shape_pictures, self._panel.shape.show_pictures)

    def _take(self, found: BuiltTarget | str) -> None:
        if isinstance(found, str):
            self.goal = None
            self._panel.show_problem(found)
        else:
            self.goal = found
            self._panel.show_built(found)
        self.built_changed.emit(self.goal)


def _is_quick(spec: TargetSpec) -> bool:
    """Whether it is built within a frame or two, so at once."""
    return isinstance(spec, DrawingSpec) or (isinstance(spec, TextSpec) and not reads_fonts(spec))


def _shape_pictures() -> dict[ShapeName, NDArray[np.uint8]]:
    return {name: build_target(ShapeSpec(name=name)).preview() for name in SHAPES}
