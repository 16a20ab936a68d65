"""Notices: what happened, what the user can do about it, and technical details on request."""

from collections.abc import Callable
from dataclasses import dataclass
from traceback import format_exception

from flowviz.errors import FlowvizError

OPENING = "opening"  # topic of files of any kind that could not be opened
MAX_DETAILS = 4000  # characters; the end of a traceback says most
REPORT_IT = "To report this, choose Help ▸ Copy Details for a Bug Report."


@dataclass(frozen=True)
class Notice:
    """Message to the user that replaces the previous one on its topic; without a text it only withdraws that one."""

    topic: str
    text: str = ""
    advice: str = ""
    details: str = ""


def notice_of(topic: str, error: BaseException, text: str = "", advice: str = REPORT_IT) -> Notice:
    """Return a notice about an error.

    An error that the user can cause has a message of its own; `text` and `advice` are for any other error.
    """
    if isinstance(error, FlowvizError):
        return Notice(topic, str(error), details=_format(error.__cause__) if error.__cause__ else "")
    return Notice(topic, text, advice, _format(error))


def problem_of(run: Callable[[], object]) -> str:
    """Return why something fails, or an empty text if it does not."""
    try:
        run()
    except FlowvizError as error:
        return str(error)
    return ""


def _format(error: BaseException) -> str:
    return "".join(format_exception(error)).rstrip()[-MAX_DETAILS:]
