"""A file of somebody else can do no harm, and what is a person's own is for nobody else to read."""

import ast
import os
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

import flowviz
from flowviz.files import atomic_write
from flowviz.projects import Project, example, save_project
from flowviz.projects.drafts import Drafts
from flowviz.records import Retargeted
from flowviz.specs import ImageSpec, MixSpec, Part, PointsSpec, TargetSpec, TextSpec
from flowviz.targets import image_spec
from tests.trust import scripts
from tests.trust.program import HOMES, Ended, used

SOURCES = sorted(Path(flowviz.__file__).parent.rglob("*.py"))
RUN_WHAT_IS_READ = {"pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "yaml"}
RUN_TEXT = {"eval", "exec", "compile", "__import__"}
RUN_SHELL = {"system", "popen", "getoutput", "getstatusoutput"}
UNPICKLE = {"read_pickle", "to_pickle", "load_module"}
ARRAY_FILES = {"load", "save", "savez", "savez_compressed", "read_array", "write_array"}  # of numpy
OUTSIDE = ("/etc/passwd", "../../../../../../etc/passwd", "..\\..\\passwd")


def dangers(tree: ast.AST) -> Iterator[str]:
    """What in a module could run what it reads, or a shell."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from (name.name for name in names if name.name.partition(".")[0] in RUN_WHAT_IS_READ)
            case ast.ImportFrom(module=str() as module) if module.partition(".")[0] in RUN_WHAT_IS_READ:
                yield module
            case ast.Call(func=ast.Name(id=name)) if name in RUN_TEXT:
                yield name
            case ast.Call(func=ast.Attribute(attr=name)) if name in RUN_SHELL | UNPICKLE:
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Name(id="joblib"), attr="load")):
                yield "joblib.load"
            case ast.Call(func=ast.Attribute(value=value, attr=name), keywords=options) if name in ARRAY_FILES:
                if ast.unparse(value).startswith("np") and not has(options, "allow_pickle", value=False):
                    yield f"np.{name} that may pickle"
            case ast.keyword(arg="shell", value=value) if not is_constant(value, value=False):
                yield "shell"


def has(options: list[ast.keyword], name: str, *, value: bool) -> bool:
    return any(option.arg == name and is_constant(option.value, value=value) for option in options)


def is_constant(node: ast.expr, *, value: bool) -> bool:
    return isinstance(node, ast.Constant) and node.value is value


def test_no_code_executes_its_input() -> None:
    assert len(SOURCES) > 100
    found = {path.name: list(dangers(ast.parse(path.read_text(encoding="utf-8")))) for path in SOURCES}
    assert not {name: what for name, what in found.items() if what}


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from pickle import loads", "eval(text)", "exec(text)", "os.system(text)", "joblib.load(path)",
        "np.load(path)", "np.load(path, allow_pickle=True)", "np.lib.format.read_array(file)", "pd.read_pickle(path)",
        "subprocess.run(text, shell=True)", "subprocess.run(text, shell=wanted)",
    ],
)  # fmt: skip
def test_dangerous_code_is_detected(line: str) -> None:
    assert list(dangers(ast.parse(line)))


def targets() -> Iterator[TargetSpec]:
    """Their texts are paths, wherever a target has a text."""
    picture = Image.new("L", (40, 40), "white")
    ImageDraw.Draw(picture).rectangle((10, 10, 30, 30), fill="black")
    png = BytesIO()
    picture.save(png, "PNG")
    content = image_spec(png.getvalue(), "picture").png
    points = bytes(PointsSpec(data=b"").data) + b"\x00\x00\x80\x3f\x00\x00\x00\x40\x00\x00\x40\x40\x00\x00\xa0\x40" * 50
    for outside in OUTSIDE:
        yield TextSpec(text=outside, font=outside)
        yield ImageSpec(png=content, name=outside)
        yield PointsSpec(data=points, name=outside)
    parts = tuple(Part(source=ImageSpec(png=content, name=outside)) for outside in OUTSIDE)
    yield MixSpec(parts=parts)


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    """The folder of a person who has opened all of them, and how that went."""
    folder, project = tmp_path_factory.mktemp("crafted"), example("brad").project()
    for number, target in enumerate(targets()):
        save_project(crafted(project, target), folder / f"{number:02d}.flowviz")
    return folder, used(scripts.opens_what_was_crafted, folder)


def test_paths_in_a_project_file_are_not_followed(opened: tuple[Path, Ended]) -> None:
    folder, ended = opened
    ended.assert_sound()
    touched, proposed = ended.all_told("touched"), ended.all_told("proposed")
    count = len(list(targets()))
    assert any(f"{count - 1:02d}.flowviz" in told for told in touched), "it was watched"
    assert not [told for told in touched if "passwd" in told]
    assert len(proposed) == 2 * count
    assert len({Path(path).parent for path in proposed}) <= 2, "the pictures' and the documents'"
    assert not any(part == ".." for path in proposed for part in Path(path).parts)
    assert {path.name for path in folder.iterdir() if path.suffix != ".flowviz"} <= set(HOMES)


def crafted(project: Project, target: TargetSpec) -> Project:
    """It is said to have learned that, and before that others."""
    changes = tuple(Retargeted(step, title) for step, title in enumerate(OUTSIDE))
    return replace(project, target=target, history=replace(project.history, changes=changes))


@pytest.mark.skipif(os.name != "posix", reason="other systems have other permissions")
class TestPrivate:
    """What others can read of a person's files."""

    def test_file_is_private_while_it_is_written_and_has_default_permissions_then(self, tmp_path: Path) -> None:
        path, other = tmp_path / "it.png", tmp_path / "other"
        other.touch()
        with atomic_write(path) as part:
            assert permissions(part) == 0o600, "also where the process is killed now"
            part.write_text("it")
        assert permissions(path) == permissions(other)

    def test_drafts_and_locks_are_private(self, tmp_path: Path) -> None:
        drafts = Drafts(tmp_path / "drafts")
        drafts.own().save(example("brad").project(), None)
        found = list((tmp_path / "drafts").iterdir())
        assert {path.suffix for path in found} >= {".flowviz", ".json", ".lock", ".guard"}
        assert {permissions(path) for path in found} == {0o600}
        assert permissions(tmp_path / "drafts") == 0o700
        drafts.close()

    def test_everything_in_the_data_folders_is_private(self, opened: tuple[Path, Ended]) -> None:
        folder, _ = opened
        kept = [path for name in HOMES for path in (folder / name).rglob("*") if path.is_file()]
        assert {"flowviz.log", "flowviz.ini"} <= {path.name for path in kept}
        open_to_all = {path.name for path in kept if permissions(path) != 0o600}
        assert open_to_all <= {"QtProject.conf"}, "which belongs to Qt, and has the last folder of its file dialog"


def permissions(path: Path) -> int:
    return path.stat().st_mode & 0o777
