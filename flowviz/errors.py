"""The errors that a person can cause: one family, each a sentence that says what is wrong and what to do."""


class FlowvizError(Exception):
    """Something a person can put right. The window shows the sentence; the terminal prints it and exits 2."""


class SpecError(FlowvizError):
    """A choice (a size, a number of steps, ...) lies outside what flowviz can do."""


class TargetError(FlowvizError):
    """A target has nothing to learn from: blank text, text without ink, characters that the font lacks."""


class FileError(FlowvizError):
    """A file or folder cannot be read or written, or does not hold what it should."""


class MachineError(FlowvizError):
    """This machine lacks what the work takes: memory, or a library that can be loaded."""
