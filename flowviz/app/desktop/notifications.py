"""Notifications to the desktop: progress in the task bar, and the end of a training."""

import os

from PyQt6.QtCore import QMetaType
from PyQt6.QtDBus import QDBusArgument, QDBusConnection, QDBusMessage
from PyQt6.QtWidgets import QApplication, QWidget

NAME = "flowviz"  # of the program, its icon and its desktop entry
ADDRESS = "DBUS_SESSION_BUS_ADDRESS"  # environment variable
SERVICE, PATH = "org.freedesktop.Notifications", "/org/freedesktop/Notifications"


class DesktopNotifier:
    """Tells users who are looking at another program how far a training is, and that it has ended."""

    def __init__(self, window: QWidget, bus: QDBusConnection | None) -> None:
        self._window, self._bus = window, bus

    def show_progress(self, percent: int | None) -> None:
        """Show a progress on the task bar entry of the program, or none.

        Works on Linux, in KDE Plasma, Unity and the docks of GNOME. Qt 6 has no API for Windows and macOS.
        """
        if self._bus is not None:
            self._bus.send(launcher_progress(percent))

    def notify_end(self, sentence: str) -> None:
        """Notify that training has ended."""
        if QApplication.activeWindow() is not None:
            return
        QApplication.alert(self._window)
        if self._bus is not None:
            self._bus.send(notification(NAME, sentence))


def session_bus() -> QDBusConnection | None:
    """Return the D-Bus session bus, or None if the desktop has none."""
    if ADDRESS not in os.environ:  # without an address, connecting would start a bus
        return None
    bus = QDBusConnection.sessionBus()
    return bus if bus.isConnected() else None


def launcher_progress(percent: int | None) -> QDBusMessage:
    """Return the message that sets the progress in the task bar, as in https://wiki.ubuntu.com/Unity/LauncherAPI."""
    message = QDBusMessage.createSignal("/flowviz", "com.canonical.Unity.LauncherEntry", "Update")
    properties = {"progress": (percent or 0) / 100, "progress-visible": percent is not None}
    message.setArguments([f"application://{NAME}.desktop", properties])
    return message


def notification(title: str, text: str) -> QDBusMessage:
    """Return the message for a silent notification, as in https://specifications.freedesktop.org/notification/1.3/."""
    message = QDBusMessage.createMethodCall(SERVICE, PATH, SERVICE, "Notify")
    replaced_id, actions = QDBusArgument(), QDBusArgument()  # plain Python values would be sent as other types
    replaced_id.add(0, QMetaType.fromName(b"uint").id())
    actions.add([], QMetaType.fromName(b"QStringList").id())
    hints = {"suppress-sound": True, "desktop-entry": NAME}
    message.setArguments([NAME, replaced_id, NAME, title, text, actions, hints, -1])
    return message
