"""The lessons of the window: runs a lesson beside the picture, and detects that its actions were done."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QMainWindow

from flowviz.app.desktop.existing import existing
from flowviz.app.document.actions import DocumentActions
from flowviz.app.lessons.end_page import EndPage
from flowviz.app.lessons.files import LessonFiles
from flowviz.app.lessons.list_page import ListPage
from flowviz.app.lessons.observer import Observer
from flowviz.app.lessons.opener import LESSON, Opener
from flowviz.app.lessons.panel import LessonPanel
from flowviz.app.lessons.pointer import Pointer
from flowviz.app.lessons.preparation import Preparation
from flowviz.app.lessons.state import Attendance, LessonState
from flowviz.app.lessons.step_page import StepPage
from flowviz.app.lessons.stored_progress import store_progress, stored_progress
from flowviz.app.notices.notice import Notice, notice_of
from flowviz.app.state.state import State
from flowviz.app.widgets.announcer import Announcer
from flowviz.errors import FlowvizError
from flowviz.lessons import Lesson, Opening, Setup, is_shipped, next_lesson, read_lesson, shipped_lessons
from flowviz.lessons.markdown import as_plain
from flowviz.lessons.progress import Progress

PAUSED = "The lesson is interrupted. Help ▸ Lessons continues it."


class Lessons(QObject):
    """Controller of the lessons panel.

    A lesson opens its own project. The learner's project is kept, and comes back when the panel is closed.

    Attributes:
        state: The lesson that is attended.
        observer: The observations that its conditions refer to.
        opener: Opens what it needs.
        pointer: Points at the controls that a text names.
        files: Asks for the files of lessons, worksheets and results.
        panel: The list of lessons, or the step or the end of one.
        is_shown: Whether the panel is open. `Pages` opens and closes it when this changes.
        say: Shows a message in the status bar.
        post: Shows a notice.
    """

    def __init__(
        self,
        window: QMainWindow,
        documents: DocumentActions,
        observer: Observer,
        opener: Opener,
        preparation: Preparation,
        pointer: Pointer,
        show_cloud: Callable[[], object],
        say: Callable[[str], object],
        post: Callable[[Notice], object],
    ) -> None:
        """Prepare to attend lessons; `show_cloud` is called when one begins."""
        super().__init__(window)
        self._documents, self.observer, self.opener, self._preparation = documents, observer, opener, preparation
        self._show_cloud = show_cloud
        self.pointer, self.say, self.post = pointer, say, post
        self.state = LessonState(Attendance(), self)
        self._announcer = Announcer(self)
        self.is_shown = State(False, self)
        self._untrained = 0  # the last step that was reached before a training began
        self.files = LessonFiles(window, self)
        self.panel = self._create_panel()
        self.observer.changed.connect(self._evaluate)
        self.state.changed.connect(self._on_changed)
        opener.failed.connect(lambda _: self.show_list())
        opener.taken_over.connect(self._interrupt)

    @property
    def lesson(self) -> Lesson | None:
        """Return the lesson that is attended. None if there is none."""
        return self.state.value.lesson

    def show(self) -> None:
        """Show the panel: the current step, or the list of lessons."""
        self.is_shown.set(True)
        if self.lesson is None:
            self.show_list()
        else:
            self.panel.take_focus()

    def show_list(self) -> None:
        """Interrupt the lesson, and show the list of lessons."""
        self.state.attend(None)
        self.panel.list.show_lessons(self.results())
        self.panel.setCurrentWidget(self.panel.list)
        self.panel.take_focus()

    def results(self) -> list[tuple[Lesson, Progress]]:
        """Return the lessons that come with flowviz, and the one that is attended, with the progress in them.

        If a lesson cannot be read, post a notice, and return none.
        """
        own = [self.lesson] if self.lesson is not None and not is_shipped(self.lesson) else []
        try:
            return [(lesson, stored_progress(lesson)) for lesson in [*shipped_lessons(), *own]]
        except FlowvizError as error:
            self.post(notice_of(LESSON, error))
            return []

    def open(self, path: Path) -> None:
        """Run the lesson of a file."""
        self.post(Notice(LESSON))
        try:
            lesson = read_lesson(path.absolute())
        except FlowvizError as error:
            self.post(notice_of(LESSON, error))
        else:
            self.begin(lesson)

    def begin(self, lesson: Lesson) -> None:
        """Begin or continue a lesson, after asking about unsaved changes."""
        progress = stored_progress(lesson).reopened(lesson)
        opening, _ = lesson.beginning(progress.step, replays=True)
        self._after_asking(opening, partial(self._begin, lesson, progress))

    def leave(self) -> None:
        """Close the panel, and show the learner's project again."""
        if self.is_shown.value and self.opener.kept is not None:
            self._after_asking(None, self._leave)
        elif self.is_shown.value:
            self._leave()

    def discard_changes(self) -> None:
        """Treat the project of a lesson as saved, unless the learner has given it a file."""
        document = self._documents.document
        if self.opener.opened is not None and document.path is None and document.is_changed:
            document.discard_changes()

    def close(self) -> None:
        """Close the panel for good, because the window closes."""
        self._interrupt()
        self.opener.close()

    def _create_panel(self) -> LessonPanel:
        return LessonPanel(
            ListPage(
                begin=self.begin, choose_file=self.files.choose, export_results=self.files.export_results,
                leave=self.leave,
            ),
            StepPage(
                go_by=self._go, show_list=self.show_list, answer=self._answer, point_at=self.pointer.point_at,
                announce=self._announcer.announce,
            ),
            EndPage(
                export_results=self.files.export_results, leave=self.leave,
                back=partial(self._go, -1), show_list=self.show_list,
                open_next=lambda: self.open(existing(next_lesson(existing(self.lesson)))),
            ),
        )  # fmt: skip

    def _leave(self) -> None:
        self._interrupt()
        self.opener.put_back()

    def _after_asking(self, opening: Opening | None, then: Callable[[], object]) -> None:
        """Call `then`; ask first about unsaved changes.

        They are those of the learner's project, or of a lesson's that was saved, and of a comparison that something
        replaces. Whoever cancels stays at the present step, and can try again.
        """
        then = partial(self.opener.leave_comparison, opening, then)
        if self.opener.kept is None or self._documents.document.path is not None:
            self._documents.project.leave(then)
        else:
            then()

    def _begin(self, lesson: Lesson, progress: Progress) -> None:
        self._show_cloud()
        self.opener.keep()
        self.is_shown.set(True)
        self.opener.opened = None
        self.state.attend(lesson, progress)
        self._preparation.open_panels(frozenset())
        self._enter(replays=True)

    def _go(self, steps: int) -> None:
        """Go forward, or back if negative, by a number of steps.

        Ask first only if the step opens something else, so that changes of a saved project would be lost.
        """
        lesson, step, replays = existing(self.lesson), self.state.value.progress.step + steps, steps != 1
        go_to = partial(self._go_to, step, replays=replays)
        opening = self._needs(lesson, step, replays=replays)[0] if step < len(lesson.steps) else None
        if opening is not None:
            self._after_asking(opening, go_to)
        else:
            go_to()

    def _go_to(self, step: int, *, replays: bool) -> None:
        self.say("")  # what was said about the last step
        self.pointer.hide()
        self._announcer.end()
        self.state.go_to(step)
        self._enter(replays=replays)

    def _enter(self, *, replays: bool) -> None:
        """Open and set what the current step needs; `replays` means that the step before was not the current one."""
        lesson, number = self.lesson, self.state.value.progress.step
        self.panel.take_focus()
        if lesson is None or self.state.value.step is None:
            return
        opening, setup = self._needs(lesson, number, replays=replays)
        if opening is not None:
            self.opener.open(opening, partial(self._prepare, lesson, number, setup))
        else:
            self._prepare(lesson, number, setup)

    def _needs(self, lesson: Lesson, number: int, *, replays: bool) -> tuple[Opening | None, Setup]:
        """Return what a step opens, or None if it is open already, and what it sets.

        A learner who goes back finds the flow of the step, and not another one that a later step has trained. What the
        step itself has trained is kept, and so is the learner's own flow in a new project.
        """
        is_opening = self.opener.opened is None  # what an earlier step needs, or nothing was opened yet
        seen, (opening, setup) = self.observer.read(), lesson.beginning(number, replays=replays or is_opening)
        has_trained = not seen["comparison"] and seen["training"] != "idle" and number < self._untrained
        is_open = opening == self.opener.opened and not (replays and has_trained and opening)
        return None if is_open else opening, setup

    def _prepare(self, lesson: Lesson, number: int, setup: Setup) -> None:
        value, document = self.state.value, self._documents.document
        if value.lesson is not lesson or value.progress.step != number:
            return  # the learner has gone on meanwhile
        self._untrained = number if self.observer.read()["training"] == "idle" else self._untrained
        was_changed = document.is_changed
        self._preparation.apply(setup)
        if not was_changed:
            document.discard_changes()  # which the lesson has made, not the learner
        self.state.change(beginning=self.observer.begin())  # shows links to controls that were created meanwhile
        self.panel.take_focus()
        self._evaluate()

    def _answer(self, answer: int) -> None:
        self.state.answer(answer)
        self._announcer.announce(self.panel.step.question.feedback)

    def _evaluate(self) -> None:
        """Mark the current step as done if its conditions hold now."""
        value = self.state.value
        step = value.step
        if step is None or value.is_done or value.beginning is None or step.predict is not None:
            return
        if step.is_done(self.observer.read(), value.beginning):
            self.state.mark_done()
            if step.action is not None:
                self.say(f"Done: {step.title}")  # the panel says more, for which a status bar may be too narrow
                self._announcer.announce(f"Done. {as_plain(step.done or '')}".strip())

    def _on_changed(self, old: Attendance, new: Attendance) -> None:
        if new.step is None or old.lesson is not new.lesson:
            self._preparation.end()
        if new.lesson is None:
            return
        kept = self.opener.kept
        self.panel.show_attendance(new, kept.name if kept is not None else "")
        if old.progress != new.progress or old.lesson is not new.lesson:
            store_progress(new.lesson, new.progress)

    def _interrupt(self) -> None:
        """Close the panel, also because the learner has opened something else."""
        if self.is_shown.value:
            if self.state.value.step is not None:
                self.say(PAUSED)
            self.state.attend(None)
            self.is_shown.set(False)
