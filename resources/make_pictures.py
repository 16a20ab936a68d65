"""Make the pictures of the README with the program itself: its window, off screen, and the commands of the README.

    python resources/make_pictures.py

It takes a few minutes. The training lasts a fixed number of steps and starts from the same random numbers each time,
so the pictures hardly change from run to run.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import TypeVar

from PIL import Image
from PyQt6.QtCore import QBuffer, QObject, QPoint, Qt
from PyQt6.QtGui import QAction
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from flowviz.app.editing.curve_handles import CurveHandles
from flowviz.app.main import create_window
from flowviz.app.pane.cloud_view import CloudView
from flowviz.app.pane.stage_strip import StageStrip
from flowviz.app.window.completion import complete
from flowviz.files import resource
from flowviz.projects import example, save_project
from flowviz.specs.edits import Bump, Edits, LayerEdit

PICTURES = Path(__file__).parent / "pictures"
README = Path(__file__).parents[1] / "README.md"
TERMINAL_GUIDE = Path(__file__).parent / "guide" / "terminal.md"
MAX_FILE_BYTES, MAX_ANIMATION_BYTES = 200_000, 700_000  # bytes
SIZE, LAPTOP, WIDE = (1280, 800), (1366, 768), (1440, 768)
WORD, PROJECT = "FLOW", "flow.flowviz"  # as in the README
# Lines of the README and of the guide that make pictures, and those that train what they show.
DRAWING = (
    rf"^flowviz (gallery \w+ -o .*|render (?:{PROJECT}|drift\.flowviz) .*|"
    r"compare .* -o brad/|render brad/.* -o entrants\.png .*|"
    r"train .* -o words\.flowviz|render words\.flowviz -o words\.gif .*|"
    r"compare .* -o milk/|render +milk/.*)$"
)
STEPS, STEPS_IN_PICTURE = 15_000, 5_000  # of the training: in all, and when its picture is taken
STAGE, PROBED = 9, (-1.0, 0.4)  # of the last picture: the stage, and the point under the mouse
BENT = 14  # stage of the picture of edits: the last coupling
TIMEOUT_SECONDS = 300

T = TypeVar("T", bound=QObject)


def main() -> None:
    """Make all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        for kind in ("CONFIG", "DATA", "STATE"):  # as for a new user
            os.environ[f"XDG_{kind}_HOME"] = folder
        app = QApplication(["flowviz"])
        app.setStyle("Fusion")
        app.setCursorFlashTime(0)  # else the cursor would be in some pictures only
        show_window(Path(folder) / PROJECT)
        show_comparison()
        show_lesson()
        show_editing()
        run_commands(Path(folder))
    for path in sorted(PICTURES.iterdir()):
        print(f"{path}: {path.stat().st_size:,} bytes")  # noqa: T201
    for path in PICTURES.iterdir():
        limit = MAX_ANIMATION_BYTES if path.suffix == ".gif" else MAX_FILE_BYTES
        if path.stat().st_size > limit:
            sys.exit(f"{path} must not exceed {limit:,} bytes.")
    sys.stdout.flush()
    os._exit(0)  # without waiting for the threads of TensorFlow, as the program does


def show_window(path: Path) -> None:
    """Type a word, train, scrub and look inside, as the README describes; save the project."""
    window = Window()
    window.main.welcome.show()
    window.find(QComboBox, "budgetUnit").setCurrentText("steps")
    window.find(QSpinBox, "budgetAmount").setValue(STEPS)
    word = window.find(QLineEdit, "startWord")
    word.clear()
    QTest.keyClicks(word, WORD)
    gallery = window.find(QListWidget, "startGallery")
    window.wait(lambda: is_drawn(gallery.item(gallery.count() - 1)))
    window.take("start")
    QTest.keyClick(word, Qt.Key.Key_Return)
    window.wait(lambda: window.step() >= STEPS_IN_PICTURE)
    viewer, stop = window.main.viewer, window.find(QAction, "stopAction")
    fit_stage = window.find(QAction, "fitthisstageAction")
    fit_stage.trigger()
    window.take("training", is_moving=True)
    window.wait(lambda: window.step() >= STEPS and not stop.isEnabled())
    save_project(window.main.session.project().storable(), path)
    for name in ("densityAction", "probeTool"):
        window.find(QAction, name).trigger()
    window.find(QSlider, "layerScrubber").setValue(STAGE)
    window.wait(lambda: window.find(CloudView, "cloudView").stage == STAGE)  # after gliding there
    fit_stage.trigger()
    window.find(QAction, "zoomoutAction").trigger()
    window.wait(lambda: viewer.scenes.scene.density is not None)
    window.point_at(*PROBED)
    window.wait(lambda: viewer.scenes.scene.probe is not None)
    window.take("window")
    window.main.discard_changes()
    window.main.close()


