"""The self-test: check that the main functions of flowviz work on this machine."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

import flowviz
from flowviz import machine
from flowviz.app.desktop.display import display_name
from flowviz.errors import FileError, FlowvizError
from flowviz.files import reason
from flowviz.machine import INSTALL
from flowviz.projects import Project, example
from flowviz.projects.drafts import Drafts, drafts_folder
from flowviz.records import FLOW_UNITS, Event, Finished
from flowviz.specs import ExportSpec, FlowSpec, PictureSize, TextSpec, TrainingSpec
from flowviz.specs.export_kinds import Format
from flowviz.targets import installed_faces

SECONDS = 5.0
WORD, SIZE = "flow", PictureSize(width=320, height=320)
IN_BETWEENS = 1  # a short animation


@dataclass(frozen=True)
class Finding:
    """The result of one check.

    Attributes:
        name: What was checked.
        works: Whether it works.
        needed: Whether flowviz is of no use without it.
        sentence: Details, or what is wrong and how to fix it.
    """

    name: str
    works: bool
    needed: bool
    sentence: str

    def __str__(self) -> str:
        state = "works" if self.works else "FAILS" if self.needed else "missing"
        return f"{state:<9}{self.name:<14}{self.sentence}"


def self_test(training: TrainingSpec | None = None) -> Iterator[Finding]:
    """Check one after another what works on this machine. Files are written to a temporary folder, which is removed.

    Args:
        training: The training to test. By default, training for `SECONDS`.

    Yields:
        Each finding as soon as its check is done.

    Raises:
        FileError: If there can be no temporary folder.
    """
    try:
        with TemporaryDirectory(prefix="flowviz-") as folder:
            yield from _SelfTest(Path(folder), training or TrainingSpec(seconds=SECONDS)).findings()
    except OSError as error:
        raise FileError(f"Temporary files cannot be written: {reason(error)}. Free some disk space.") from error


class _SelfTest:
    """The checks of the self-test.

    Each check returns details about what works, or raises an error whose message says what is missing.
    """

    def __init__(self, folder: Path, training: TrainingSpec) -> None:
        self._folder, self._training = folder, training
        self._trained: Project | None = None

    def findings(self) -> Iterator[Finding]:
        yield _found("versions", self._versions)
        yield _found("training", self._train, needed=True)
        yield _found("XLA", self._xla)
        yield _found("picture", self._draw, needed=True)
        yield _found("GIF", lambda: self._film("gif"), needed=True)
        yield _found("MP4", lambda: self._film("mp4"))
        yield _found("project file", self._save, needed=True)
        yield _found("fonts", _fonts)
        yield _found("data folder", _keep_draft)
        yield _found("display", _display)

    @property
    def _project(self) -> Project:
        """Return the project that was just trained or, if training failed, an example of the gallery."""
        return self._trained or example("brad").project()

    def _versions(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in machine.system_info().items())

    def _train(self) -> str:
        events = list[Event]()
        self._trained = flowviz.train(TextSpec(text=WORD), FlowSpec(), self._training, on_event=events.append)
        [end] = (event for event in events if isinstance(event, Finished))
        if end.ending == "diverged":
            raise FlowvizError(end.in_units(FLOW_UNITS).sentence())
        return (
            f"{end.progress.step:,} steps in {end.progress.seconds:.1f} s, after {end.prepare_seconds:.1f} s to prepare"
        )

    def _xla(self) -> str:
        from flowviz.flows.machine import devices, xla_compiles  # loads TensorFlow

        if not xla_compiles():
            raise FlowvizError("XLA does not work on this machine. Training uses a plain graph, which is slower.")
        return f"compiles training steps for {', '.join(devices())}"

    def _draw(self) -> str:
        return self._written(ExportSpec(what="view", format="png", size=SIZE))

    def _film(self, format_: Format) -> str:
        return self._written(ExportSpec(what="animation", format=format_, size=SIZE, in_betweens=IN_BETWEENS))

    def _written(self, spec: ExportSpec) -> str:
        path = self._folder / f"self-test.{spec.format}"
        flowviz.render(self._project, spec, path)
        if spec.format != "mp4":
            with Image.open(path) as picture:
                picture.load()
        return f"{spec.size} pixels, {path.stat().st_size:,} bytes"

    def _save(self) -> str:
        project, path = self._project, self._folder / "self-test.flowviz"
        flowviz.save(project, path)
        again, learned = flowviz.load(path).weights.parameters, project.weights.parameters
        if again.keys() != learned.keys() or not all(np.array_equal(again[name], learned[name]) for name in learned):
            raise FileError("A saved project changed when it was opened again.")
        return "a saved project opens unchanged"


def _fonts() -> str:
    count = len(installed_faces())
    if not count:
        raise FlowvizError("No fonts are installed. Texts use the built-in font, which covers only Latin.")
    return f"{count} fonts are installed"


def _keep_draft() -> str:
    drafts = Drafts(drafts_folder())
    try:
        drafts.own()
    finally:
        drafts.close()
    return "can be written to"


def _display() -> str:
    return f"Qt shows windows by {display_name()}"


def _found(name: str, check: Callable[[], str], *, needed: bool = False) -> Finding:
    try:
        return Finding(name, True, needed, f"{check()}.")
    except FlowvizError as error:
        problem = str(error)
    except Exception as error:  # a broken installation can raise anything
        problem = f"{type(error).__name__}: {' '.join(str(error).split()).rstrip('.')}. {INSTALL}"
    return Finding(name, False, needed, problem)
