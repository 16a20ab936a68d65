"""The bus on which programs speak with the desktop, on Linux."""

import os
from typing import Protocol

from PyQt6.QtCore import QMetaType
from PyQt6.QtDBus import QDBusArgument, QDBusConnection, QDBusMessage
from PyQt6.QtGui import QGuiApplication

ADDRESS = "DBUS_SESSION_BUS_ADDRESS"
SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


class Bus(Protocol):
    """Takes messages, and does not wait for what becomes of them."""

    def send(self, message: QDBusMessage) -> bool:
        """Whether it is on its way."""


def session_bus() -> Bus | None:
    """The bus of the desktop; None where there is none."""
    if ADDRESS not in os.environ:  # looked for without it, one would be started
        return None
    bus = QDBusConnection.sessionBus()
    return bus if bus.isConnected() else None


def launcher_progress(fraction: float | None) -> QDBusMessage:
    """How far the work is, for the entry of the program in the task bar; None where none is done.

    As https://wiki.ubuntu.com/Unity/LauncherAPI says, which KDE and the docks of GNOME follow.
    """
    message = QDBusMessage.createSignal("/flowviz", "com.canonical.Unity.LauncherEntry", "Update")
    state = {"progress": fraction or 0.0, "progress-visible": fraction is not None}
    message.setArguments([f"application://{_desktop_entry()}.desktop", state])
    return message


def notification(title: str, text: str) -> QDBusMessage:
    """A notification without a sound, as https://specifications.freedesktop.org/notification/1.3/ says."""
    message = QDBusMessage.createMethodCall(SERVICE, PATH, SERVICE, "Notify")
    replaced, actions = QDBusArgument(), QDBusArgument()  # none; their types are not those that Python's would become
    replaced.add(0, QMetaType.fromName(b"uint").id())
    actions.add([], QMetaType.fromName(b"QStringList").id())
    hints = {"suppress-sound": True, "desktop-entry": _desktop_entry()}
    message.setArguments(["flowviz", replaced, _desktop_entry(), title, text, actions, hints, -1])
    return message


def _desktop_entry() -> str:
    return QGuiApplication.desktopFileName() or "flowviz"
