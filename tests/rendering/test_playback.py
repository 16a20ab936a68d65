from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flowviz.records import Scene, base_particles, untrained_trace
from flowviz.rendering import render_frame, render_sheet, write_overview, write_playback
from flowviz.rendering.frames import playback_names
from flowviz.specs import FlowSpec, PictureSize, Playback, ViewSpec

SMALL, LAST = PictureSize(width=200, height=180), 19


@pytest.fixture(scope="module")
def scene() -> Scene:
    return Scene(untrained_trace(FlowSpec(), base_particles(500)))


@pytest.mark.parametrize("repeat", ["once", "ping-pong"])
def test_the_frames_are_those_of_the_playhead(scene: Scene, tmp_path: Path, repeat: str) -> None:
    playback = Playback.model_validate({"repeat": repeat, "speed": 4.0})
    positions = list[float]()

    def scene_at(position: float) -> tuple[Scene, float]:
        positions.append(position)
        return scene, position

    paths = list(write_playback(scene_at, tmp_path / "frames", ViewSpec(), SMALL, playback, LAST, rate=5))
    assert [path.name for path in paths] == playback_names(playback, LAST, 5)
    assert len(paths) == round(5 * playback.seconds(LAST)) + 1
    assert positions == [playback.position(number / 5, LAST) for number in range(len(paths))]
    number = next(number for number, position in enumerate(positions) if position % 1)
    with Image.open(paths[number]) as image:
        drawn = np.asarray(image)
    title = scene.trace.title(round(positions[number]))
    expected = render_frame(scene, positions[number], ViewSpec(), SMALL, title)
    np.testing.assert_array_equal(drawn, expected[..., :3])


def test_a_pass_ends_at_the_end(scene: Scene) -> None:
    for rate in (7, 25, 60):
        playback = Playback()
        assert playback.position((len(playback_names(playback, LAST, rate)) - 1) / rate, LAST) == LAST


def test_the_overview_is_the_sheet(scene: Scene, tmp_path: Path) -> None:
    size = PictureSize(width=500, height=400)
    (path,) = write_overview(scene, tmp_path, ViewSpec(), size)
    with Image.open(path) as image:
        np.testing.assert_array_equal(np.asarray(image), render_sheet(scene, ViewSpec(), size)[..., :3])
