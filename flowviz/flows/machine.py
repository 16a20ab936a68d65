"""What the machine offers to a flow."""

import os
import platform
from importlib.metadata import version

import tensorflow as tf

import flowviz

PACKAGES = ("tensorflow", "tensorflow-probability", "numpy")


def described() -> dict[str, str | int | bool | list[str]]:
    """Versions, devices, whether XLA compiles here, and how many threads TensorFlow takes."""
    devices = tf.config.list_physical_devices()
    return {
        "flowviz": flowviz.__version__,
        "python": platform.python_version(),
        **{package.replace("-", "_"): version(package) for package in PACKAGES},
        "platform": platform.platform(),
        "cores": os.cpu_count() or 1,
        "devices": [f"{device.device_type} {_device_name(device)}".strip() for device in devices],
        "trains_on": "GPU" if any(device.device_type == "GPU" for device in devices) else "CPU",
        "xla": _xla_compiles(),
        "threads_within_an_op": _threads("TF_NUM_INTRAOP_THREADS"),
        "threads_between_ops": _threads("TF_NUM_INTEROP_THREADS"),
    }


def _device_name(device: tf.config.PhysicalDevice) -> str:
    details = tf.config.experimental.get_device_details(device) if device.device_type == "GPU" else {}
    return str(details.get("device_name", ""))


def _xla_compiles() -> bool:
    try:
        tf.function(lambda x: x + 1, jit_compile=True, autograph=False)(tf.constant(1.0))
    except (tf.errors.OpError, ValueError):
        return False
    return True


def _threads(variable: str) -> str | int:
    """As TensorFlow reads it when it loads; the package of flows has set it by then."""
    return int(os.environ.get(variable, 0)) or "as many as there are cores"
