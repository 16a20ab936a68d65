"""The log: small, private, never a failure of the program; and what a bug report leaves out of it."""

import errno
import getpass
import logging
import os
import platform
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

import pytest

from flowviz import logbook, machine
from flowviz.logbook import OLDER_FILES, keep_log, last_lines, log_file, without_person

log = logging.getLogger("flowviz.tests")
unix = pytest.mark.skipif(os.name != "posix", reason="permissions as Unix has them")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Where a log may be kept; the loggers are afterwards what they were."""
    root, ours = logging.getLogger(), logging.getLogger("flowviz")
    handlers, level = list(root.handlers), ours.level
    yield tmp_path / "state" / "log"
    for handler in set(root.handlers) - set(handlers):
        root.removeHandler(handler)
        handler.close()
    ours.setLevel(level)


@unix
def test_only_its_user_can_read_the_log(folder: Path) -> None:
    before = os.umask(0)
    try:
        assert keep_log(folder)
    finally:
        os.umask(before)
    log.info("hello")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert log_file(folder).stat().st_mode & 0o777 == 0o600
    assert "INFO flowviz.tests: hello" in log_file(folder).read_text()


@unix
def test_a_log_that_others_could_read_is_private_from_now_on(folder: Path) -> None:
    folder.mkdir(parents=True)
    log_file(folder).write_text("old\n")
    log_file(folder).chmod(0o644)
    assert keep_log(folder)
    assert log_file(folder).stat().st_mode & 0o777 == 0o600
    assert last_lines(folder, 1) == ["old"]


def test_it_rotates_and_stays_private_and_small(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logbook, "MAX_BYTES", 2000)
    assert keep_log(folder)
    for number in range(200):
        log.info("line %d", number)
    files = sorted(folder.iterdir())
    assert len(files) == 1 + OLDER_FILES
    assert all(file.stat().st_size <= 2000 for file in files)
    if os.name == "posix":
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    lines = last_lines(folder, 30)  # more than are in the newest file
    assert [line.rpartition(" ")[2] for line in lines] == [str(number) for number in range(170, 200)]


def test_where_it_cannot_be_written_there_is_none_and_nothing_fails(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder.parent.mkdir()
    folder.write_text("a file where the folder should be")
    assert not keep_log(folder)
    assert last_lines(folder, 10) == []
    log.info("unheard")
    assert capfd.readouterr().err == ""


def test_a_full_disk_disturbs_nobody(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    assert keep_log(folder)
    (handler,) = [each for each in logging.getLogger().handlers if isinstance(each, RotatingFileHandler)]
    with monkeypatch.context() as patched:
        patched.setattr(handler, "flush", full)
        log.warning("lost")
    log.warning("there is room again")
    assert capfd.readouterr().err == ""
    assert "there is room again" in last_lines(folder, 1)[0]


@pytest.fixture
def ann(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The home of a user named ann, on a machine named calliope."""
    home = tmp_path / "home" / "Ann Smith"
    home.mkdir(parents=True)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(home))
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, "ann")
    monkeypatch.setattr(platform, "node", lambda: "calliope")
    assert (Path.home(), getpass.getuser()) == (home, "ann")
    return home


@pytest.mark.parametrize(
    "text",
    [
        "opened '{home}/secret.flowviz'",
        "opened '/media/stick/secret.flowviz'",
        'opened "{home}/it\'s secret.flowviz"',
        "not opened: '{home}/secret.flowviz' is empty.",
        "FileNotFoundError: [Errno 2] No such file or directory: '{home}/secret/x.png'",
        r"opened 'C:\\Users\\ann\\secret.flowviz'",
        "{home}: ann, ANN, ann@calliope, /home/ann/x, ann_x",
    ],
)
def test_nothing_personal_is_left(text: str, ann: Path) -> None:
    found = without_person(text.format(home=ann)).lower()
    for personal in ("ann", "smith", "secret", "calliope", str(ann).lower()):
        assert personal not in found


def test_what_helps_is_left(ann: Path) -> None:
    trace = f"  File \"{ann}/venv/flowviz/app/main.py\", line 3, in run\n    planned = annotate()\nKeyError: 'points'"
    expected = "  File \"~/venv/flowviz/app/main.py\", line 3, in run\n    planned = annotate()\nKeyError: 'points'"
    assert without_person(trace) == expected
    assert "~" not in without_person(f"{ann}other")  # which is another folder


def test_a_package_that_is_not_found_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "PACKAGES", ("numpy", "flowviz-nonesuch"))
    found = machine.system_info()
    assert found["flowviz_nonesuch"] == "not found"
    assert str(found["numpy"])[0].isdigit()
