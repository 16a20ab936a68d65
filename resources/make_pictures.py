"""Makes the pictures of the README with the program itself: its real window, unseen, and the README's own commands.

    python resources/make_pictures.py

It takes about a minute. The training is counted in steps and begins with the same random numbers, so the pictures
come out alike.
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
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QSlider,
    QSpinBox,
    QWidget,
)

from flowviz.app.main import create_window
from flowviz.app.viewer.cloud_view import CloudView
from flowviz.projects import save_project

PICTURES = Path(__file__).parent / "pictures"
README = Path(__file__).parents[1] / "README.md"
LARGEST_FILE = 200_000  # bytes
SIZE = 1280, 800
WORD, PROJECT = "FLOW", "flow.flowviz"  # as the README has it
STEPS, STEPS_SEEN = 15_000, 5_000  # of the training, and when it is looked at
STAGE, PROBED = 9, (-1.0, 0.4)  # what the window looks at in the end, and the point under the mouse
PATIENCE_SECONDS = 300

Found = TypeVar("Found", bound=QObject)


def main() -> None:
    """Make all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        for kind in ("CONFIG", "DATA", "STATE"):  # a new user's
            os.environ[f"XDG_{kind}_HOME"] = folder
        app = QApplication(["flowviz"])
        app.setStyle("Fusion")
        app.setCursorFlashTime(0)  # a caret that blinks would be in some pictures only
        show_window(Path(folder) / PROJECT)
        run_commands(Path(folder))
    for path in sorted(PICTURES.iterdir()):
        print(f"{path}: {path.stat().st_size:,} bytes")  # noqa: T201
    if any(path.stat().st_size > LARGEST_FILE for path in PICTURES.iterdir()):
        sys.exit(f"{LARGEST_FILE:,} bytes are the most.")
    sys.stdout.flush()
    os._exit(0)  # as the program ends, when TensorFlow is loaded


def show_window(path: Path) -> None:
    """Type a word, train, scrub and look inside, as the README tells; save what was learned."""
    window = Window()
    window.main.start.show()
    window.find(QComboBox, "budgetUnit").setCurrentText("steps")
    window.find(QSpinBox, "budgetAmount").setValue(STEPS)
    word = window.find(QLineEdit, "startWord")
    word.clear()
    QTest.keyClicks(word, WORD)
    gallery = window.find(QListWidget, "startGallery")
    window.wait(lambda: is_drawn(gallery.item(gallery.count() - 1)))
    window.take("start")
    QTest.keyClick(word, Qt.Key.Key_Return)
    window.wait(lambda: window.step() >= STEPS_SEEN)
    viewer, stop = window.main.viewer, window.find(QPushButton, "stopButton")
    viewer.fit_stage()
    window.take("training", is_moving=True)
    window.wait(lambda: window.step() >= STEPS and not stop.isEnabled())
    save_project(window.main.session.project().storable(), path)
    for name in ("densityAction", "probeTool"):
        window.find(QAction, name).trigger()
    window.find(QSlider, "layerScrubber").setValue(STAGE)
    window.wait(lambda: window.find(CloudView, "cloudView").stage == STAGE)  # it glides there
    viewer.fit_stage()
    window.find(QAction, "zoomoutAction").trigger()
    window.wait(lambda: viewer.scene.density is not None)
    window.point_at(*PROBED)
    window.wait(lambda: viewer.scene.probe is not None)
    window.take("window")
    window.main.discard_changes()
    window.main.close()


def run_commands(folder: Path) -> None:
    """Let the README's commands draw what was saved."""
    for line in re.findall(rf"^flowviz (render {PROJECT} .*)$", README.read_text(encoding="utf-8"), re.MULTILINE):
        words = shlex.split(line, comments=True)
        subprocess.run([sys.executable, "-m", "flowviz", *words], check=True, cwd=folder)  # noqa: S603  # our own
        output = words[words.index("-o") + 1]
        (PICTURES / output).write_bytes((folder / output).read_bytes())


def is_drawn(example: QListWidgetItem | None) -> bool:
    """Whether its picture is more than a blank."""
    assert example is not None
    return example.icon().pixmap(9, 9).toImage().pixelColor(4, 4).alpha() > 0


class Window:
    """The main window, and what is in it by name."""

    def __init__(self) -> None:
        self.main = create_window()
        self.main.resize(*SIZE)
        self.main.show()

    def find(self, kind: type[Found], name: str) -> Found:
        """The one of that name."""
        (found,) = self.main.findChildren(kind, name)
        return found

    def step(self) -> int:
        """How many steps were taken, as far as the losses tell."""
        return max(self.main.session.project().history.step, default=0)

    def point_at(self, x: float, y: float) -> None:
        """Move the mouse to a point of the plane."""
        cloud = self.find(CloudView, "cloudView")
        left, right, bottom, top = cloud.rectangle
        canvas = max(cloud.findChildren(QWidget), key=lambda widget: widget.hasMouseTracking())
        place = QPoint(
            round((x - left) / (right - left) * canvas.width()), round((top - y) / (top - bottom) * canvas.height())
        )
        QTest.mouseMove(canvas, place)

    def wait(self, condition: Callable[[], bool]) -> None:
        """Let the window live until something has happened."""
        end = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            if time.monotonic() > end:
                sys.exit("The window does not get on.")
            QTest.qWait(20)

    def settle(self) -> None:
        """Let the window live until nothing changes any more."""
        seen = b""
        while seen != (seen := self._pixels()):
            QTest.qWait(1000)

    def take(self, name: str, *, is_moving: bool = False) -> None:
        """Write what is seen, in few colors, which makes it small."""
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
