"""spec -> Flow: the only room besides `training` that knows TensorFlow and TensorFlow Probability."""

import os

from flowviz.flows.quiet import native_log_hidden

# The nets of a 2D flow are too small to share between cores: one thread trains them faster than two, and leaves a core
# to the window. TensorFlow reads these variables when it loads.
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")
os.environ.setdefault("TF_NUM_INTEROP_THREADS", "1")
# XLA writes vectors of half the width that a CPU with AVX-512 has, unless it is told: 5 to 9 % more steps a second.
os.environ.setdefault("XLA_FLAGS", "--xla_cpu_prefer_vector_width=512")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

with native_log_hidden():
    from flowviz.flows.build import build_flow
    from flowviz.flows.flow import Flow

__all__ = ["Flow", "build_flow"]
