"""The settings of the program's process."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

SETTINGS = """
import faulthandler, gc, json, os, signal, sys
from flowviz import process
for _ in range(2):
    process.configure()
    process.keep_compiled_programs()
process.configure_window()
names = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "PYDANTIC_DISABLE_PLUGINS")
print(json.dumps({
    "variables": [os.environ[name] for name in names], "flags": os.environ.get("TF_XLA_FLAGS", ""),
    "faults": faulthandler.is_enabled(), "garbage": gc.get_threshold(), "enabled": gc.isenabled(),
    "interrupt": signal.getsignal(signal.SIGINT) is signal.SIG_DFL, "switch": sys.getswitchinterval(),
    "heavy": sorted({"tensorflow", "PyQt6", "numpy"} & set(sys.modules)),
}))
"""
WORKER = """
import gc, json, os, sys
from types import ModuleType
from flowviz import process
process.configure_worker()
sys.modules["tensorflow"] = ModuleType("tensorflow")  # as while it is being loaded
try:
    import keras
except ImportError as error:
    said = str(error)
print(json.dumps({"keras": said, "flags": os.environ["TF_XLA_FLAGS"], "garbage": gc.get_threshold()}))
"""
COMPILED = """
import json, sys
import numpy as np
from flowviz import process
process.leave_out_libraries()
from flowviz.rendering.compiled import jit
jit(lambda number: number + 1)(1.0)
loaded = ["scipy.linalg" in sys.modules]
one, other = 2 * np.eye(2), np.ones((2, 2))
product, correlation = jit(lambda a, b: (np.dot(a, b), np.correlate(a[0], b[0])))(one, other)
loaded.append("scipy.linalg" in sys.modules)
import scipy.linalg
print(json.dumps({"loaded": loaded, "used": [product.tolist(), correlation.tolist(), scipy.linalg.det(one)]}))
"""
# SciPy is imported by another thread while numba asks for it, and by the same thread after numba has failed to load.
FAILED = """
import sys, threading
from flowviz import process
process.leave_out_libraries()
import numba.np.linalg, scipy
refused, found = [], []

def load_elsewhere():
    import scipy.linalg
    found.append(float(scipy.linalg.det([[2.0]])))

def ensure_blas():
    try:
        import scipy.linalg.cython_blas
    except ImportError as error:
        refused.append(str(error))
    thread = threading.Thread(target=load_elsewhere)
    thread.start()
    thread.join()
    del sys.modules["scipy.linalg"]
    raise MemoryError

numba.np.linalg.ensure_blas = ensure_blas
try:
    import numba.np.arraymath
except MemoryError:
    import scipy.linalg
print(refused, found, scipy.linalg.det([[3.0]]))
"""
COMMAND = """
import os, sys
from flowviz.cli import main
sys.argv[1:] = ["target", "--image", "large.png", "-o", "x.npy"]
try:
    main()
finally:
    print(os.environ.get("TF_XLA_FLAGS", ""))
"""
OURS = ("TF_", "XLA_", "PYTHONFAULTHANDLER", "PYDANTIC_")


def environment(folder: Path, **variables: str) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    homes = {f"XDG_{kind}_HOME": str(folder / kind) for kind in ("CACHE", "CONFIG", "DATA", "STATE")}
    return {**inherited, **homes, **variables}


def run(code: str, folder: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-c", code]
    return subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=60, env=environment(folder, **variables)
    )


def test_program_configures_its_process(tmp_path: Path) -> None:
    found = json.loads(run(SETTINGS, tmp_path).stdout)
    assert found["variables"] == ["1", "2", "__all__"]
    assert found["flags"].count("--tf_xla_persistent_cache_directory=") == 1
    assert found["garbage"] == [5_000, 5, 80]
    assert found["faults"]
    assert found["enabled"]
    assert found["interrupt"]
    assert found["switch"] == pytest.approx(5e-4)
    assert found["heavy"] == [], "nothing that reads a setting is loaded before it is made"


def test_process_that_trains_for_a_command_has_the_settings_for_tensorflow(tmp_path: Path) -> None:
    found = json.loads(run(WORKER, tmp_path).stdout)
    assert found["keras"] == "keras is loaded on first use."
    assert "--tf_xla_persistent_cache_directory=" in found["flags"]
    assert found["garbage"] == [5_000, 5, 80]


def test_compiled_code_loads_linear_algebra_on_first_use(tmp_path: Path) -> None:
    found = json.loads(run(COMPILED, tmp_path).stdout)
    assert found["loaded"] == [False, True]
    assert found["used"] == [[[2, 2], [2, 2]], [2], 4], "nothing is missing from numba and SciPy"


def test_linear_algebra_is_refused_only_to_the_thread_that_loads_numba(tmp_path: Path) -> None:
    done = run(FAILED, tmp_path)
    assert done.stdout == "['scipy.linalg is loaded on first use.'] [2.0] 3.0\n", done.stderr


def test_variables_of_the_user_are_kept(tmp_path: Path) -> None:
    given = {"TF_NUM_INTRAOP_THREADS": "2", "PYDANTIC_DISABLE_PLUGINS": "0"}
    flags = "--tf_xla_clustering_debug=false"
    found = json.loads(run(SETTINGS, tmp_path, **given, TF_XLA_FLAGS=flags).stdout)
    assert found["variables"] == ["2", "2", "0"]
    assert found["flags"].startswith(f"{flags} --tf_xla_persistent_cache_directory=")
    own = "--tf_xla_persistent_cache_directory=/elsewhere"
    assert json.loads(run(SETTINGS, tmp_path, TF_XLA_FLAGS=own).stdout)["flags"] == own


def test_command_keeps_compiled_programs_and_refuses_a_large_picture_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Image.new("1", (15_000, 15_000)).save("large.png")
    done = run(COMMAND, tmp_path)
    assert "--tf_xla_persistent_cache_directory=" in done.stdout
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1, "Pillow does not warn"
    assert "megapixels" in done.stderr


@pytest.mark.skipif(os.name != "posix", reason="other systems end a process differently")
def test_native_abort_while_tensorflow_loads_can_be_read(tmp_path: Path) -> None:
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'no AVX here\\n')\nos.abort()\n")
    path = os.pathsep.join([str(tmp_path), *sys.path])
    command = "import sys; from flowviz.cli import main; sys.argv[1:] = ['info']; main()"
    done = run(command, tmp_path, PYTHONPATH=path)
    assert done.returncode == -signal.SIGABRT
    assert "no AVX here" in done.stderr
    assert "Fatal Python error: Aborted" in done.stderr
    assert f"{tmp_path / 'tensorflow.py'}" in done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the folder of the log is that of Linux")
def test_native_crash_without_a_console_goes_to_a_private_file(tmp_path: Path) -> None:
    code = "import os, sys; sys.stderr = None; from flowviz import process; process.report_native_crashes(); os.abort()"
    assert run(code, tmp_path).returncode == -signal.SIGABRT
    [path] = tmp_path.rglob("crash.log")
    assert "Fatal Python error: Aborted" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    code = "from flowviz.logbook import last_crash, log_folder; print(last_crash(log_folder(), 60))"
    assert "Fatal Python error: Aborted" in run(code, tmp_path).stdout
