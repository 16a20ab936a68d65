"""Settings that are on or off."""

import pytest

from flowviz.app.desktop.settings import settings, stored_flag


@pytest.mark.usefixtures("own_settings")
@pytest.mark.parametrize("default", [True, False])
def test_flag_is_read_as_it_was_stored(default: bool) -> None:
    assert stored_flag("flag", default=default) == default
    for value in (True, False):
        settings().setValue("flag", value)
        settings().sync()
        assert stored_flag("flag", default=default) == value


@pytest.mark.usefixtures("own_settings")
@pytest.mark.parametrize("damaged", ["", "yes", "1", "@Invalid()"])
def test_damaged_flag_is_the_default(damaged: str) -> None:
    settings().setValue("flag", damaged)
    assert stored_flag("flag", default=True)
    assert not stored_flag("flag", default=False)
