"""A notice: what happened, what to do, and on request the technical text."""

from dataclasses import dataclass
from traceback import format_exception

from flowviz.errors import FlowvizError

LONGEST_DETAILS = 4000  # characters: the end says most
REPORT_IT = "Help ▸ Copy Details for a Bug Report has what helps to mend it."


@dataclass(frozen=True)
class Notice:
    """What is told of the thing that it is about, until something else is; without a text, nothing is told any more."""

    about: str
    text: str = ""
    advice: str = ""
    details: str = ""


def notice_of(about: str, error: BaseException, text: str = "", advice: str = REPORT_IT) -> Notice:
    """What to tell of an error: its own sentence, if a person can have caused it; else `text` and `advice`."""
    if isinstance(error, FlowvizError):
        return Notice(about, str(error), details=_told(error.__cause__) if error.__cause__ else "")
    return Notice(about, text, advice, _told(error))


def _told(error: BaseException) -> str:
    return "".join(format_exception(error)).rstrip()[-LONGEST_DETAILS:]
