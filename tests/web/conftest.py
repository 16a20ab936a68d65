"""A browser, and pages for it to show. Without a browser, tests are skipped, unless it is required."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

from flowviz import ExportSpec
from tests.exporting.projects import bent_project, conditional_project, written

REQUIRED = "FLOWVIZ_REQUIRES_BROWSER"
ARGUMENTS = (
    "--headless=new",
    "--no-sandbox",  # containers have none
    "--enable-unsafe-swiftshader",  # WebGL without a graphics card
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
Browse = Callable[..., webdriver.Chrome]


def browser(width: int = 1000, height: int = 900, **settings: Any) -> webdriver.Chrome:
    """Start Chromium.

    Args:
        width: Of the window or, of a phone, of its screen, in pixels.
        height: Its height.
        settings: `touch` for a phone, and `scripts` = False for a browser without scripts.
    """
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for argument in (*ARGUMENTS, f"--window-size={width},{height}"):
        options.add_argument(argument)
    if settings.get("touch"):
        metrics = {"width": width, "height": height, "pixelRatio": 2, "touch": True}
        options.add_experimental_option("mobileEmulation", {"deviceMetrics": metrics})
    if not settings.get("scripts", True):
        options.add_experimental_option("prefs", {"profile.managed_default_content_settings.javascript": 2})
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options, Service(shutil.which("chromedriver")))


@pytest.fixture(scope="session")
def usual() -> Iterator[webdriver.Chrome]:
    """Start a browser of a desktop for all tests that need no other."""
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        problem = "Chromium and ChromeDriver are not installed; see .ci/debian-packages-test"
        assert not os.environ.get(REQUIRED), problem
        pytest.skip(problem)
    driver = browser()
    yield driver
    driver.quit()


@pytest.fixture
def browse(usual: webdriver.Chrome) -> Iterator[Browse]:
    """Open pages, in place of each other or in browsers with other settings, which are closed after the test."""
    others: list[webdriver.Chrome] = []

    def start(page: Path, hash_: str = "", **settings: Any) -> webdriver.Chrome:
        if settings:
            others.append(browser(**settings))
        driver = others[-1] if settings else usual
        driver.get("about:blank")  # else, another hash of the same page would load nothing
        for log in ("browser", "performance"):
            driver.get_log(log)
        driver.get(f"{page.as_uri()}{hash_}")
        return driver

    yield start
    usual.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    for each in others:
        each.quit()


@pytest.fixture(scope="session")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page of a flow with three moments of its training."""
    spec = ExportSpec(what="page", moments=3)
    return written(bent_project(2000), spec, tmp_path_factory.mktemp("web") / "page.html")


@pytest.fixture(scope="session")
def conditional_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a page of a flow at BRAD, KATIE and a value in between."""
    spec = ExportSpec(what="page", values=3)
    return written(conditional_project(), spec, tmp_path_factory.mktemp("web") / "conditional.html")
