"""The frame of the main window: menus, docks, keyboard, presentation mode and crash handling."""
