"""Notifications to the desktop: the progress of training, and its end."""

import shutil
import subprocess
import sys
from dataclasses import replace
from typing import cast

import pytest
from PyQt6.QtDBus import QDBusConnection, QDBusMessage
from PyQt6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from flowviz.app.desktop.notifications import DesktopNotifier, session_bus
from flowviz.app.state.state import State
from flowviz.app.training.activity import Activity
from flowviz.app.training.training_state import TrainingState
from tests.app.staged import PROGRESS, Staged, staged

__all__ = ["staged"]


class Recorder:
    """Bus that records the messages sent to it."""

    def __init__(self) -> None:
        self.sent = list[QDBusMessage]()

    def send(self, message: QDBusMessage) -> bool:
        self.sent.append(message)
        return True

    @property
    def arguments(self) -> list[object]:
        return [message.arguments() for message in self.sent]


class Desktop:
    """Desktop that records the messages and alerts of a window."""

    def __init__(self, window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
        self.bus, self.alerted, self.is_window_active = Recorder(), list[QWidget](), False
        monkeypatch.setattr(QApplication, "activeWindow", lambda: window if self.is_window_active else None)
        monkeypatch.setattr(QApplication, "alert", self.alerted.append)


@pytest.fixture
def desktop(staged: Staged, monkeypatch: pytest.MonkeyPatch) -> Desktop:
    main = staged.window.main
    recording = Desktop(main, monkeypatch)
    main._desktop._bus = cast("QDBusConnection", recording.bus)
    return recording


def entry(fraction: float, *, visible: bool = True) -> list[object]:
    return ["application://flowviz.desktop", {"progress": fraction, "progress-visible": visible}]


def test_task_bar_shows_whole_percents_and_nothing_at_the_end(qtbot: QtBot) -> None:
    bus, activity, widget = Recorder(), State(Activity()), QWidget()
    qtbot.addWidget(widget)
    notifier = DesktopNotifier(widget, cast("QDBusConnection", bus))
    activity.observe(lambda value: value.running_percent, notifier.show_progress)
    for fraction in (0.0, 0.001, 0.004, 0.25, 0.2501, 1.0):
        activity.set(Activity(state=TrainingState.TRAINING, progress=PROGRESS, fraction=fraction))
    for _ in range(2):
        activity.set(Activity())
    assert bus.arguments == [entry(0.0), entry(0.25), entry(1.0), entry(0.0, visible=False)]


def test_task_bar_works_without_a_bus(qtbot: QtBot) -> None:
    assert session_bus() is None
    widget = QWidget()
    qtbot.addWidget(widget)
    DesktopNotifier(widget, None).show_progress(50)


def test_task_bar_shows_the_progress_of_training(staged: Staged, desktop: Desktop) -> None:
    desktop.is_window_active = True
    staged.begin()
    staged.report(replace(PROGRESS, fraction=0.5), staged.finished(progress=replace(PROGRESS, fraction=1.0)))
    staged.wait("Done: ")
    assert desktop.bus.arguments == [entry(0.0), entry(0.25), entry(0.5), entry(0.0, visible=False)]
    assert not desktop.alerted, "an active window needs no notification"


def notifications(desktop: Desktop) -> list[QDBusMessage]:
    return [message for message in desktop.bus.sent if message.member() == "Notify"]


def test_end_of_training_is_notified_while_another_program_is_active(staged: Staged, desktop: Desktop) -> None:
    staged.begin()
    staged.report(staged.finished())
    staged.wait("Done: ")
    (message,) = notifications(desktop)
    assert message.service() == "org.freedesktop.Notifications"
    assert desktop.alerted == [staged.window.main]


def test_failure_is_notified_but_a_stop_by_the_user_is_not(staged: Staged, desktop: Desktop) -> None:
    staged.begin()
    staged.report(staged.finished("stopped"), None)
    staged.wait("Stopped")
    assert not notifications(desktop)
    assert not desktop.alerted
    staged.begin()
    staged.report(MemoryError())
    staged.wait("Press Train to try again.")
    assert len(notifications(desktop)) == 1


PROGRAM = """
from PyQt6.QtCore import QCoreApplication
from flowviz.app.desktop.notifications import launcher_progress, notification, session_bus
app = QCoreApplication([])
bus = session_bus()
assert bus.send(launcher_progress(25))
assert bus.send(notification("flowviz", "Completed."))
app.processEvents()
"""


@pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="needs a bus to send to")
def test_session_bus_receives_the_messages_with_the_expected_types() -> None:
    watch = f"dbus-monitor --session & sleep 0.5; \"{sys.executable}\" -c '{PROGRAM}'; sleep 0.3; kill %1"
    command = ["dbus-run-session", "--", "bash", "-c", watch]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    output = " ".join(done.stdout.split())
    assert 'string "progress" variant double 0.25' in output
    assert 'string "progress-visible" variant boolean true' in output
    assert 'string "flowviz" uint32 0 string "flowviz" string "flowviz" string "Completed." array [ ]' in output
    assert 'string "suppress-sound" variant boolean true' in output
    assert "int32 -1" in output
    assert "Traceback" not in done.stderr
