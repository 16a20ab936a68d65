"""Notifications to the desktop: progress in the task bar, and the end of a training."""

import os

from PyQt6.QtCore import QMetaType
from PyQt6.QtDBus import QDBusArgument, QDBusConnection, QDBusMessage
from PyQt6.QtGui import QGuiApplication
from PyQt6.QtWidgets import QApplication, QWidget

ADDRESS = "DBUS_SESSION_BUS_ADDRESS"  # environment variable
SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


class TaskBar:
    """Progress bar on the task bar entry of the program.

    Works on Linux, in KDE Plasma, Unity and the docks of GNOME. Qt 6 has no API for Windows and macOS.
    """

    def __init__(self, bus: QDBusConnection | None) -> None:
        self._bus = bus
        self._percent: int | None = None

    def show(self, fraction: float | None) -> None:
        """Show a progress between 0 and 1, or none."""
        percent = None if fraction is None else round(100 * fraction)
        if self._bus is not None and percent != self._percent:
            self._percent = percent
            self._bus.send(launcher_progress(None if percent is None else percent / 100))


class EndNotification:
    """Notification that a training has ended, for users who are looking at another program."""

    def __init__(self, window: QWidget, bus: QDBusConnection | None) -> None:
        self._window, self._bus = window, bus

    def notify(self, sentence: str) -> None:
        """Notify that training has ended."""
        if QApplication.activeWindow() is not None:
            return
        QApplication.alert(self._window)
        if self._bus is not None:
            self._bus.send(notification("flowviz", sentence))


def session_bus() -> QDBusConnection | None:
    """Return the D-Bus session bus, or None if the desktop has none."""
    if ADDRESS not in os.environ:  # without an address, connecting would start a bus
        return None
    bus = QDBusConnection.sessionBus()
    return bus if bus.isConnected() else None


def launcher_progress(fraction: float | None) -> QDBusMessage:
    """Return the message that sets the progress in the task bar, as in https://wiki.ubuntu.com/Unity/LauncherAPI."""
    message = QDBusMessage.createSignal("/flowviz", "com.canonical.Unity.LauncherEntry", "Update")
    properties = {"progress": fraction or 0.0, "progress-visible": fraction is not None}
    message.setArguments([f"application://{_desktop_entry()}.desktop", properties])
    return message


def notification(title: str, text: str) -> QDBusMessage:
    """Return the message for a silent notification, as in https://specifications.freedesktop.org/notification/1.3/."""
    message = QDBusMessage.createMethodCall(SERVICE, PATH, SERVICE, "Notify")
    replaced_id, actions = QDBusArgument(), QDBusArgument()  # plain Python values would be sent as other types
    replaced_id.add(0, QMetaType.fromName(b"uint").id())
    actions.add([], QMetaType.fromName(b"QStringList").id())
    hints = {"suppress-sound": True, "desktop-entry": _desktop_entry()}
    message.setArguments(["flowviz", replaced_id, _desktop_entry(), title, text, actions, hints, -1])
    return message


def _desktop_entry() -> str:
    return QGuiApplication.desktopFileName() or "flowviz"
