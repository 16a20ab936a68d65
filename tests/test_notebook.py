"""Training in the kernel of a real notebook: its progress, an interruption, and nothing from TensorFlow."""

from typing import Any

import pytest
from jupyter_client.manager import start_new_kernel

SECONDS = 600  # for the start of the kernel, and for TensorFlow on a busy machine
CELL = """
from flowviz import FlowSpec, ShapeSpec, TrainingSpec, train
project = train(ShapeSpec(name="heart"), FlowSpec(layers=2, width=8, depth=1), TrainingSpec(seconds=10_000))
print(project.ending)
"""


@pytest.mark.slow  # starts a kernel, which loads TensorFlow
@pytest.mark.filterwarnings("default")  # those of Jupyter about itself
def test_a_training_is_shown_and_interrupted() -> None:
    manager, client = start_new_kernel(startup_timeout=SECONDS)
    shown, printed = list[str](), {"stdout": "", "stderr": ""}
    try:
        client.execute(CELL)
        while (message := client.get_iopub_msg(timeout=SECONDS))["msg_type"] != "error":
            content: dict[str, Any] = message["content"]
            if message["msg_type"] == "stream":
                printed[content["name"]] += content["text"]
            elif message["msg_type"] == "update_display_data":
                shown.append(content["data"]["text/plain"])
                if shown[-1].endswith("steps/s") and "interrupted" not in shown:
                    shown.append("interrupted")
                    manager.interrupt_kernel()
            elif content.get("execution_state") == "idle" and shown:
                break
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert printed["stdout"] == "interrupted\n"
    [warning, source] = printed["stderr"].splitlines()
    assert "UserWarning: Interrupted after" in warning
    assert source.strip().startswith("project = train(")
    assert shown[-1].startswith("Interrupted after")
