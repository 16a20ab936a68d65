"""The modules that the program loads, and when: nothing delays its first picture, and only flows need TensorFlow."""

import os
import subprocess
import sys

LAZY_MODULES = {"tensorflow", "pandas", "matplotlib", "joblib", "rich"}
LATE_MODULES = {*LAZY_MODULES, "pyqtgraph", "PIL", "numba", "filelock", "safetensors", "flowviz.rendering.frame"}
SLOW_MODULES = {"pyqtgraph", "typer", "flowviz.cli.commands"}  # which would delay the first picture of the window

STARTED = f"""
import sys
import flowviz.app.main as main
from flowviz.cli import main as command
from flowviz.specs.spec import Spec
validated = [kind for kind in Spec.__subclasses__() if kind.__pydantic_complete__]
print("imported:", {LATE_MODULES} & set(sys.modules), validated)
from PyQt6.QtCore import QEventLoop, QTimer
from PyQt6.QtWidgets import QApplication, QListWidget, QSlider
from flowviz.app.widgets.late import Late
create = main.create_window

def created():
    window = create()
    QTimer.singleShot(0, lambda: painted(window))
    return window

def painted(window):
    window.repaint()
    print("painted:", {SLOW_MODULES} & set(sys.modules))
    watch = QTimer(window, interval=10)
    watch.timeout.connect(lambda: look(window, watch))
    watch.start()

def look(window, watch):
    gallery = window.findChild(QListWidget, "startGallery")
    last = gallery.item(gallery.count() - 1).icon().pixmap(9, 9).toImage()
    if all(late.created for late in window.findChildren(Late)) and last.pixelColor(4, 4).alpha() > 0:
        watch.stop()
        focused = QApplication.focusWidget()
        print("complete:", window.welcome.is_shown, focused and focused.objectName(), {LAZY_MODULES} & set(sys.modules))
        scrub(window)

def scrub(window):
    from flowviz.projects import example
    window.session.show_project(example("flow").project())
    slider = window.findChild(QSlider, "layerScrubber")
    loop = QEventLoop()
    for stage in range(slider.maximum() + 1):
        slider.setValue(stage)
        QTimer.singleShot(5, loop.quit)
        loop.exec()
    QTimer.singleShot(500, lambda: scrubbed(window, slider.maximum()))

def scrubbed(window, last):
    print("scrubbed:", window.view.value.stage == last, "tensorflow" in sys.modules)
    window.discard_changes()
    window.close()

main.create_window = created
sys.argv = ["flowviz"]
command()
"""


def test_program_starts_with_the_page_and_shows_an_example_without_modules_that_it_does_not_need_yet() -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(
        [sys.executable, "-c", STARTED], capture_output=True, text=True, check=True, env=environment, timeout=60
    )
    assert done.stdout.splitlines() == [
        "imported: set() []",
        "painted: set()",
        "complete: True startWord set()",
        "scrubbed: True False",
    ], "no spec is validated before the process is configured"
