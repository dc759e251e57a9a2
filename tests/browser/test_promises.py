"""The promises that `Desk.check` asks of every page are asked indeed."""

from __future__ import annotations

import pytest

PAGE = """<!doctype html><html lang="zh-CN"><head><title>示范</title></head><body><main><h1>示范</h1>
<p><label for="field-{n}">甲{n}</label><input id="field-{n}"></p>{more}</main></body></html>"""
FAULTS = {
    "axe": '<p><input id="other"></p>',
    "English": "<p>Forbidden word</p>",
    "wide": '<p style="width: 3000px">宽</p>',
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found_after_a_good_page_of_nearly_the_same_shape(desk, screen, fault):
    one = desk("", screen)
    for n in (1, 2):
        one.page.set_content(PAGE.format(n=n, more=""))
        one.check()
    one.page.set_content(PAGE.format(n=3, more=FAULTS[fault]))
    with pytest.raises(AssertionError, match=fault):
        one.check()
