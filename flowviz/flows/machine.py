"""A description of TensorFlow on this machine: devices, XLA and threads."""

import os

import tensorflow as tf

from flowviz import machine

OUT_OF_MEMORY = (MemoryError, tf.errors.ResourceExhaustedError)  # of numpy, and of TensorFlow and XLA


def system_info() -> machine.SystemInfo:
    """Return versions, devices, whether XLA can compile, and how many threads TensorFlow uses."""
    return {
        **machine.system_info(),
        "devices": devices(),
        "trains_on": "GPU" if tf.config.list_physical_devices("GPU") else "CPU",
        "xla": xla_compiles(),
        "threads_within_an_op": _threads("TF_NUM_INTRAOP_THREADS"),
        "threads_between_ops": _threads("TF_NUM_INTEROP_THREADS"),
    }


def devices() -> list[str]:
    """Return the type of each device, followed by its name if it is a GPU."""
    found = tf.config.list_physical_devices()
    return [f"{device.device_type} {_device_name(device)}".strip() for device in found]


def xla_compiles() -> bool:
    """Return whether XLA can compile for this machine."""
    try:
        tf.function(lambda x: x + 1, jit_compile=True, autograph=False)(tf.constant(1.0))
    except Exception:  # the type depends on XLA, which may also be missing from this build of TensorFlow
        return False
    return True


def _device_name(device: tf.config.PhysicalDevice) -> str:
    details = tf.config.experimental.get_device_details(device) if device.device_type == "GPU" else {}
    return str(details.get("device_name", ""))


def _threads(variable: str) -> str | int:
    """Return the number of threads that TensorFlow reads from an environment variable."""
    given = os.environ.get(variable, "")
    return (int(given) if given.isdecimal() else 0) or "as many as there are cores"
