"""The bus on which programs speak with the desktop, on Linux."""

import os
from typing import Protocol

from PyQt6.QtCore import QMetaType
from PyQt6.QtDBus import QDBusArgument, QDBusConnection, QDBusMessage
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QWidget

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


class TaskBar:
    """Shows it where the desktop can: on Linux in Plasma, in Unity, and in the docks of GNOME.

    Qt 6 has nothing for the task bar of Windows and the Dock of macOS.
    """

    def __init__(self, bus: Bus | None) -> None:
        self._bus = bus
        self._shown: int | None = None  # percent

    def show(self, fraction: float | None) -> None:
        """How much is done, 0 to 1; None where nothing is."""
        percent = None if fraction is None else round(100 * fraction)
        if self._bus is not None and percent != self._shown:
            self._shown = percent
            self._bus.send(launcher_progress(None if percent is None else percent / 100))


class EndNotification:
    """Marks the window in the task bar, and has the desktop say it where it can; nothing where the window is used."""

    def __init__(self, window: QWidget, bus: Bus | None) -> None:
        self._window, self._bus = window, bus

    def tell(self, sentence: str) -> None:
        """The training has ended: so."""
        if QApplication.activeWindow() is not None:
            return
        QApplication.alert(self._window)
        if self._bus is not None:
            self._bus.send(notification("flowviz", sentence))
