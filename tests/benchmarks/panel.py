"""How fast the target panel answers: a key, a stroke, a picture of 24 megapixels, 5 million rows of points.

    python -m tests.benchmarks.panel

Needs a display (a real one, Xvfb, or QT_QPA_PLATFORM=offscreen). Prints one line a figure, with its goal. "blocked" is
the longest time for which the window did not answer meanwhile.
"""

import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
from PIL import Image
from PyQt6.QtCore import QEventLoop, QPoint, Qt, QTimer
from PyQt6.QtTest import QTest
from PyQt6.QtWidgets import QApplication, QPlainTextEdit, QToolButton, QWidget

from flowviz.app.main import create_window
from flowviz.app.main_window import MainWindow
from flowviz.app.target.canvas import Canvas
from flowviz.specs.target import MAX_POINTS
from tests.benchmarks.window import report

PATIENCE_SECONDS = 60.0


def main() -> None:
    """Measure and print."""
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    window = create_window()
    assert isinstance(window, MainWindow)
    window.show()
    let_run(2.5)  # until the fonts are known
    report("preview of a key, median", median_ms(lambda k: press_key(window, k)), "ms", "<= 50")
    window.findChild(QToolButton, "drawingSource").click()
    report("preview of a stroke, median", median_ms(lambda k: draw_stroke(window, k)), "ms", "<= 50")
    with tempfile.TemporaryDirectory() as folder:
        for name, make in {"picture.jpg": make_picture, "points.csv": make_points}.items():
            make(Path(folder) / name)
            shown, blocked = open_file(window, Path(folder) / name)
            report(f"{name}: until it is shown", shown, "s", "<= 1" if name.endswith("jpg") else "<= 5")
            report(f"{name}: blocked", 1e3 * blocked, "ms", "")
    window.close()


def median_ms(act: Callable[[int], object], count: int = 30) -> float:
    """The median of the times that it takes, in milliseconds."""
    times = []
    for k in range(count):
        started = perf_counter()
        act(k)
        times.append(perf_counter() - started)
        let_run(0.03)
    return 1e3 * float(np.median(times))


def press_key(window: MainWindow, k: int) -> None:
    """Type a letter, a word of eight at the most, and paint what has changed."""
    text = window.findChild(QPlainTextEdit, "targetText")
    if k % 8 == 0:
        text.clear()
    text.insertPlainText("flowviz!"[k % 8])
    window.findChild(QWidget, "targetPreview").repaint()


def draw_stroke(window: MainWindow, k: int) -> None:
    """Draw a line, and paint it."""
    canvas: QWidget = window.findChild(Canvas, "canvas")
    start, end = QPoint(20 + 8 * k, 20), QPoint(280 - 8 * k, 160)
    mouse: Any = QTest  # its types know no static methods
    mouse.mousePress(canvas, Qt.MouseButton.LeftButton, pos=start)
    mouse.mouseMove(canvas, end)
    mouse.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=end)
    canvas.repaint()


def open_file(window: MainWindow, path: Path) -> tuple[float, float]:
    """Open a file as if it was dropped: seconds until it is shown, and the longest that the window did not answer."""
    before, started, longest, ticked = window.target_builder.built, perf_counter(), 0.0, perf_counter()
    window.target_importer.open_file(path)
    while window.target_builder.built is before and perf_counter() - started < PATIENCE_SECONDS:
        let_run(0.001)
        longest, ticked = max(longest, perf_counter() - ticked), perf_counter()
    return perf_counter() - started, longest


def make_picture(path: Path) -> None:
    """24 megapixels."""
    Image.radial_gradient("L").resize((6000, 4000)).convert("RGB").save(path, quality=90)


def make_points(path: Path) -> None:
    """As many rows as there may be."""
    rows = "".join(f"{x:.6f},{y:.6f}\n" for x, y in np.random.default_rng(0).normal(size=(50_000, 2)))
    path.write_text("x,y\n" + rows * (MAX_POINTS // 50_000))


def let_run(seconds: float) -> None:
    """Let the event loop run."""
    loop = QEventLoop()
    QTimer.singleShot(round(1e3 * seconds), loop.quit)
    loop.exec()


if __name__ == "__main__":
    main()
