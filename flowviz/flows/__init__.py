"""spec -> Flow: the only room besides `training` that knows TensorFlow and TensorFlow Probability."""

import os

# Before TensorFlow loads. Its start-up log is no message for people. The nets of a 2D flow are too small to share
# between cores: one thread trains them faster than two, and leaves a core to the window.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_NUM_INTRAOP_THREADS", "1")

from flowviz.flows.build import build_flow  # noqa: E402
from flowviz.flows.flow import Flow  # noqa: E402

__all__ = ["Flow", "build_flow"]
