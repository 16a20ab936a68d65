"""spec -> Flow: the only room besides `training` that knows TensorFlow and TensorFlow Probability."""

import logging
import os

from flowviz.errors import MachineError
from flowviz.flows.quiet import load_native_libraries, native_log_hidden, no_garbage_sought, only_legacy_keras

INSTALL = "Install flowviz again: pip install --force-reinstall flowviz."

# The nets of a 2D flow are too small to share between cores: one thread trains them faster than two, and leaves a core
# to the window. TensorFlow reads these variables when it loads.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
# XLA writes vectors of half the width that a CPU with AVX-512 has, unless it is told: 5 to 9 % more steps a second.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_prefer_vector_width=512")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

try:
    with native_log_hidden(), only_legacy_keras(), no_garbage_sought():
        load_native_libraries()
        import tensorflow_probability  # noqa: F401  # after TensorFlow, it would load its Keras layers, too

        from flowviz.flows.build import build_flow
        from flowviz.flows.flow import Flow
except Exception as error:  # whatever a broken installation raises
    logging.getLogger(__name__).exception("no TensorFlow")
    name = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    cause = f"the package {name} is missing" if name else type(error).__name__
    raise MachineError(f"TensorFlow, which computes the flows, cannot be loaded: {cause}. {INSTALL}") from error

__all__ = ["Flow", "build_flow"]
