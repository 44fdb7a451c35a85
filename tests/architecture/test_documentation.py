"""Every module of the numerical core has a page that says what it computes."""

from __future__ import annotations

import re

from architecture.source import REPOSITORY, modules

PAGES = REPOSITORY / "workflow" / "docs" / "methods"


def test_every_module_of_the_core_is_described_on_a_page() -> None:
    told = set(
        re.findall(r"`(?:core[/.])?(\w+?)(?:\.py)?`", "\n".join(page.read_text("utf-8") for page in PAGES.glob("*.md")))
    )
    paths = [module.path for module in modules() if module.layer == "core"]
    names = {path.removeprefix("core/").removesuffix(".py") for path in paths} - {"__init__"}
    assert not sorted(names - told)
