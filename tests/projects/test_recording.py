"""Recorded flows: their arrays, their files, and what is refused."""

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from flowviz import Edits, LayerEdit, edit, load, points_spec, record, resume, sample, save, score, units, view
from flowviz.errors import FileError, FlowvizError, SpecError
from flowviz.projects import example, is_project, load_project
from flowviz.projects.recording import is_recording
from flowviz.records import Snapshot
from flowviz.specs import PointsSpec, ShapeSpec

SHEAR, STRETCH = np.array([[1.0, 0.5], [0.0, 1.0]]), np.diag([2.0, 0.5 * math.e])
LOG_DETS = (0.0, 0.0, 1.0)  # accumulated, in nats


def walk(count: int = 500) -> NDArray[np.float64]:
    """Return particles that a shear and a stretch have moved: (3, count, 2)."""
    base = np.random.default_rng(0).standard_normal((count, 2))
    return np.stack([base, base @ SHEAR, base @ SHEAR @ STRETCH])


def arrays(count: int = 500) -> dict[str, Any]:
    """Return the arrays of a complete recording."""
    positions = walk(count)
    base = -0.5 * (positions[0] ** 2).sum(axis=1) - np.log(2 * np.pi)
    log_det = np.repeat(np.array(LOG_DETS)[:, None], count, axis=1)
    names = ["normal", "shear", "stretch"]
    return {"positions": positions, "log_det": log_det, "names": names, "log_prob": base - log_det[-1]}


def test_an_archive_of_positions_is_a_project(tmp_path: Path) -> None:
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays(), speed=np.arange(500))

    found = load(path)

    assert is_recording(path)
    assert not is_project(path)
    assert found.trace.names == ("00_normal", "01_shear", "02_stretch")
    assert found.trace.title(1) == "1 of 2 · shear"
    assert found.trace.sentences(2)[0] == "stretch: moves the particles"
    np.testing.assert_allclose(found.trace.positions, walk(), atol=1e-6)
    np.testing.assert_allclose(found.trace.columns["speed"], np.arange(500))
    assert isinstance(found.target, PointsSpec)
    assert found.target.title == "particles of mine"
    assert found.flow.recipe.title == "Recorded flow"


def test_densities_of_the_particles_follow_from_the_arrays() -> None:
    trace = record(**arrays()).trace
    variances = np.linalg.eigvalsh((SHEAR @ STRETCH).T @ (SHEAR @ STRETCH))
    peak = -np.log(2 * np.pi) - 0.5 * np.log(variances).sum()

    assert trace.has_densities
    assert trace.log_density(2).max() == pytest.approx(peak, abs=0.02)
    assert trace.log_density(0) == pytest.approx(trace.log_density(2) + 1, abs=1e-5)


def test_stages_named_like_those_of_flowviz_are_not_described_as_such() -> None:
    """Nothing is known of a layer but its name, even if another program calls it like one of flowviz."""
    trace = record(walk(), names=["base", "flow_step", "flow_step"]).trace

    assert not trace.is_continuous
    assert trace.title(0) == "0 of 2 · base"
    assert trace.title(1) == "1 of 2 · flow_step"
    assert trace.sentences(0)[0] == "base: the recorded particles"
    assert trace.sentences(1)[0] == "flow_step: moves the particles"
    assert trace.short_title(2) == "2 · flow_step"
    assert trace.explanation(0).startswith("This is where the particles of the recorded flow start.")
    assert trace.explanation(1) == record(walk()).trace.explanation(1)


def test_without_a_log_prob_only_areas_are_known() -> None:
    given = arrays()
    del given["log_prob"]
    trace = record(**given).trace

    assert trace.has_log_dets
    assert not trace.has_densities
    assert trace.volume_shares == pytest.approx([0, 0, 1])


@pytest.mark.parametrize("moments", [1, 3])
def test_saving_and_loading_preserves_everything(tmp_path: Path, moments: int) -> None:
    given = arrays()
    if moments > 1:
        grown = np.stack([given["positions"] * (1 + moment) for moment in range(moments)])
        given |= {"positions": grown, "steps": [0, 10, 25], "log_prob": None}
    project = record(**given, energy=np.linspace(0, 1, 500))

    save(project, tmp_path / "p.flowviz")
    found = load(tmp_path / "p.flowviz")

    assert found == project
    assert found.trace.columns.keys() == {"energy"}
    assert [moment.step for moment in found.timeline.moments] == ([0, 10, 25] if moments > 1 else [])
    assert all(isinstance(moment, Snapshot) for moment in found.timeline.moments)


def test_all_moments_are_saved(tmp_path: Path) -> None:
    """Unlike those of a training, they cannot be computed again, however many bytes they take."""
    history = np.stack([walk(8000) * (1 + moment) for moment in range(12)])

    save(record(history), tmp_path / "p.flowviz")

    assert len(load(tmp_path / "p.flowviz").timeline.moments) == 12


