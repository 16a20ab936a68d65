"""Smoothness of an exported page while its slider is dragged, relative to a bare page that moves as many points.

    python -m tests.benchmarks.page [--seconds 5] [--rounds 3]

The bare page moves 8,000 points of 3 pixels with WebGL 2 on a canvas of 900×600 pixels. Both pages run in the same
Chromium without a graphics card, in turns. Prints medians over the rounds, with their goals. Needs Chromium and
ChromeDriver.
"""

import argparse
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from selenium import webdriver

from flowviz import ExportSpec
from tests.exporting.projects import bent_project, written
from tests.web.conftest import browser

BARE = """<!DOCTYPE html><canvas id="cloud" width="900" height="600"></canvas><script>
const gl = cloud.getContext("webgl2", { alpha: false, antialias: false, depth: false }), program = gl.createProgram();
const sources = [[gl.VERTEX_SHADER, `#version 300 es
in vec2 place; uniform float way; void main() { gl_PointSize = 3.0; gl_Position = vec4(place + way, 0.0, 1.0); }`],
[gl.FRAGMENT_SHADER, `#version 300 es
precision mediump float; out vec4 shown; void main() { shown = vec4(0.0, 0.3, 0.6, 1.0); }`]];
for (const [kind, source] of sources) {
  const shader = gl.createShader(kind);
  gl.shaderSource(shader, source); gl.compileShader(shader); gl.attachShader(program, shader);
}
gl.linkProgram(program); gl.useProgram(program); gl.clearColor(1, 1, 1, 1);
gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
const places = new Float32Array(16000).map(() => (Math.random() + Math.random() + Math.random()) / 1.5 - 1);
gl.bufferData(gl.ARRAY_BUFFER, places, gl.STATIC_DRAW);
gl.enableVertexAttribArray(0); gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
window.move = (way) => {
  gl.clear(gl.COLOR_BUFFER_BIT);
  gl.uniform1f(gl.getUniformLocation(program, "way"), 0.3 * Math.sin(9 * way)); gl.drawArrays(gl.POINTS, 0, 8000);
};
</script>"""
DRAG = """
const slider = document.getElementById("stage"), cloud = document.getElementById("cloud");
Object.assign(cloud.style, { width: "900px", height: "600px" });
window.move = (way) => {
  slider.value = slider.max * (0.5 + 0.5 * Math.sin(9 * way));
  slider.dispatchEvent(new Event("input"));
};
"""
MEASURE = """
const [seconds, done] = arguments, begin = performance.now(), times = [];
const next = (now) => {
  times.push(now);
  window.move((now - begin) / 1000 / 9);
  if (now - begin < 1000 * seconds) requestAnimationFrame(next);
  else done(times);
};
requestAnimationFrame(next);
"""
INTERVAL_GOAL, PICTURE_GOAL = 1.3, 1.0  # times the bare page; seconds


def intervals(driver: webdriver.Chrome, page: Path, seconds: float) -> list[float]:
    """Return the intervals in milliseconds between the frames of a page that is dragged."""
    driver.get(f"{page.as_uri()}#stage=0")
    if driver.find_elements("id", "stage"):
        driver.execute_script(DRAG)
    times = driver.execute_async_script(MEASURE, seconds)
    found: list[float] = np.diff(times).tolist()
    return found


def first_picture(page: Path) -> float:
    """Return the seconds from the opening of a page in a new browser to its first picture."""
    driver = browser()
    driver.get(page.as_uri())
    milliseconds: float = driver.execute_script("return performance.getEntriesByName('drawn')[0].startTime")
    driver.quit()
    return milliseconds / 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args()
    with TemporaryDirectory() as folder:
        bare, page = Path(folder, "bare.html"), Path(folder, "page.html")
        bare.write_text(BARE)
        written(bent_project(8000), ExportSpec(what="page"), page)
        driver = browser(width=960, height=1000)
        driver.set_script_timeout(60)
        found: dict[Path, list[float]] = {bare: [], page: []}
        for each in [bare, page] * chosen.rounds:
            found[each].append(float(np.quantile(intervals(driver, each, chosen.seconds), 0.95)))
        driver.quit()
        ratio = median(found[page]) / median(found[bare])
        pictures = [first_picture(page) for _ in range(chosen.rounds)]
        print(f"bare page: frame interval p95 {median(found[bare]):.1f} ms")
        print(f"page: frame interval p95 {median(found[page]):.1f} ms = {ratio:.2f} × (goal ≤ {INTERVAL_GOAL})")
        print(
            f"page: first picture {median(pictures):.2f} s, worst {max(pictures):.2f} s (goal ≤ {PICTURE_GOAL:.1f} s)"
        )
        print(f"page: {page.stat().st_size / 1e6:.2f} MB (goal ≤ 1.2 MB)")


if __name__ == "__main__":
    main()
