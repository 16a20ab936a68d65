"""Opens every file below a folder as the target that its own folder names: image, drawing or points.

Its process may not take more than 1 GB of memory.

    python -m tests.targets.hostile FOLDER

Prints one JSON line: how many files were opened, how many were refused, what was no sentence, and the memory taken.
"""

import json
import re
import resource
import sys
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np

from flowviz.errors import FlowvizError
from flowviz.specs import TargetSpec
from flowviz.targets import build_target, read_drawing, read_image, read_points

MAX_MEMORY = 1_000_000_000  # bytes
READERS: dict[str, Callable[[Path], TargetSpec]] = {
    "image": read_image,
    "drawing": read_drawing,
    "points": read_points,
}


def main(folder: Path) -> None:
    """Open everything."""
    import pandas as pd  # noqa: F401  # before the limit, which counts what libraries reserve

    warnings.simplefilter("error")
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    # Libraries and threads reserve much that they do not take: only what comes on top is limited.
    resource.setrlimit(resource.RLIMIT_AS, (taken("VmSize") + MAX_MEMORY - taken("VmHWM"), hard))
    good, refused, wrong = 0, 0, list[str]()
    for path in sorted(folder.rglob("*.*")):
        try:
            target = build_target(READERS[path.parent.name](path))
            assert np.isfinite(target.sample(500, np.random.default_rng(0))).all()
            assert target.preview().dtype == np.uint8
            good += 1
        except FlowvizError as error:
            refused += 1
            if not str(error).endswith(".") or "\n" in str(error):
                wrong.append(f"{path.name}: {error}")
        except Exception as error:  # the very thing that is looked for
            wrong.append(f"{path.name}: {type(error).__name__}: {error}")
    print(json.dumps({"good": good, "refused": refused, "wrong": wrong, "memory": taken("VmHWM")}))


def taken(what: str) -> int:
    """Memory of this process, in bytes: of `getrusage`, the peak would be that of the process that started this one."""
    found = re.search(rf"{what}:\s+(\d+) kB", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) * 1024


if __name__ == "__main__":
    main(Path(sys.argv[1]))
