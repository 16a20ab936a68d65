"""The metadata of exported pictures."""

import json
from typing import Any

from flowviz.projects import Project
from flowviz.records.provenance import Provenance
from flowviz.specs import ExportSpec
from flowviz.specs.export import relevant


def provenance_of(project: Project, spec: ExportSpec) -> Provenance:
    """Return the metadata of the pictures of an export.

    The description is JSON with the title of the target, the flow, the training, its edits if there are any, and the
    export, without fields that have their default values.
    """
    description = {
        **described(project),
        "export": relevant(_without_usual_end(spec, project.trace.last_stage)).model_dump(
            mode="json", exclude_defaults=True
        ),
    }
    return Provenance(project.target.title, json.dumps(description, ensure_ascii=False, sort_keys=True), spec.dpi)


def described(project: Project) -> dict[str, Any]:
    """Return the description of a flow for metadata.

    Its number of steps can differ from that of the requested training.
    """
    return {
        "target": project.target.title,
        "flow": project.flow.model_dump(mode="json", exclude_defaults=True),
        "training": project.training.model_dump(mode="json", exclude_defaults=True),
        **({"edits": project.edits.model_dump(mode="json", exclude_defaults=True)} if project.edits else {}),
        "steps": int(project.history.step[-1]) if len(project.history.step) else 0,
    }


def _without_usual_end(spec: ExportSpec, last_stage: int) -> ExportSpec:
    """Return an export without its last stage if that is the last stage of the flow, the default."""
    return spec.model_copy(update={"last": None}) if spec.last == last_stage else spec
