"""What comes along when the flows are loaded."""

import subprocess
import sys

LOADED = """
import os, sys
for name in [name for name in os.environ if name.startswith("TF_")]:
    del os.environ[name]
if "program" in sys.argv:
    from flowviz import process
    process.configure()
import flowviz.flows
print("keras" in sys.modules, "tf_keras" in sys.modules)
"""


def loaded(*arguments: str) -> list[str]:
    command = [sys.executable, "-c", LOADED, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.split()


def test_host_keeps_its_own_keras_and_the_program_loads_one_less() -> None:
    host, program = loaded(), loaded("program")
    assert host[0] == "True"
    assert program[0] == "False"
