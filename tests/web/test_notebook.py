"""The widget in a real JupyterLab: both directions of its traits, keys, the theme, and the particles of a training."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import nbformat
import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select

import flowviz
from tests.web.conftest import REQUIRED
from tests.web.test_pages import errors, wait

CHECKOUT = Path(flowviz.__file__).parents[1]
CELL = """
from flowviz.records import Snapshot, Trace
from tests.exporting.projects import bent_project
from flowviz import Widget
project = bent_project()
widget = Widget(project)
widget
"""
SHRUNK = """
trace = Trace(project.trace.names, project.trace.positions / 2, project.trace.log_det)
widget.follow(Snapshot(7, project.weights, None, None, trace=trace))
"""
ROOT = """[...document.querySelectorAll(".jp-OutputArea-output div")]
.map((each) => each.shadowRoot?.querySelector(".flow")).find((each) => each?.flow)"""
KERNEL = "jupyterapp.shell.currentWidget.sessionContext"


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[str]:
    """Start JupyterLab, and return the address of a notebook in it."""
    if find_spec("jupyterlab") is None or find_spec("anywidget") is None:
        problem = "JupyterLab or anywidget is not installed; the extra [test] has them"
        assert not os.environ.get(REQUIRED), problem
        pytest.skip(problem)
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL), nbformat.v4.new_code_cell("1")])
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, tmp_path / "widget.ipynb")
    places = {f"JUPYTER_{name}_DIR": str(tmp_path / name) for name in ("CONFIG", "DATA", "RUNTIME")}
    options = [f"--ServerApp.root_dir={tmp_path}", "--ServerApp.port=0", "--IdentityProvider.token="]
    options += ["--no-browser", "--allow-root", "--LabApp.expose_app_in_browser=True"]
    with (tmp_path / "log").open("w") as log:
        command = [sys.executable, "-m", "jupyterlab", *options]
        environment = {**os.environ, **places, "PYTHONPATH": str(CHECKOUT)}
        server = subprocess.Popen(command, env=environment, stderr=log, stdout=log)
    try:
        while not (found := [*(tmp_path / "RUNTIME").glob("jpserver-*.json")]) or not found[0].stat().st_size:
            assert server.poll() is None, (tmp_path / "log").read_text()
            with suppress(subprocess.TimeoutExpired):
                server.wait(0.1)
        yield f"{json.loads(found[0].read_text())['url']}lab/tree/widget.ipynb"
    finally:
        server.terminate()
        server.wait(60)


class Notebook:
    """The notebook in a browser."""

    def __init__(self, driver: webdriver.Chrome, address: str) -> None:
        self.driver = driver
        driver.get(address)
        self.wait_for(f"return Boolean(window.jupyterapp && {KERNEL}?.session?.kernel && {KERNEL}.isReady)")
        self.do("jupyterapp.commands.execute('notebook:run-cell-and-select-next')")
        self.wait_for(f"return Boolean({ROOT})")

    def do(self, script: str) -> Any:
        return self.driver.execute_script(script)

    def wait_for(self, script: str) -> None:
        def is_true() -> bool:
            with suppress(Exception):  # JupyterLab is still loading
                return bool(self.do(script))
            return False

        wait(self.driver, is_true)

    def state(self, name: str) -> Any:
        return self.do(f"return {ROOT}.flow.state.{name}")

    def element(self, name: str) -> WebElement:
        found: WebElement = self.do(f"return {ROOT}.querySelector('#{name}')")
        return found

    def python(self, code: str, value: str = "None") -> Any:
        """Run code in the kernel, and return a value."""
        reply = self.driver.execute_async_script(
            f"const done = arguments[2], found = {{ value: `__import__('json').dumps(${{arguments[1]}})` }};"
            f"{KERNEL}.session.kernel.requestExecute({{ code: arguments[0], user_expressions: found }})"
            ".done.then((reply) => done(reply.content))",
            code,
            value,
        )
        assert reply["status"] == "ok", reply
        return json.loads(reply["user_expressions"]["value"]["data"]["text/plain"].strip("'"))


def test_a_widget_and_its_traits_follow_each_other(usual: webdriver.Chrome, lab: str) -> None:
    usual.set_script_timeout(60)
    notebook = Notebook(usual, lab)
    notebook.element("stage").send_keys(Keys.HOME, *3 * [Keys.ARROW_UP], Keys.ARROW_DOWN)
    wait(usual, lambda: notebook.python("", "widget.stage") == 2)
    assert notebook.do("return jupyterapp.shell.currentWidget.content.activeCellIndex") == 0, "not the cell below"
    Select(notebook.element("color")).select_by_value("leaked")
    cloud, (x, y) = notebook.element("cloud"), notebook.do(f"return [...{ROOT}.flow.pixels().slice(0, 2)]")
    size, ratio = cloud.size, notebook.do(f"return {ROOT}.flow.ratio")
    left, top = round(x / ratio - size["width"] / 2), round(y / ratio - size["height"] / 2)
    ActionChains(usual).move_to_element_with_offset(cloud, left, top).click().perform()
    wait(usual, lambda: notebook.python("", "[widget.color_by, len(widget.selection)]") == ["leaked", 1])

    notebook.python("widget.stage, widget.color_by, widget.selection = 5, 'quadrant', [3, 4]")
    wait(usual, lambda: [notebook.state(name) for name in ("stage", "color", "selection")] == [5, "quadrant", [3, 4]])
    place = f"return {ROOT}.flow.clouds[0].position(5, 0)"
    before = notebook.do(place)
    notebook.python(SHRUNK)
    wait(usual, lambda: notebook.do(place) == pytest.approx([each / 2 for each in before], abs=0.01))
    assert notebook.state("selection") == [3, 4]

    notebook.do("jupyterapp.commands.execute('apputils:change-theme', { theme: 'JupyterLab Dark' })")
    wait(usual, lambda: notebook.do(f"return {ROOT}.flow.theme.name") == "dark")
    notebook.do(f"window.kept = {ROOT}.flow; jupyterapp.commands.execute('notebook:clear-all-cell-outputs')")
    wait(usual, lambda: notebook.do("return kept.closing.signal.aborted"))  # listeners and WebGL are released
    assert not errors(usual)
