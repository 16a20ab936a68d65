"""What a window saved by itself is found again when it was killed, and never while it lives."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from flowviz.errors import FileError
from flowviz.files import fingerprint
from flowviz.projects import Project
from flowviz.projects.drafts import UNKNOWN_TITLE, Drafts, drafts_folder
from tests.projects.disks import small_disk
from tests.projects.examples import assert_same, bare_project, whole_project

WINDOW = """
import sys
from pathlib import Path
from flowviz.projects.drafts import Drafts
from tests.projects.examples import whole_project
drafts = Drafts(Path(sys.argv[1]))
for line in sys.stdin:
    match line.split():
        case ["save", seed]:
            drafts.own().save(whole_project(seed=int(seed)), None)
        case ["save", seed, original]:
            drafts.own().save(whole_project(seed=int(seed)), Path(original))
        case ["discard"]:
            drafts.own().discard()
        case ["fork"]:
            import subprocess
            away = subprocess.DEVNULL
            child = subprocess.Popen(["sleep", "60"], stdin=away, stdout=away)
            print(child.pid, flush=True)
            continue
        case ["end"]:
            break
    print(len(drafts.abandoned()), flush=True)
"""


class Window:
    """Another process, with drafts in the same folder."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", WINDOW, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def does(self, *words: object) -> int:
        """How many drafts it finds abandoned, then."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def end(self) -> None:
        self.process.communicate("end\n")

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.communicate()


@contextmanager
def window(folder: Path) -> Iterator[Window]:
    opened = Window(folder)
    try:
        yield opened
    finally:
        if opened.process.poll() is None:
            opened.kill()


@contextmanager
def closed(folder: Path) -> Iterator[Drafts]:
    """Return the drafts of a window that ends after the block, like those of one that was killed."""
    other = Drafts(folder)
    yield other
    other.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data" / "drafts"


@pytest.fixture
def drafts(folder: Path) -> Iterator[Drafts]:
    found = Drafts(folder)
    yield found
    found.close()


def test_a_killed_window_leaves_its_latest_draft(folder: Path, drafts: Drafts, tmp_path: Path) -> None:
    """Check this also if a program that the window started is still running."""
    original = tmp_path / "my word.flowviz"
    original.write_bytes(b"mine")
    with window(folder) as other:
        other.does("save", 1, tmp_path / "elsewhere.flowviz")
        other.does("save", 2, str(original).replace(" ", "_"))
        assert drafts.abandoned() == []
        child = other.does("fork")
        other.kill()
    try:
        (found,) = drafts.abandoned()
    finally:
        os.kill(child, signal.SIGKILL)
    assert_same(found.load(), whole_project(seed=2).storable())
    assert found.original == tmp_path / "my_word.flowviz"
    assert found.title == "drawing"
    assert abs(datetime.now().astimezone() - found.saved_at) < timedelta(minutes=1)
    assert drafts.abandoned() == [found], "it is asked for again"
    found.discard()
    assert drafts.abandoned() == []
    assert [path.name for path in folder.iterdir()] == ["drafts.guard"]
    assert original.read_bytes() == b"mine"


def test_windows_do_not_see_what_another_one_writes_or_took_up(folder: Path, drafts: Drafts) -> None:
    drafts.own().save(whole_project(), None)
    with window(folder) as other:
        assert [other.does("save", 1), other.does("look")] == [0, 0]
        assert drafts.abandoned() == []
        with closed(folder) as killed:
            killed.own().save(whole_project(seed=2), None)
        assert len(drafts.abandoned()) == 1
        assert other.does("look") == 0
        drafts.close()
        assert other.does("look") == 2, "neither was discarded"


def test_a_window_that_discards_leaves_nothing(folder: Path, drafts: Drafts) -> None:
    with closed(folder) as killed:
        killed.own().save(whole_project(), None)
        killed.own().discard()
    assert drafts.abandoned() == []
    with window(folder) as other:
        other.does("save", 1)
        other.does("discard")
        other.does("save", 2)
        other.end()
    assert len(drafts.abandoned()) == 1, "an end without discarding is no better than a crash"


def test_the_newest_comes_first(folder: Path, drafts: Drafts) -> None:
    for seed, age in ((1, 50), (2, 10), (3, 90)):
        with closed(folder) as other:
            other.own().save(whole_project(seed=seed), None)
        (path,) = [path for path in folder.glob("*.flowviz") if path.stat().st_mtime > 1e9]
        os.utime(path, (1e9 - age, 1e9 - age))
    loaded = [draft.load() for draft in drafts.abandoned()]
    seeds = [project.trace.positions[3, 0, 1] for project in loaded if isinstance(project, Project)]
    assert seeds == [whole_project(seed=seed).trace.positions[3, 0, 1] for seed in (2, 1, 3)]


@pytest.mark.parametrize("note", [b"", b"{", b"[]", b'{"original": 7, "title": null}', b"\xff", b"[" * 100_000])
def test_a_damaged_draft_is_listed_and_can_be_discarded(folder: Path, drafts: Drafts, note: bytes) -> None:
    folder.mkdir(parents=True)
    (folder / "0123.flowviz").write_bytes(b"damaged")
    (folder / "0123.json").write_bytes(note)
    (found,) = drafts.abandoned()
    assert (found.title, found.original) == (UNKNOWN_TITLE, None)
    with pytest.raises(FileError, match=r"cannot be opened.*\.$"):
        found.load()
    found.discard()
    assert drafts.abandoned() == []


def test_a_draft_that_goes_while_it_is_offered_is_a_sentence(folder: Path, drafts: Drafts) -> None:
    with closed(folder) as other:
        other.own().save(whole_project(), None)
    (found,) = drafts.abandoned()
    found.path.unlink()
    with pytest.raises(FileError, match="no such file"):
        found.load()
    with pytest.raises(FileError, match="no such file"):
        _ = found.saved_at
    found.discard()
    assert drafts.abandoned() == []


def test_the_folder_is_private_and_made_when_it_is_needed(folder: Path, drafts: Drafts) -> None:
    assert drafts.abandoned() == []
    assert not folder.exists()
    drafts.own()
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_draft_without_an_original_has_none(drafts: Drafts) -> None:
    own = drafts.own()
    assert own is drafts.own()
    own.save(bare_project(), None)
    assert own.original is None
    assert own.title == "Hi"
    own.save(bare_project(), Path("here.flowviz"))
    assert own.original == Path.cwd() / "here.flowviz"
    own.save(bare_project(), Path("/tmp/\udcff.flowviz"))
    assert own.original == Path("/tmp/\udcff.flowviz"), "a name that is no text"


@pytest.mark.parametrize("mark", [7, "now", [1, 2], [1, 2, None], [True, 1, 2], {}])
def test_a_draft_knows_its_original_as_it_was(drafts: Drafts, tmp_path: Path, mark: object) -> None:
    own = drafts.own()
    original = tmp_path / "hi.flowviz"
    original.write_bytes(b"mine")
    own.save(bare_project(), original, fingerprint(original))
    assert own.mark == fingerprint(original)
    (note,) = own.folder.glob("*.json")
    note.write_text(json.dumps({**json.loads(note.read_text()), "mark": mark}))
    assert own.mark is None


def test_a_full_disk_leaves_the_draft_before(tmp_path: Path) -> None:
    with small_disk(tmp_path) as disk:
        drafts = Drafts(disk / "drafts")
        drafts.own().save(whole_project(12_000), None)
        with pytest.raises(FileError, match="no space left"):
            drafts.own().save(whole_project(12_000, seed=1), None)
        assert_same(drafts.own().load(), whole_project(12_000).storable())
        drafts.close()


def test_a_draft_that_cannot_be_written_does_not_name_the_file_of_another(
    drafts: Drafts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, first = drafts.own(), whole_project(seed=1)
    own.save(first, tmp_path / "first.flowviz")
    monkeypatch.setattr("flowviz.projects.save_project", _full)
    with pytest.raises(FileError):
        own.save(whole_project(seed=2), tmp_path / "second.flowviz")
    assert_same(own.load(), first.storable())
    assert own.original in {tmp_path / "first.flowviz", None}, "recovered, it would be saved over the second one"


def _full(*_: object, **__: object) -> None:
    raise FileError("The disk is full.")


def test_a_place_where_no_folder_can_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FileError, match=r"Drafts cannot be saved in .*\.$"):
        Drafts(tmp_path / "file" / "drafts").own()
    with pytest.raises(FileError, match=r"Drafts cannot be saved in .*\.$"):
        Drafts(tmp_path / "file").own()
    assert Drafts(tmp_path / "file").abandoned() == []


def test_what_a_crash_leaves_besides_is_cleared_away(folder: Path, drafts: Drafts) -> None:
    folder.mkdir(parents=True)
    (folder / "0123.lock").touch()
    (folder / "0123.json").write_text(json.dumps({"title": "no project was written"}))
    assert drafts.abandoned() == []
    assert [path.name for path in folder.iterdir()] == ["drafts.guard"]


def test_drafts_are_among_the_data_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if sys.platform == "linux":
        monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
        assert drafts_folder() == tmp_path / "flowviz" / "drafts"
    assert drafts_folder().parent.name == "flowviz"
