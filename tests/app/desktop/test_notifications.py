"""What the desktop is told of the training: how far it is, and that it has ended."""

import shutil
import subprocess
import sys
from dataclasses import replace

import pytest
from PyQt6.QtDBus import QDBusMessage
from PyQt6.QtWidgets import QApplication, QWidget

from flowviz.app.desktop.notifications import TaskBar, session_bus
from tests.app.staged import PROGRESS, Staged, staged

__all__ = ["staged"]


class Recorder:
    """A bus that keeps what is sent."""

    def __init__(self) -> None:
        self.sent = list[QDBusMessage]()

    def send(self, message: QDBusMessage) -> bool:
        self.sent.append(message)
        return True

    @property
    def told(self) -> list[object]:
        return [message.arguments() for message in self.sent]


class Desktop:
    """What a window tells, and whom it marks."""

    def __init__(self, window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bus, self.marked, self.is_used = Recorder(), list[QWidget](), False
        monkeypatch.setattr(QApplication, "activeWindow", lambda: window if self.is_used else None)
        monkeypatch.setattr(QApplication, "alert", self.marked.append)


@pytest.fixture
def desktop(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    main = staged.window.main
    found = Desktop(main, monkeypatch)
    main._task_bar._bus = main._end_notice._bus = found.bus
    return found


def entry(fraction: float, *, visible: bool = True) -> list[object]:
    return ["application://flowviz.desktop", {"progress": fraction, "progress-visible": visible}]


def test_the_task_bar_shows_whole_percents_and_nothing_at_the_end() -> None:
    bus = Recorder()
    bar = TaskBar(bus)
    bar.show(None)
    for fraction in (0.0, 0.001, 0.004, 0.25, 0.2501, 1.0, None, None):
        bar.show(fraction)
    assert bus.told == [entry(0.0), entry(0.25), entry(1.0), entry(0.0, visible=False)]


def test_without_a_bus_nothing_is_told() -> None:
    assert session_bus() is None
    TaskBar(None).show(0.5)


def test_a_training_is_shown_in_the_task_bar_while_it_goes(staged: Staged, desktop: Desktop) -> None:
    desktop.is_used = True
    staged.begin()
    staged.tell(replace(PROGRESS, fraction=0.5), staged.finished(progress=replace(PROGRESS, fraction=1.0)))
    staged.wait("Finished")
    assert desktop.bus.told == [entry(0.25), entry(0.5), entry(1.0), entry(0.0, visible=False)]
    assert not desktop.marked, "who looks at the window needs no notice"


def notifications(desktop: Desktop) -> list[QDBusMessage]:
    return [message for message in desktop.bus.sent if message.member() == "Notify"]


def test_the_end_is_told_quietly_to_who_does_something_else(staged: Staged, desktop: Desktop) -> None:
    staged.begin()
    staged.tell(staged.finished())
    staged.wait("Finished")
    (message,) = notifications(desktop)
    assert message.service() == "org.freedesktop.Notifications"
    assert desktop.marked == [staged.window.main]


def test_a_failure_is_told_and_what_a_person_stops_is_not(staged: Staged, desktop: Desktop) -> None:
    staged.begin()
    staged.tell(staged.finished("stopped"))
    staged.wait("Stopped")
    assert not notifications(desktop)
    assert not desktop.marked
    staged.begin()
    staged.tell(MemoryError())
    staged.wait("Failed")
    assert len(notifications(desktop)) == 1


WATCHED = """
from PyQt6.QtCore import QCoreApplication
from flowviz.app.desktop.notifications import launcher_progress, notification, session_bus
app = QCoreApplication([])
bus = session_bus()
assert bus.send(launcher_progress(0.25))
assert bus.send(notification("flowviz", "Completed."))
app.processEvents()
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="needs a bus to send to")
def test_a_real_bus_takes_the_messages_as_the_desktop_expects_them() -> None:
    watch = f"dbus-monitor --session & sleep 0.5; \"{sys.executable}\" -c '{WATCHED}'; sleep 0.3; kill %1"
    command = ["dbus-run-session", "--", "bash", "-c", watch]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    told = " ".join(done.stdout.split())
    assert 'string "progress" variant double 0.25' in told
    assert 'string "progress-visible" variant boolean true' in told
    assert 'string "flowviz" uint32 0 string "flowviz" string "flowviz" string "Completed." array [ ]' in told
    assert 'string "suppress-sound" variant boolean true' in told
    assert "int32 -1" in told
    assert "Traceback" not in done.stderr
