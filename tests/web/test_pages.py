"""Exported pages in a real browser: what readers do with them, and what they never do."""

import json
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.actions.action_builder import ActionBuilder
from selenium.webdriver.common.actions.interaction import POINTER_TOUCH
from selenium.webdriver.common.actions.pointer_input import PointerInput
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

from flowviz import ExportSpec, record
from flowviz.exporting.web_page import WebPage
from flowviz.projects import Comparison, Project
from flowviz.records import Scene, Trace
from flowviz.rendering import Camera, render_frame
from flowviz.specs import FlowSpec, PictureSize, Seen, ShapeSpec, TextSpec, TrainingSpec, ViewSpec, comparison_spec
from tests.exporting.projects import bent_project, conditional_project, written
from tests.web.conftest import Browse

PATIENCE_SECONDS = 60
EVERY_STATE = """
const { flow } = document.getElementById("flow"), { state } = flow;
for (const color of state.colorings) {
  for (const direction of state.directions) {
    for (let moment = 0; moment < state.steps.length; moment++) {
      const given = moment % state.values.length;
      for (const stage of [0, state.last / 2, state.last]) {
        flow.set({ color, direction, given, moment, stage, selection: [1] });
        flow.draw();
      }
    }
  }
}
"""
Driver = webdriver.Chrome


def wait(driver: Driver, condition: Callable[[], object]) -> None:
    WebDriverWait(driver, PATIENCE_SECONDS, poll_frequency=0.05).until(lambda _: condition())


def found(driver: Driver, name: str) -> WebElement:
    return driver.find_element(By.ID, name)


def state(driver: Driver, name: str = "stage") -> Any:
    return driver.execute_script(f"return document.getElementById('flow').flow.state.{name}")


def spot(driver: Driver, particle: int) -> tuple[int, int]:
    """Return where a particle is, relative to the center of the cloud."""
    flow, size = "document.getElementById('flow').flow", found(driver, "cloud").size
    place = f"return [0, 1].map((i) => {flow}.pixels()[2 * arguments[0] + i] / {flow}.ratio)"
    x, y = driver.execute_script(place, particle)
    return round(x - size["width"] / 2), round(y - size["height"] / 2)


def shown(driver: Driver) -> NDArray[np.float64]:
    """Return the picture of the cloud."""
    png = Image.open(BytesIO(found(driver, "cloud").screenshot_as_png)).convert("RGB")
    return np.asarray(png, np.float64)


def errors(driver: Driver) -> list[str]:
    """Return the errors on the console."""
    return [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]


def requested(driver: Driver) -> list[str]:
    """Return the addresses of everything that was requested, except from the page itself."""
    events = [json.loads(entry["message"])["message"] for entry in driver.get_log("performance")]
    urls = [each["params"]["request"]["url"] for each in events if each["method"] == "Network.requestWillBeSent"]
    return [url for url in urls if not url.startswith("data:")]


