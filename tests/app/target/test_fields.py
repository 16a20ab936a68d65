"""The controls of the pages have the titles and the descriptions of the fields of the specs."""

from collections.abc import Callable
from unittest.mock import Mock

import pytest
from PyQt6.QtCore import QObject
from PyQt6.QtWidgets import QCheckBox, QComboBox, QLabel, QWidget

from flowviz.app.state.request import Request, RequestState
from flowviz.app.target.drawing_page import DrawingPage
from flowviz.app.target.image_page import ImagePage
from flowviz.app.target.mix_page import MixPage
from flowviz.app.target.page import Page
from flowviz.app.target.shape_page import ShapePage
from flowviz.app.target.text_page import TextPage
from flowviz.specs import DrawingSpec, ImageSpec, MixSpec, Part, ShapeSpec, Spec, TextSpec
from flowviz.specs.fields import choices_of, fields_of

# The object names of the controls of each field.
PAGES: dict[type[Spec], tuple[Callable[[RequestState], Page], dict[str, str]]] = {
    TextSpec: (
        lambda request: TextPage(request, Mock(), Mock(), Mock()),
        {"font": "targetFont", "weight": "targetWeight", "align": "targetAlign", "blur": "targetBlur"},
    ),
    ImageSpec: (
        lambda request: ImagePage(request, Mock(), Mock()),
        {"threshold": "imageThreshold", "invert": "imageInvert", "grayscale": "imageGrayscale", "blur": "imageBlur"},
    ),
    DrawingSpec: (DrawingPage, {"blur": "drawingBlur"}),
    MixSpec: (MixPage, {"layout": "mixLayout"}),
}


@pytest.mark.parametrize("kind", PAGES)
def test_each_choice_has_a_control_with_its_title_and_description(kind: type[Spec], qapp: QObject) -> None:
    make_page, names = PAGES[kind]
    page = make_page(RequestState(Request()))
    assert names.keys() == choices_of(kind).keys()
    for name, field in choices_of(kind).items():
        control = page.findChild(QWidget, names[name])
        assert control is not None
        assert (control.accessibleName(), control.toolTip()) == (field.title, field.description)
        if isinstance(control, QCheckBox):
            assert control.text() == field.title
        elif not isinstance(control, QComboBox):
            assert field.title in [label.text() for label in page.findChildren(QLabel) if label.buddy() is control]


def test_shape_and_weight_of_a_source_are_described_as_fields(qapp: QObject) -> None:
    request = RequestState(Request())
    box = ShapePage(request).findChild(QComboBox, "targetShape")
    assert box is not None
    assert box.toolTip() == fields_of(ShapeSpec)["name"].description
    page = MixPage(request)
    page.add(TextSpec(text="a"))
    weight = page.findChild(QWidget, "partWeight")
    assert weight is not None
    assert weight.accessibleName() == "Weight of a"
    assert weight.toolTip() == fields_of(Part)["weight"].description
