"""Contents of the log and of the details for bug reports."""

import os
import re
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from PyQt6.QtCore import QUrl
from PyQt6.QtGui import QAction, QDesktopServices, QGuiApplication
from pytestqt.qtbot import QtBot

import flowviz
from flowviz.app.window.bug_report import details
from flowviz.logbook import log_file, log_folder
from tests.app.conftest import Window

PROGRAM = """
import os, sys, threading
from pathlib import Path
from PyQt6.QtCore import QThread, QTimer, qWarning
from PyQt6.QtWidgets import QLabel, QSlider
import flowviz.app.main as main
create = main.create_window

class Work(QThread):
    def run(self):
        raise LookupError("in a QThread")

def fail(error):
    raise error

def create_failing_window():
    window, shown, opened = create(), [], []
    work, watch, scrubber = Work(window), QTimer(window, interval=10), window.findChild(QSlider, "layerScrubber")
    post = window.crash_handler._post
    window.crash_handler._post = lambda notice: (shown.append(notice.details.splitlines()[-1]), post(notice))
    def look():
        notices = [label.text() for label in window.findChildren(QLabel, "noticeText")]
        if any("gone.flowviz cannot be read: no such file" in notice for notice in notices) and not opened:
            opened.append(Path(sys.argv[2]))
            window.document_actions.open(*opened)
        if not window.document_actions.document.path:
            return
        scrubber.setValue(scrubber.value() - 4)
        if scrubber.value() == 0 and len(shown) > 2:
            watch.stop()
            told = window.windowTitle(), "tensorflow" in sys.modules, "TF_XLA_FLAGS" in os.environ
            print(*shown, told, sep="\\n")
            window.discard_changes()
            window.close()
    watch.timeout.connect(look)
    for delay, action in enumerate((
        *[lambda: fail(RuntimeError("in a slot"))] * 2,
        lambda: threading.Thread(target=fail, args=(ValueError("in a thread"),)).start(),
        work.start,
        lambda: qWarning("odd geometry"),
        watch.start,
    )):
        QTimer.singleShot(10 * delay, action)
    return window

main.create_window = create_failing_window
main.run(Path(sys.argv[1]))
"""


def read_log() -> str:
    return log_file(log_folder()).read_text(encoding="utf-8")


def choose(window: Window, title: str) -> None:
    (action,) = [action for action in window.main.findChildren(QAction) if action.text().replace("&", "") == title]
    action.trigger()


def run_with_failures(project: Path) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    environment.pop("TF_XLA_FLAGS", None)  # of this process
    command = [sys.executable, "-c", PROGRAM, str(project.with_name("gone.flowviz")), str(project)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60, env=environment)


def test_unexpected_exceptions_are_logged_and_shown_once_and_the_window_stays(project_file: Path) -> None:
    """Check the window of a missing file on the command line, in which another one opens without TensorFlow.

    It also keeps compiled programs.
    """
    done = run_with_failures(project_file)
    assert done.returncode == 0, done.stderr
    *shown, told = done.stdout.splitlines()
    assert told == "('hi[*] – flowviz', False, True)"
    shown = [line.partition(":")[0] for line in shown]
    assert sorted(shown) == ["LookupError", "RuntimeError", "ValueError"]
    assert "Traceback" not in done.stderr
    log = read_log()
    assert f"'flowviz': '{flowviz.__version__}'" in log
    assert log.count("RuntimeError: in a slot") == 1
    for entry in (
        "ValueError: in a thread",
        "LookupError: in a QThread",
        "odd geometry",
        "Traceback",
        "closed",
    ):
        assert entry in log
    assert f"opened {str(project_file)!r}" in log
    assert not re.search(r"\bHi\b", log), "the log contains the text of a project"


def test_exception_in_another_thread_is_shown_in_the_window(
    window: Window, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    window.main.crash_handler.listen()
    thread = threading.Thread(target=lambda: 1 // 0)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: "ZeroDivisionError" in window.notice)


def test_two_errors_that_one_function_raises_for_different_callers_are_both_logged(
    window: Window, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> None:
        raise RuntimeError("the same function")

    def first() -> None:
        fail()

    def second() -> None:
        fail()

    for call in (first, second, second):
        with pytest.raises(RuntimeError) as raised:
            call()
        window.main.crash_handler.take(raised.type, raised.value, raised.tb.tb_next)
    assert caplog.text.count("unexpected exception") == 2


def test_details_contain_versions_and_devices_but_no_personal_data(
    window: Window, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home" / "annette"
    for name, value in (("HOME", home), ("USERPROFILE", home), ("LOGNAME", "annette"), ("USER", "annette")):
        monkeypatch.setenv(name, str(value))
    log_folder().mkdir(parents=True)
    lines = [f"line {number} of annette" for number in range(100)] + [f"opened '{home}/secret.flowviz'", "the last"]
    log_file(log_folder()).write_text("\n".join(lines))
    choose(window, "Copy Details for a Bug Report")
    clipboard = QGuiApplication.clipboard()
    assert clipboard is not None
    text = clipboard.text()
    for part in (flowviz.__version__, "python", "pyqt6", "tensorflow", "devices", "screens", "offscreen", "the last"):
        assert part in text
    for left_out in ("annette", str(home), "secret", "line 1 "):
        assert left_out not in text
    assert "clipboard" in window.status


def test_details_do_not_load_tensorflow() -> None:
    code = (
        "import sys; from PyQt6.QtWidgets import QApplication; app = QApplication([])\n"
        "from flowviz.app.window.bug_report import details; text = details(); assert 'tensorflow   ' in text, text\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_details_name_the_devices_once_tensorflow_is_loaded(window: Window) -> None:
    import flowviz.flows  # noqa: F401  # as training does

    assert "devices                 CPU" in details()


@pytest.mark.parametrize("opens", ["file", "folder", "nothing"])
def test_show_log_opens_the_log_or_its_folder_or_names_its_path(
    opens: str, window: Window, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = list[str]()

    def open_url(url: QUrl) -> bool:
        opened.append(url.toLocalFile())
        return opens == "file" or (opens == "folder" and len(opened) == 2)

    monkeypatch.setattr(QDesktopServices, "openUrl", open_url)
    choose(window, "Show Log")
    assert "There is no log" in window.notice
    assert not opened
    log_folder().mkdir(parents=True)
    log_file(log_folder()).touch()
    choose(window, "Show Log")
    expected = [str(log_file(log_folder())), str(log_folder())]
    assert opened == expected[: 1 if opens == "file" else 2]
    assert (str(log_file(log_folder())) in window.notice) == (opens == "nothing")
