"""A small site: an example, the first lesson, and a lesson from strangers."""

from dataclasses import replace
from pathlib import Path

import pytest
from filelock import FileLock
from make_site import make

from flowviz.lessons import lesson_file, read_lesson
from flowviz.projects import example, save_project
from flowviz.specs import TextSpec
from tests.exporting.projects import bent_project
from tests.web.conftest import browse, usual

__all__ = ["browse", "usual"]

SCRIPT = "<img src=x onerror=alert(1)>"
STRANGE = f"""
format = 1
title = "{SCRIPT}"
summary = "A & B {SCRIPT}"
minutes = 1
project = "strange.flowviz"
learned = ["{SCRIPT}", "b", "c"]

[[step]]
title = "{SCRIPT}"
text = "Some <b>bold</b> [network](term:network), [script](javascript:alert(1)), </script><script>alert(1)</script>"
setup = {{ stage = 2, marks = ["points", "target"] }}
place = "base"
action = "Go to stage 3 {SCRIPT}"
condition = {{ observe = "stage", is = 3 }}
done = "Done {SCRIPT}"

[[step]]
title = "Question"
text = "text"
setup = {{ stage = "last", color_by = "leaked", direction = "encode", panels = ["loss"] }}
[step.predict]
question = "{SCRIPT}?"
answers = ["{SCRIPT}", "right </details>"]
correct = 2
replies = ["no {SCRIPT}", "yes </section>"]

[[step]]
title = "Bend"
text = "text"
setup = {{ stage = 1, marks = ["points"], panels = ["inspector"] }}
action = "Bend the curve"
condition = {{ observe = "bumps", at_least = 1 }}
"""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Write a small site, once for all processes that run tests."""
    own = tmp_path_factory.getbasetemp()
    shared = own if worker_id == "master" else own.parent
    done = shared / "site_is_written"
    with FileLock(shared / "site.lock"):
        if not done.exists():
            write(shared / "lessons", shared / "site")
            done.touch()
    return shared / "site"


def write(folder: Path, site: Path) -> None:
    """Write a site with lessons from a folder."""
    folder.mkdir()
    project = replace(bent_project(2000), target=TextSpec(text="</script><b>"))
    save_project(project, folder / "strange.flowviz")
    (folder / "strange.toml").write_text(STRANGE, encoding="utf-8")
    lessons = [read_lesson(lesson_file("1")), read_lesson(folder / "strange.toml")]
    make(site, [example("brad")], lessons)