def marked(picture: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which pixels (height, width) of a picture differ from its background."""
    return np.asarray(np.abs(picture[..., :3] - picture[-1, 0, :3]).max(axis=-1) > 60)


def widened(pixels: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return pixels with their neighbors."""
    found = pixels.copy()
    for shift in ((x, y) for x in (-1, 0, 1) for y in (-1, 0, 1)):
        found |= np.roll(pixels, shift, axis=(0, 1))
    return found


def compare_pictures(driver: Driver, trace: Trace, stage: int, given: int = 0) -> None:
    """See that particles are within a pixel of where the program's own renderer draws them."""
    flow = "document.getElementById('flow').flow"
    driver.execute_script("document.querySelector('.legend').hidden = true")
    driver.execute_script(f"{flow}.set({{stage: arguments[0], given: arguments[1]}}); {flow}.draw()", stage, given)
    sides = [driver.execute_script(f"return document.getElementById('cloud').{side}") for side in ("width", "height")]
    size, bare = PictureSize(width=sides[0], height=sides[1]), ViewSpec(labels=False, axes=False)
    expected = render_frame(Scene(trace), stage, Camera(bare, trace.boxes).at(stage, size), size)
    here, there = marked(shown(driver)), marked(expected.astype(float))
    assert there.mean() > 0.005
    assert (here & widened(there)).sum() > 0.97 * here.sum()
    assert (there & widened(here)).sum() > 0.97 * there.sum()


@pytest.mark.parametrize("renderer", ["WebGLRenderer", "CanvasRenderer"])
def test_particles_are_drawn_where_the_program_draws_them(browse: Browse, page: Path, renderer: str) -> None:
    driver = browse(page, "#stage=0" + ("&renderer=canvas" if renderer == "CanvasRenderer" else ""))
    assert driver.execute_script("return document.getElementById('flow').flow.renderer.constructor.name") == renderer
    trace = bent_project(2000).trace
    for stage in range(0, trace.last_stage + 1, 3):
        compare_pictures(driver, trace, stage)


def test_a_reader_chooses_a_value_of_the_condition(browse: Browse, conditional_page: Path) -> None:
    driver, project = browse(conditional_page), conditional_project()
    slider = found(driver, "condition")
    assert slider.accessible_name == "Word"
    assert slider.get_attribute("aria-valuetext") == "BRAD"
    for given, value in enumerate((0.0, 0.5, 1.0)):
        trace = project.given(value).trace
        for stage in (1, trace.last_stage):
            compare_pictures(driver, trace, stage, given)
    slider.send_keys(Keys.HOME, Keys.ARROW_RIGHT)
    assert state(driver, "given") == 1
    assert state(driver, "hash()").endswith("&given=1")
    assert slider.get_attribute("aria-valuetext") == "50% BRAD, 50% KATIE (never seen)"
    browse(conditional_page, state(driver, "hash()"))
    assert state(driver, "given") == 1
    found(driver, "condition").send_keys(Keys.SPACE)
    wait(driver, lambda: state(driver, "given") == 2)
    found(driver, "play-condition").click()
    assert not errors(driver)


@pytest.mark.parametrize("kind", ["selected", "mixture", "comparison", "conditions", "recorded", "folded"])
def test_every_state_of_every_kind_of_flow_is_drawn(browse: Browse, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    spec = ExportSpec(what="page", moments=2, seen=Seen(view=ViewSpec(marks=frozenset({"points", "target"}))))
    for _ in WebPage(work_of(kind), spec).write(path):
        pass
    driver = browse(path)
    wait(driver, lambda: driver.execute_script("return Boolean(document.getElementById('flow').flow)"))
    driver.execute_script(EVERY_STATE)
    assert not errors(driver)
    assert marked(shown(driver)).mean() > 0.001


def work_of(kind: str) -> Project | Comparison:
    """Return a project or a comparison whose flows do not know the same about their particles."""
    bent = bent_project(300)
    match kind:
        case "mixture":
            flow = FlowSpec(base="mixture", components=3)
            return Project.untrained(ShapeSpec(name="square"), flow, TrainingSpec(steps=10))
        case "comparison":
            flows = {"short": {"layers": 1}, "many": {"layers": 3, "base": "mixture", "components": 4}}
            entrants = [{"name": name, "flow": flow} for name, flow in flows.items()]
            spec = {"target": {"kind": "shape", "name": "square"}, "entrants": entrants}
            return Comparison.untrained(comparison_spec(spec))
        case "conditions":  # a flow that is conditional beside one that is not
            sources = [{"kind": "text", "text": text} for text in ("A", "B")]
            entrants = [
                {"name": name, "flow": {"layers": 1, "ignores_condition": name == "one"}} for name in ("one", "two")
            ]
            return Comparison.untrained(
                comparison_spec({"target": {"kind": "conditional", "sources": sources}, "entrants": entrants})
            )
        case "recorded":
            positions = np.random.default_rng(0).normal(size=(4, 200, 2))
            return record(positions, names=["base", "one", "</script>", "three"], speed=positions[0, :, 0])
        case "folded":
            log_det = bent.trace.log_det.copy()
            log_det[5:, ::7] = np.nan
            return replace(bent, trace=Trace(bent.trace.names, bent.trace.positions, log_det))
    return bent


def test_a_reader_drags_plays_and_chooses(browse: Browse, page: Path) -> None:
    driver = browse(page, "#stage=0")
    slider = found(driver, "stage")
    slider.send_keys(Keys.ARROW_RIGHT, Keys.ARROW_RIGHT)  # the second one before the first has arrived
    wait(driver, lambda: state(driver) == 2)
    ActionChains(driver).drag_and_drop_by_offset(slider, 40, 0).perform()
    wait(driver, lambda: state(driver) > 2 and state(driver) == round(state(driver)))
    Select(found(driver, "color")).select_by_value("log_det")
    assert state(driver, "color") == "log_det"
    found(driver, "show-target").click()
    assert state(driver, "marks.size") == 2
    found(driver, "moment").send_keys(Keys.HOME)
    assert state(driver, "moment") == 0
    driver.execute_script("document.getElementById('flow').flow.set({stage: 17})")
    found(driver, "play").click()
    wait(driver, lambda: state(driver) == 19)
    assert not errors(driver)
    assert len(requested(driver)) == 1


def test_shift_selects_several_particles(browse: Browse, page: Path) -> None:
    driver = browse(page)
    cloud = found(driver, "cloud")
    ActionChains(driver).move_to_element_with_offset(cloud, *spot(driver, 0)).click().perform()
    actions = ActionChains(driver).key_down(Keys.SHIFT).move_to_element_with_offset(cloud, *spot(driver, 5)).click()
    actions.key_up(Keys.SHIFT).perform()
    wait(driver, lambda: len(state(driver, "selection")) == 2)
    assert driver.find_element(By.CLASS_NAME, "readout").text == "2 particles are selected."
    before = state(driver, "selection")
    browse(page, state(driver, "hash()"))
    assert state(driver, "selection") == before
    found(driver, "cloud").send_keys(Keys.ESCAPE)
    assert state(driver, "selection") == []


def test_a_link_opens_the_same_view(browse: Browse, page: Path) -> None:
    driver = browse(page, "#stage=5&color=leaked&direction=encode&view=0.5,0.25,1.5&particle=7")
    names = ("stage", "color", "direction", "view", "selection")
    before, picture = [state(driver, name) for name in names], shown(driver)
    assert before == [5, "leaked", "encode", [0.5, 0.25, 1.5], [7]]
    browse(page, driver.execute_script("return document.getElementById('flow').flow.state.hash()"))
    assert [state(driver, name) for name in names] == before
    np.testing.assert_array_equal(shown(driver), picture)
    assert "Particle 8" in driver.find_element(By.CLASS_NAME, "readout").text


@pytest.mark.parametrize("hash_", ["#stage=900", "#stage=NaN&color=red", "#view=1,2", "#particle=-3&moment=x", "#%ff"])
def test_a_damaged_link_shows_what_it_can(browse: Browse, page: Path, hash_: str) -> None:
    driver = browse(page, hash_)
    wait(driver, lambda: state(driver) == 19)
    assert not errors(driver)


def test_hostile_texts_run_nothing(browse: Browse, tmp_path: Path) -> None:
    text = "</script><script>document.title='hacked'</script>"
    project = replace(bent_project(), target=TextSpec(text=text))
    driver = browse(written(project, ExportSpec(what="page"), tmp_path / "page.html"))
    wait(driver, lambda: state(driver) == 19)
    assert driver.title.startswith("</script><script>")
    assert driver.find_element(By.TAG_NAME, "h1").text.startswith("</script><script>")
    assert not errors(driver)


def test_dark_readers_get_a_dark_page(browse: Browse, page: Path) -> None:
    driver = browse(page)
    light = shown(driver).mean()
    feature = {"name": "prefers-color-scheme", "value": "dark"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    wait(driver, lambda: shown(driver).mean() < 80)
    assert light > 175


def test_a_phone_shows_everything_without_scrolling_sideways(browse: Browse, conditional_page: Path) -> None:
    driver = browse(conditional_page, "#given=1", width=320, height=640, touch=True)
    assert driver.execute_script("return document.documentElement.scrollWidth") <= 320
    before = shown(driver)
    finger = ActionBuilder(driver, mouse=PointerInput(POINTER_TOUCH, "finger"))
    finger.pointer_action.move_to(found(driver, "cloud"), *spot(driver, 0)).click()
    finger.perform()
    wait(driver, lambda: state(driver, "selection"))
    assert driver.find_element(By.CLASS_NAME, "readout").text.startswith("Particle ")
    wait(driver, lambda: (marked(shown(driver)) & ~marked(before)).any())  # the path
    for control in filter(WebElement.is_displayed, driver.find_elements(By.CSS_SELECTOR, "button, select, input")):
        assert control.size["height"] >= 44


def test_without_scripts_there_is_a_picture(browse: Browse, page: Path) -> None:
    driver = browse(page, scripts=False)
    picture = driver.find_element(By.CSS_SELECTOR, "img.static")
    assert picture.is_displayed()
    assert picture.size["width"] > 300
    assert "Turn on scripts" in driver.find_element(By.TAG_NAME, "body").text


def test_readers_who_prefer_no_motion_get_none(browse: Browse, page: Path) -> None:
    driver = browse(page, "#stage=0")
    feature = {"name": "prefers-reduced-motion", "value": "reduce"}
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    driver.execute_script("document.getElementById('flow').flow.goTo(4)")
    assert state(driver) == 4  # at once


def test_controls_have_names(browse: Browse, page: Path) -> None:
    driver = browse(page)
    controls = driver.find_elements(By.CSS_SELECTOR, "button, select, input, canvas[tabindex]")
    for control in filter(WebElement.is_displayed, controls):
        assert control.accessible_name, control.get_attribute("outerHTML")
