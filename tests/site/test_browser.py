"""The site in a real browser: figures, progress, predictions, stand-ins, search, narrow windows and both themes."""

import json
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By

from flowviz.lessons.one_dimension import MonotoneCurve, slice_at
from tests.web.test_pages import errors, requested, wait

Driver = webdriver.Chrome
PAGES = (
    *("index", "search", "gallery/index", "gallery/brad", "lessons/index", "lessons/strange", "figures/strange"),
    *("lessons/01_change_of_variables", "guides/window", "guides/reference", "guides/reference_training"),
)
CONTRASTS = """
const light = (color) => {
  const [r, g, b] = color.match(/[\\d.]+/g).slice(0, 3).map((each) => {
    const share = each / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (element) => {
  const { backgroundColor } = element ? getComputedStyle(element) : { backgroundColor: "rgb(255, 255, 255)" };
  return /, 0\\)$|transparent|color\\(/.test(backgroundColor) ? ground(element.parentElement) : backgroundColor;
};
return [...document.querySelectorAll("body *")].flatMap((element) => {
  const hasText = [...element.childNodes].some((each) => each.nodeType === 3 && each.data.trim());
  const style = getComputedStyle(element);
  if (!hasText || !element.checkVisibility() || element.disabled || element.closest("svg, option")) return [];
  const [one, other] = [light(style.color), light(ground(element))].sort((a, b) => b - a);
  return (one + 0.05) / (other + 0.05) < 4.5 ? [element.outerHTML.slice(0, 80)] : [];
});
"""


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture
def address(site: Path, usual: Driver) -> Iterator[str]:
    """Serve the site, and forget what an earlier test has left in the browser."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(site))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        usual.get("about:blank")
        for log in ("browser", "performance"):
            usual.get_log(log)
        yield f"http://127.0.0.1:{server.server_port}"
        usual.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
        usual.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        assert not errors(usual)
        assert not [url for url in requested(usual) if not url.startswith(f"http://127.0.0.1:{server.server_port}")]
        usual.get("about:blank")  # else, what is still loading would fail without the server
        server.shutdown()


def test_figure_shows_the_state_of_its_step_and_progress_is_kept(usual: Driver, address: str) -> None:
    usual.get(f"{address}/lessons/strange.html#step-1")
    wait(usual, lambda: usual.find_elements(By.CSS_SELECTOR, ".live-figure.live iframe"))
    usual.switch_to.frame(usual.find_element(By.CSS_SELECTOR, "#step-1 iframe"))
    state = "const { flow } = document.getElementById('flow'); return flow && [flow.state.stage, flow.clouds[0].count]"
    wait(usual, lambda: usual.execute_script(state) == [2, 2000])
    usual.switch_to.default_content()
    wrong, right = usual.find_elements(By.CSS_SELECTOR, "#step-2 summary")
    for answer in (wrong, right):
        answer.click()
    assert "yes" in usual.find_element(By.CSS_SELECTOR, "details.right .reply").text
    progress = "· 1 of 3 steps done, 0 of 1 predictions right at the first try"
    wait(usual, lambda: usual.find_element(By.CLASS_NAME, "progress").text == progress)
    assert [each.get_attribute("id") for each in usual.find_elements(By.CLASS_NAME, "is-done")] == ["step-2"]
    usual.get(f"{address}/lessons/index.html")
    assert progress in usual.find_element(By.CSS_SELECTOR, "[data-lesson=strange]").text
    usual.get(f"{address}/lessons/strange.html")
    usual.find_element(By.CLASS_NAME, "forget").click()
    usual.refresh()
    assert not usual.find_elements(By.CLASS_NAME, "is-done")


def test_term_is_explained_where_it_is_tapped(usual: Driver, address: str) -> None:
    usual.get(f"{address}/lessons/strange.html")
    explanation = usual.find_element(By.ID, "term-network")
    assert not explanation.is_displayed()
    usual.find_element(By.CLASS_NAME, "term").click()
    wait(usual, explanation.is_displayed)


def test_curve_of_one_dimension_bends_but_always_rises(usual: Driver, address: str) -> None:
    usual.get(f"{address}/lessons/01_change_of_variables.html")
    curve = usual.find_element(By.CSS_SELECTOR, "#step-3 .curve")
    left, right = curve.find_elements(By.TAG_NAME, "circle")[2], curve.find_elements(By.TAG_NAME, "circle")[4]
    for knot, key in ((left, Keys.ARROW_UP), (right, Keys.ARROW_DOWN)):
        usual.execute_script("arguments[0].focus()", knot)
        ActionChains(usual).send_keys(*[key] * 5).perform()
    assert [float(each.get_attribute("aria-valuenow") or 0) for each in (left, right)] == pytest.approx([-0.5, 0.5])
    words = curve.find_element(By.CLASS_NAME, "readout")
    slice_ = slice_at(MonotoneCurve((-3, -2, -0.5, 0, 0.5, 2, 3)), 0)  # that of the program
    assert f"density {slice_.density_before:.2f}" in words.text
    assert f"density {slice_.density_after:.2f}" in words.text
    usual.execute_script("arguments[0].scrollIntoView({ block: 'center' })", left)
    ActionChains(usual).click_and_hold(left).move_by_offset(0, -200).release().perform()
    assert "must rise" in words.text
    heights = [float(each.get_attribute("aria-valuenow") or 0) for each in curve.find_elements(By.TAG_NAME, "circle")]
    assert heights == sorted(set(heights))
    curve.find_element(By.TAG_NAME, "button").click()
    assert left.get_attribute("aria-valuenow") == "-1.00"


def test_bent_coupling_can_be_undone(usual: Driver, address: str) -> None:
    usual.get(f"{address}/lessons/strange.html")
    coupling = usual.find_element(By.CLASS_NAME, "coupling")
    heights = "return [...arguments[0].querySelectorAll('circle')].map((each) => Number(each.getAttribute('cy')))"
    undo = coupling.find_element(By.CSS_SELECTOR, "[type=checkbox]")
    undo.click()
    base = usual.execute_script(heights, coupling)
    undo.click()
    before = usual.execute_script(heights, coupling)
    curve = coupling.find_element(By.CSS_SELECTOR, "[data-curve=shift] svg")
    usual.execute_script("arguments[0].scrollIntoView({ block: 'center' })", curve)
    ActionChains(usual).click_and_hold(curve).move_by_offset(0, -30).release().perform()
    moved = np.subtract(before, usual.execute_script(heights, coupling))
    assert moved.max() > 0.3
    assert moved.min() >= 0, "none was moved down"
    undo.click()
    assert usual.execute_script(heights, coupling) == pytest.approx(base)
    undo.click()
    coupling.find_element(By.TAG_NAME, "button").click()
    assert usual.execute_script(heights, coupling) == pytest.approx(before)


def test_search_finds_lessons_guides_and_names(usual: Driver, address: str) -> None:
    usual.get(f"{address}/search.html")
    box, every = usual.find_element(By.ID, "search"), usual.find_elements(By.CSS_SELECTOR, "#results > li")
    for words, place in (
        ("Flat crowded", "lessons/01"),
        ("legibility", "guides/window"),
        ("retarget", "reference_training"),
    ):
        box.clear()
        box.send_keys(words)
        found = usual.execute_script("return [...document.querySelectorAll('#results > li:not([hidden])')].length")
        assert 0 < found < len(every)
        assert usual.find_element(By.CSS_SELECTOR, f"#results > li:not([hidden]) a[href*='{place}']").is_displayed()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_texts_have_contrast_and_fit_narrow_windows(usual: Driver, address: str, theme: str) -> None:
    features = [{"name": "prefers-color-scheme", "value": theme}]
    usual.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
    size = {"width": 320, "height": 640, "deviceScaleFactor": 1, "mobile": False}
    usual.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    for page in PAGES:
        usual.get(f"{address}/{page}.html")
        assert usual.execute_script(CONTRASTS) == [], page
        assert usual.execute_script("return document.documentElement.scrollWidth <= innerWidth"), page


def test_lesson_can_be_read_without_scripts(site: Path, browse: object) -> None:
    driver: Driver = browse(site / "lessons" / "strange.html", scripts=False)  # type: ignore[operator]
    wrong = driver.find_element(By.CSS_SELECTOR, "#step-2 summary")
    wrong.click()
    assert "no" in driver.find_element(By.CSS_SELECTOR, "#step-2 details .reply").text
    assert driver.find_element(By.CSS_SELECTOR, "#step-1 picture img").is_displayed()
    assert json.dumps(driver.get_log("browser")).count("SEVERE") == 0
