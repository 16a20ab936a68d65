"""The errors that a user can cause. Each message says in plain sentences what is wrong and how to fix it."""

MAX_CLAUSE = 200  # characters


class FlowvizError(Exception):
    """Base class of errors that the user can fix.

    The window shows the message. The command line prints it and exits with status 2.
    """


class SpecError(FlowvizError):
    """An option, such as a size or a number of steps, is invalid or outside the supported range.

    Attributes:
        place: Keys and indices that lead to the invalid value, if it is inside a larger one; empty if unknown.
    """

    def __init__(self, message: str = "", place: tuple[int | str, ...] = ()) -> None:
        super().__init__(message)
        self.place = place


class ArgumentError(SpecError, TypeError):
    """An argument of a library function has the wrong type. It is a `TypeError`, too."""


class TargetError(FlowvizError):
    """A target contains nothing to learn, such as a blank text, or its text has characters that the font lacks."""


class FileError(FlowvizError):
    """A file or folder cannot be read or written, or has invalid contents."""


class MachineError(FlowvizError):
    """This machine lacks something that the task requires, such as memory or a library that can be loaded."""


def clause_of(error: Exception) -> str:
    """Return an error as a clause that can end a sentence.

    This is the first line of its message, which can have thousands of lines, or else the type of the error.
    """
    text = str(error).strip().partition("\n")[0][:MAX_CLAUSE].removesuffix(".")
    return text or type(error).__name__
