"""The documentation names everything that there is."""

from pathlib import Path
from typing import get_args

import pytest

from psfbot.catalog.model import KINDS, Architecture, Hosting, Lifecycle, Role, Service

PAGE = (Path(__file__).parents[1] / "docs" / "catalog.md").read_text("utf-8")
FIELDS = [(section, field) for section, model in KINDS.items() for field in model.model_fields if field != "id"]


@pytest.mark.parametrize(("section", "field"), FIELDS)
def test_the_page_on_the_catalog_names_each_field(section, field):
    assert f"### {section}" in PAGE
    assert f"`{field}`" in PAGE


@pytest.mark.parametrize("word", [*get_args(Lifecycle), *get_args(Architecture), *get_args(Role)])
def test_the_page_on_the_catalog_names_each_value(word):
    assert f"`{word}`" in PAGE


@pytest.mark.parametrize("field", [f for m in (Hosting, Service) for f in m.model_fields if f != "id"])
def test_the_page_on_the_catalog_names_each_field_of_a_service(field):
    assert f"`{field}`" in PAGE
