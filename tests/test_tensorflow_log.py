"""Users see nothing of TensorFlow's log, and the host process stays unchanged."""

import os
import subprocess
import sys
from importlib import import_module

import pytest

from flowviz import tensorflow_log
from flowviz.tensorflow_log import VARIABLE, silenced

LOG = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR\n"
    "I0000 00:00:1795950997.086558   17526 cudart_stub.cc:31] Could not find cuda drivers on your machine.\n"
    "E0000 00:00:1795951032.464395   17526 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error\n"
)
FATAL = "F0000 00:00:1795951032.464395   17526 cpu_feature_guard.cc:32] The TensorFlow library needs AVX.\n"
OTHERS = "A warning of another library.\n"
OLD_SYSTEMS = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no grep")


@pytest.fixture(autouse=True)
def _not_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    monkeypatch.delenv(VARIABLE, raising=False)


def written(text: str) -> None:
    """Write to stderr like TensorFlow, bypassing Python."""
    os.write(2, text.encode())


@OLD_SYSTEMS
def test_lines_of_the_log_are_left_out_while_tensorflow_loads(capfd: pytest.CaptureFixture[str]) -> None:
    with silenced():
        assert os.environ[VARIABLE] == "3"
        written(LOG + OTHERS + FATAL)
    written("afterward\n")
    assert capfd.readouterr().err == f"{OTHERS}{FATAL}afterward\n"
    assert VARIABLE not in os.environ


@OLD_SYSTEMS
def test_stderr_is_as_before_after_an_error() -> None:
    before = os.fstat(2)
    with pytest.raises(ModuleNotFoundError), silenced():
        import_module("no_such_tensorflow")
    assert os.path.samestat(os.fstat(2), before)
    assert VARIABLE not in os.environ


@pytest.mark.parametrize("case", ["level", "loaded", "no grep"])
def test_the_log_is_shown_if_it_is_wanted_or_cannot_be_left_out(
    case: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if case == "level":
        monkeypatch.setenv(VARIABLE, "0")
    if case == "loaded":
        monkeypatch.setitem(sys.modules, "tensorflow", sys)
    if case == "no grep":
        monkeypatch.setattr(tensorflow_log, "which", lambda _: None)
    with silenced():
        assert os.environ.get(VARIABLE) == {"level": "0", "loaded": None, "no grep": "3"}[case]
        written(LOG)
    assert capfd.readouterr().err == LOG


def test_a_process_without_stderr_is_left_alone() -> None:
    code = "import os; os.close(2); from flowviz.tensorflow_log import silenced\nwith silenced(): print('done')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "done\n"


HOST = """
import os, sys
variables = dict(os.environ)
from flowviz import FlowSpec, build_flow
flow = build_flow(FlowSpec(layers=1, width=4, depth=1))
flow.sample(10)
import tensorflow as tf
tf.function(lambda x: 2 * x, jit_compile=True)(tf.constant(1.0))  # XLA logs, too
changed = {name for name in {*os.environ, *variables} if os.environ.get(name) != variables.get(name)}
assert not {name for name in changed if "LOG" in name}, changed
print("the last line", file=sys.stderr)
"""


@OLD_SYSTEMS
def test_library_loads_and_uses_tensorflow_without_its_log() -> None:
    ours = ("TF_", "XLA_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run([sys.executable, "-c", HOST], capture_output=True, text=True, check=False, env=environment)
    assert done.stderr == "the last line\n"
    assert done.returncode == 0
