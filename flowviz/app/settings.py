"""What the program remembers of a person from one start to the next."""

from PyQt6.QtCore import QSettings


def settings() -> QSettings:
    """The settings of the person: a file that can be read, on every system. What is in it may be damaged."""
    form, scope = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    return QSettings(form, scope, "flowviz", "flowviz")