def test_positions_are_in_the_units_of_the_target() -> None:
    far = walk() * 5 + (100, 20)
    target = points_spec(far[-1])

    found = record(far, target=target)

    assert found.target == target
    assert abs(found.trace.positions[-1].mean()) < 0.01
    np.testing.assert_allclose(units(found).values(found.trace.positions), far, rtol=1e-4)
    assert record(walk(), target=ShapeSpec(name="two_moons")).trace == record(walk()).trace


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"positions": np.zeros((5, 2))}, "(stages, n, 2)"),
        ({"positions": np.zeros((1, 5, 2))}, "at least one more"),
        ({"positions": np.zeros((3, 0, 2))}, "(stages, n, 2)"),
        ({"positions": np.where(walk() > 2, np.nan, walk())}, "NaN"),
        ({"positions": np.full((3, 5, 2), 1e300)}, "infinite"),
        ({"positions": np.full((3, 5, 2), "a")}, "numbers"),
        ({"log_det": np.zeros((3, 499))}, "(3, 500)"),
        ({"log_det": np.ones((3, 500))}, "base is not 0"),
        ({"log_det": 2 * arrays()["log_det"]}, "contradicts its positions"),
        ({"log_det": -arrays()["log_det"]}, "contradicts its positions"),
        ({"log_prob": np.zeros(3)}, "(500,)"),
        ({"names": ["a", "b"]}, "3 strings"),
        ({"names": [1, 2, 3]}, "3 strings"),
        ({"speed": np.zeros((4, 4))}, "speed"),
        ({"a/b": np.zeros(500), "a b": np.zeros(500)}, "same name"),
        ({"steps": [1]}, "one moment"),
        ({"positions": np.zeros((3, 5, 2)), "log_det": np.zeros((3, 5)), "log_prob": np.zeros(5)}, "cannot be shown"),
        ({"density": np.zeros((3, 8, 8))}, "density_box"),
        ({"density": np.zeros((3, 8, 8)), "density_box": np.zeros((3, 4))}, "in this order"),
    ],
)
def test_contradictions_are_refused_in_a_sentence(tmp_path: Path, change: dict[str, Any], words: str) -> None:
    path = tmp_path / "wrong.npz"
    np.savez(path, **{**arrays(), **change})

    with pytest.raises(FileError) as caught:
        load(path)

    assert words in str(caught.value)
    assert str(path) in str(caught.value)


def test_particles_at_one_place_tell_nothing_about_log_dets() -> None:
    positions = walk(20)
    positions[1] = 0
    assert record(positions, np.zeros((3, 20))).trace.has_log_dets


def test_an_exact_log_det_of_a_trained_flow_is_accepted() -> None:
    """Also where the map is steep, as at the edges of letters, and estimates from neighbors are rough."""
    for name in ("brad", "eight_gaussians", "drift"):
        trace = example(name).project().trace
        for count in (200, 1000):
            record(trace.positions[:, :count], trace.log_det[:, :count])


def test_hostile_archives_are_refused(tmp_path: Path) -> None:
    objects = tmp_path / "objects.npz"
    np.savez(objects, positions=np.array([[{}, {}]], dtype=object))
    broken = tmp_path / "broken.npz"
    with zipfile.ZipFile(broken, "w") as archive:
        archive.writestr("positions.npy", b"nothing")
    cut = tmp_path / "cut.npz"
    np.savez(cut, positions=walk())
    content = bytearray(cut.read_bytes())
    content[200:300] = bytes(100)
    cut.write_bytes(content)

    for path in (objects, broken, cut):
        with pytest.raises(FileError, match="cannot be opened"):
            load_project(path)


def test_hostile_names_become_one_line() -> None:
    names = ["base\nbase", "\x1b[31m" + "x" * 200, "../../etc"]
    found = record(walk(), names=names).trace.names

    assert found == ("00_base base", "01_" + ("[31m" + "x" * 200)[:60], "02_.. .. etc")


def test_a_trace_that_was_written_is_read_with_the_same_names(tmp_path: Path) -> None:
    written = record(walk(), names=["base", "bend", "2_2"]).trace
    np.savez(tmp_path / "trace.npz", positions=written.positions, names=written.names)

    assert load_project(tmp_path / "trace.npz").trace.names == ("00_base", "01_bend", "02_2_2")


def test_names_of_the_stages_of_flowviz_do_not_explain_those_of_others() -> None:
    trace = record(walk(), names=["base", "permute", "flow_step"]).trace

    assert "exactly" not in trace.explanation(0)
    assert "swaps" not in trace.sentences(1)[0] + trace.title(1) + trace.explanation(1)
    assert not trace.is_continuous
    assert "does not know" in trace.explanation(2)


def test_what_needs_the_map_is_refused_with_the_reason() -> None:
    project = record(**arrays())
    for use in (
        lambda: sample(project, 5),
        lambda: score(project, walk()[0]),
        lambda: project.build_flow(),
        lambda: edit(project, Edits(layers={1: LayerEdit(disabled=True)})),
        lambda: resume(project),
    ):
        with pytest.raises(FlowvizError):
            use()


@pytest.mark.parametrize(
    "steps", [[1, np.inf], [5, 3], np.array([5, 3], np.uint8), [1, 2.5], ["a", "b"], [-1, 2], [1, 2**60]]
)
def test_steps_that_do_not_increase_are_refused(steps: Any) -> None:
    with pytest.raises(FileError, match="increasing whole numbers"):
        record(np.stack([walk(), walk()]), steps=steps)


def test_rows_of_different_lengths_are_refused() -> None:
    ragged: Any = [[[1, 2]], [[1, 2], [3, 4]]]
    with pytest.raises(FileError, match="different lengths"):
        record(ragged)


def test_a_window_never_replaces_a_file_of_positions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FLOWVIZ_HIDE_WINDOW", "1")
    path = tmp_path / "layers.npz"
    np.savez(path, positions=walk())
    before = path.read_bytes()

    with pytest.raises(SpecError, match="flowviz"):
        view(walk(), path=path)

    assert path.read_bytes() == before
    assert view(walk(), path=tmp_path / "layers.flowviz") == load(tmp_path / "layers.flowviz")
