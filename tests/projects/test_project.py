import json
import pickle
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load, save

from flowviz.errors import FileError
from flowviz.flows import build_flow
from flowviz.projects import Plan, Project, load_project, save_project
from flowviz.projects.format import from_bytes, to_bytes
from flowviz.specs import DrawingSpec, FlowSpec, MixSpec, Part, PointsSpec, TextSpec, TrainingSpec
from tests.flows.families import random_weights, specs


def test_a_project_comes_back_as_it_was(project: Project, project_file: Path) -> None:
    again = load_project(project_file)
    assert (again.target, again.flow, again.training) == (project.target, project.flow, project.training)
    np.testing.assert_array_equal(again.trace.positions, project.trace.positions)
    np.testing.assert_array_equal(again.trace.log_det, project.trace.log_det)
    assert again.trace.names == project.trace.names
    np.testing.assert_array_equal(again.history.validation_nll, project.history.validation_nll)
    points = project.trace.positions[-1][:100]
    one, other = (build_flow(p.flow, p.weights).log_prob(points) for p in (project, again))
    np.testing.assert_array_equal(one, other)


def test_what_comes_next_is_the_same_again_where_nothing_else_is_asked_for(project: Project) -> None:
    again = Plan(project.target, project.flow, project.training)
    other = Plan(TextSpec(text="other"), FlowSpec(layers=1), TrainingSpec(steps=1))
    assert project.plan == project.asked == again
    assert replace(project, next=other).asked == other


@pytest.mark.parametrize("spec", specs("realnvp", "learned base"))  # the weights of all come back, says test_format.py
def test_every_family_has_the_same_density_when_it_is_opened_again(spec: FlowSpec, tmp_path: Path) -> None:
    untrained = Project.untrained(TextSpec(text="Hi"), spec, TrainingSpec(steps=1))
    save_project(replace(untrained, weights=random_weights(spec)), tmp_path / "x.flowviz")
    again = load_project(tmp_path / "x.flowviz")
    points = np.random.default_rng(0).normal(size=(50, 2))
    one, other = build_flow(spec, random_weights(spec)), build_flow(again.flow, again.weights)
    np.testing.assert_array_equal(one.log_prob(points), other.log_prob(points))


def test_the_checkpoint_comes_back_to_the_last_bit(project: Project, project_file: Path) -> None:
    one, other = project.checkpoint, load_project(project_file).checkpoint
    assert one is not None
    assert other is not None
    for field in fields(one):
        before, after = getattr(one, field.name), getattr(other, field.name)
        if isinstance(before, np.ndarray):
            np.testing.assert_array_equal(before, after)
            assert before.dtype == after.dtype
        elif field.name != "kept":
            assert before == after
    assert one.kept is not None
    assert other.kept is not None
    assert (one.kept.step, one.kept.validation_nll) == (other.kept.step, other.kept.validation_nll)


def test_what_the_target_was_made_from_is_in_the_file(tmp_path: Path) -> None:
    picture, rows = b"\x89PNG\r\n\x1a\n" + bytes(200_000), np.arange(200_000, dtype="<f4").tobytes()
    parts = (Part(source=DrawingSpec(png=picture)), Part(source=PointsSpec(data=rows, center=(1, 2), unit=3)))
    untrained = Project.untrained(MixSpec(parts=parts), FlowSpec(), TrainingSpec(steps=1))
    bare = Project.untrained(TextSpec(text=""), FlowSpec(), TrainingSpec(steps=1))
    assert from_bytes(to_bytes(untrained)).target == untrained.target
    added = len(to_bytes(untrained)) - len(to_bytes(bare))
    assert added < len(picture) + len(rows) + 1000, "as bytes: base64 would take a third more"


def test_a_file_that_lacks_what_its_target_was_made_from_is_damaged() -> None:
    spec = DrawingSpec(png=b"\x89PNG\r\n\x1a\n")
    content = to_bytes(Project.untrained(spec, FlowSpec(), TrainingSpec(steps=1)))
    with pytest.raises(FileError, match="damaged"):
        from_bytes(content.replace(b"target/0", b"target/1"))


def test_the_same_project_is_the_same_bytes(project: Project) -> None:
    assert to_bytes(project) == to_bytes(from_bytes(to_bytes(project)))


def test_the_saved_trace_is_that_of_the_saved_weights(project: Project) -> None:
    trace = build_flow(project.flow, project.weights).trace(project.trace.positions[0])
    np.testing.assert_allclose(trace.positions, project.trace.positions, atol=1e-5)


def test_a_file_is_small(project_file: Path) -> None:
    assert project_file.stat().st_size < 2_000_000


def test_a_file_cut_anywhere_is_one_sentence(project_file: Path) -> None:
    content = project_file.read_bytes()
    for length in (0, 1, 7, 8, 9, 100, 2000, len(content) // 2, len(content) - 1):
        project_file.write_bytes(content[:length])
        with pytest.raises(FileError) as error:
            load_project(project_file)
        assert str(error.value).endswith(".")


def test_flipped_bytes_raise_no_other_error(project: Project) -> None:
    content, rng = to_bytes(project), np.random.default_rng(0)
    header = 8 + int.from_bytes(content[:8], "little")
    for _ in range(300):
        damaged = bytearray(content)
        damaged[rng.integers(header)] ^= 1 << rng.integers(8)
        try:
            from_bytes(bytes(damaged))
        except FileError as error:
            assert str(error).endswith(".")  # noqa: PT017


def test_numbers_that_are_not_finite_are_refused(project: Project) -> None:
    content = to_bytes(project)
    arrays, text = load(content), json.loads(content[8 : 8 + int.from_bytes(content[:8], "little")])
    name = "states/parameters"
    arrays[name] = np.full_like(arrays[name], np.nan)
    with pytest.raises(FileError, match="damaged"):
        from_bytes(save(arrays, metadata=text["__metadata__"]))


def test_losses_of_points_without_a_density_are_kept(project: Project) -> None:
    losses = np.where(project.history.step == project.history.step[-1], np.nan, project.history.validation_nll)
    saved = replace(project, history=replace(project.history, validation_nll=losses, kept_step=None))
    np.testing.assert_array_equal(from_bytes(to_bytes(saved)).history.validation_nll, losses)


def test_a_newer_format_says_so(project: Project, tmp_path: Path) -> None:
    content = to_bytes(project).replace(b'\\"format_version\\": 12', b'\\"format_version\\": 13')  # of the same length
    path = tmp_path / "newer.flowviz"
    path.write_bytes(content)
    with pytest.raises(FileError, match="Install a newer version"):
        load_project(path)


def test_weights_of_another_flow_are_refused(project: Project) -> None:
    with pytest.raises(FileError, match="do not match"):
        build_flow(project.flow.model_copy(update={"width": 7}), project.weights)


def test_a_pickle_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "evil.flowviz"
    path.write_bytes(pickle.dumps({"a": 1}))
    with pytest.raises(FileError, match="not a flowviz project"):
        load_project(path)


def test_a_folder_that_is_gone_is_a_sentence(project: Project, tmp_path: Path) -> None:
    with pytest.raises(FileError, match="no such file or directory"):
        save_project(project, tmp_path / "gone" / "x.flowviz")


def test_a_failed_save_keeps_the_old_file(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "old.flowviz"
    path.write_text("old")

    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(FileError, match="no space left"):
        save_project(project, path)
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["old.flowviz"]
