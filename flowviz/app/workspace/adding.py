"""Adding entrants to a comparison: copies, presets, the flow of the window, and project files."""

from functools import partial
from pathlib import Path

from PyQt6.QtWidgets import QMenu, QWidget

from flowviz.app.commands.actions import Entry, fill_menu
from flowviz.app.desktop.existing import existing
from flowviz.app.document.dialogs import PROJECT_FILTER, ask_for_file
from flowviz.app.notices.message_box import CANCEL, SAVE, Answer, ask
from flowviz.app.threads.latest import LatestWorker
from flowviz.app.training.session import Session
from flowviz.app.workspace.choice import with_current_as_asked
from flowviz.app.workspace.compared import ComparedState
from flowviz.app.workspace.controller import ComparisonController
from flowviz.app.workspace.joining import entrant_name, joining, name_of, trainable
from flowviz.projects import Project, load_project
from flowviz.specs import PRESETS, FlowSpec


class EntrantAdding:
    """Adds entrants; asks which target to use if a project has learned another one.

    Attributes:
        menu: The flows that can be added.
    """

    def __init__(
        self,
        compared: ComparedState,
        controller: ComparisonController,
        session: Session,
        worker: LatestWorker,
        page: QWidget,
    ) -> None:
        """Prepare to add flows; `worker` reads files."""
        self._compared, self._controller, self._session, self._page = compared, controller, session, page
        self._worker = worker
        self._latest: Path | None = None  # file
        self.menu = QMenu(page)
        self.menu.setObjectName("addEntrantMenu")
        self.menu.setToolTipsVisible(True)
        tip = "Add an untrained copy of the selected flow, to change one of its settings"
        fill_menu(
            self.menu,
            Entry("copyEntrant", "Copy of the &Selected Flow", self.add_copy, tip),
            None,
            *(
                Entry(
                    f"{name}Entrant", preset.title, partial(self.add_flow, preset.flow()), preset.sentence
                )
                for name, preset in PRESETS.items()
            ),
            None,
            Entry(
                "currentEntrant", "&Flow from Before the Comparison", self.add_current,
                "Add the flow that was shown before, with its training so far",
            ),
            Entry("fileEntrant", "&Project File…", self._choose_file, "Add the flow of a project file"),
        )  # fmt: skip

    def add_copy(self) -> None:
        """Add an untrained copy of the selected entrant, to change something in it."""
        run = existing(self._compared.value.selected_run)
        plan = run.requested.plan
        project = Project.untrained(plan.target, trainable(plan.flow), plan.training)
        self._controller.add(name_of(project) if plan.flow.is_recorded else run.title, project)

    def add_flow(self, flow: FlowSpec) -> None:
        """Add a flow, which is trained like the selected one."""
        run = existing(self._compared.value.selected_run)
        seeded = flow.model_copy(update={"seed": run.project.flow.seed})
        project = Project.untrained(run.target, seeded, run.project.training)
        self._controller.add(name_of(project), project)

    def add_current(self) -> None:
        """Add the flow of the window."""
        project = with_current_as_asked(self._session.project())
        self.add_project(name_of(project), project)

    def add_project(self, name: str, project: Project) -> None:
        """Add the flow of a project; if it has another target, ask which one to use."""
        value = self._compared.value
        present, budget = value.runs[0].target, value.runs[0].project.training
        add, own = self._controller.add, joining(project, project.target, budget)
        if not value.shares_target or project.target == present or project.flow.is_recorded:
            add(name, own)
        else:
            ask(
                self._page, "otherTargetBox", f"'{name}' has another target. Which one should it learn?",
                f"The flows here learn '{present.title}', but '{name}' has learned '{project.target.title}'.",
                Answer(f"'{present.title}'", SAVE, lambda: add(name, joining(project, present, budget))),
                Answer(
                    f"All learn '{project.target.title}'", SAVE,
                    lambda: self._controller.adopt(project.target, partial(add, name, own)),
                ),
                Answer("Each keeps its own", SAVE, lambda: add(name, own)),
                Answer("Cancel", CANCEL),
            )  # fmt: skip

    def add_file(self, path: Path) -> None:
        """Add the flow of a project file, which is read in the background."""
        self._latest = path
        self._worker.ask(str(path), partial(load_project, path), partial(self.add_project, entrant_name(path.stem)))

    def _choose_file(self) -> None:
        name, title = "addProjectDialog", "Add a Project"
        ask_for_file(self._page, name, title, self.add_file, self._latest, PROJECT_FILTER)
