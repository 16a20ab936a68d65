"""spec -> Flow: the only package besides `training` that knows TensorFlow."""

import logging

from flowviz.errors import MachineError
from flowviz.flows.native_libraries import load_native_libraries
from flowviz.machine import INSTALL
from flowviz.tensorflow_log import silenced

try:
    with silenced():
        load_native_libraries()
        from flowviz.flows.build import build_flow
        from flowviz.flows.flow import Flow
except Exception as error:  # whatever a broken installation raises
    logging.getLogger(__name__).exception("no TensorFlow")
    name = getattr(error, "name", None) if isinstance(error, ModuleNotFoundError) else None
    cause = f"the package {name} is missing" if name else type(error).__name__
    raise MachineError(f"TensorFlow, which computes the flows, cannot be loaded: {cause}. {INSTALL}") from error

__all__ = ["Flow", "build_flow"]