def show_comparison() -> None:
    """Open the comparison of the gallery."""
    window = Window()
    window.main.resize(*WIDE)  # where the table has room for all columns
    window.main.document_actions.open_copy(example("three_flows").path)
    window.wait(lambda: window.main.comparisons.is_shown)
    strip = window.find(StageStrip, "stageStrip")
    window.wait(lambda: bool(strip._pictures))  # the first ones take long, because they compile code
    window.take("comparison")
    window.main.close()


def show_lesson() -> None:
    """Open the lesson about permutations at its second step."""
    window = Window()
    window.main.resize(*LAPTOP)
    lessons = window.main.lessons
    lessons.open(resource("lessons/03_why_permute.toml"))
    window.wait(lambda: lessons.beginning is not None)
    window.find(QPushButton, "lessonSkipButton").click()
    window.wait(lambda: lessons.beginning is not None)
    window.take("lesson")
    window.main.close()


def show_editing() -> None:
    """Bend a curve of the last layer of a trained flow."""
    window = Window()
    window.main.resize(*LAPTOP)
    window.main.document_actions.open_copy(example("brad").path)
    window.wait(lambda: window.main.viewer.scenes.generated is not None)
    window.find(QLabel, "stageFormula").linkActivated.emit("#numbers")
    window.wait(lambda: bool(window.main.findChildren(CurveHandles)))
    bump = Bump(curve="shift", center=(-1.1,), height=(0.8,), width=0.4)
    window.main.edits.set(Edits(layers={BENT: LayerEdit(bumps=(bump,))}))
    window.take("editing")
    window.main.discard_changes()
    window.main.close()


def run_commands(folder: Path) -> None:
    """Run the commands that draw the saved project, an example of the gallery, or a comparison."""
    text = "".join(path.read_text(encoding="utf-8") for path in (README, TERMINAL_GUIDE))
    for line in re.findall(DRAWING, text, re.MULTILINE):
        words = shlex.split(line, comments=True)
        subprocess.run([sys.executable, "-m", "flowviz", *words], check=True, cwd=folder)  # noqa: S603  # from the README
        if words[0] == "render":
            output = words[words.index("-o") + 1]
            (PICTURES / output).write_bytes((folder / output).read_bytes())


def is_drawn(example: QListWidgetItem | None) -> bool:
    """Return whether the thumbnail of an example is no longer blank."""
    assert example is not None
    return example.icon().pixmap(9, 9).toImage().pixelColor(4, 4).alpha() > 0


class Window:
    """The main window, with access to its widgets and actions by name."""

    def __init__(self) -> None:
        self.main = create_window()
        self.main.resize(*SIZE)
        self.main.show()
        complete(self.main)

    def find(self, kind: type[T], name: str) -> T:
        """Return the only object with this name."""
        (match,) = self.main.findChildren(kind, name)
        return match

    def step(self) -> int:
        """Return the latest step for which there is a loss."""
        return max(self.main.session.project().history.step, default=0)

    def point_at(self, x: float, y: float) -> None:
        """Move the mouse to a point, given in target units."""
        cloud = self.find(CloudView, "cloudView")
        left, right, bottom, top = cloud.rectangle
        canvas = max(cloud.findChildren(QWidget), key=lambda widget: widget.hasMouseTracking())
        pixel = QPoint(
            round((x - left) / (right - left) * canvas.width()), round((top - y) / (top - bottom) * canvas.height())
        )
        QTest.mouseMove(canvas, pixel)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Process events until a condition is met."""
        end = time.monotonic() + TIMEOUT_SECONDS
        while not condition():
            if time.monotonic() > end:
                sys.exit("The window did not respond in time.")
            QTest.qWait(20)

    def settle(self) -> None:
        """Process events until the window no longer changes."""
        pixels = b""
        while pixels != (pixels := self._pixels()):
            QTest.qWait(1000)

    def take(self, name: str, *, is_moving: bool = False) -> None:
        """Save a picture of the window, in few colors to keep the file small."""
        if not is_moving:
            self.settle()
        with Image.open(BytesIO(self._pixels())) as image:
            small = image.convert("RGB").quantize(256, dither=Image.Dither.NONE)
        small.save(PICTURES / f"{name}.png", optimize=True)

    def _pixels(self) -> bytes:
        buffer = QBuffer()
        self.main.grab().save(buffer, "BMP")
        return buffer.data().data()


if __name__ == "__main__":
    main()
