"""What comes along when the flows are loaded."""

import subprocess
import sys

LOADED = """
import gc, os, sys
import flowviz.flows
print("keras" in sys.modules, os.environ.get("TF_USE_LEGACY_KERAS"), gc.isenabled())
import tensorflow as tf
print(tf.keras.__version__.split(".")[0])
"""


def test_keras_is_left_to_those_who_use_it_and_all_is_as_it_was() -> None:
    done = subprocess.run([sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.split() == ["False", "None", "True", "3"]
