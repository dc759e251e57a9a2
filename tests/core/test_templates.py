"""What holds for every template: nothing inline, nothing foreign, no ranking; a 404 that tells nothing."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template, render_to_string
from django.test import RequestFactory

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted((ROOT / "templates").rglob("*.html"))
SCRIPTS = sorted((ROOT / "static" / "js").glob("*.js"))


def name(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def body(path: Path) -> str:
    """The template without its comments for template writers."""
    return re.sub(r"\{% comment %\}.*?\{% endcomment %\}|\{#.*?#\}", "", path.read_text(), flags=re.S)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_script_or_style_stands_in_a_page(path: Path) -> None:
    text = body(path)
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=\"|javascript:", text)
    assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", text))


@pytest.mark.parametrize("path", [*PAGES, *SCRIPTS, ROOT / "static/css/minewatch.css"], ids=name)
def test_nothing_comes_from_elsewhere(path: Path) -> None:
    assert not re.search(r"(?:https?:)?//[a-z0-9-]+\.[a-z]{2,}", path.read_text())


@pytest.mark.parametrize("path", [*PAGES, *SCRIPTS], ids=name)
def test_nobody_is_ranked_or_clocked(path: Path) -> None:
    assert not re.search(r"排名|积分|打卡|在线时长|排行", path.read_text())


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_template_compiles(path: Path) -> None:
    get_template(path.relative_to(ROOT / "templates").as_posix())


def test_a_404_is_the_same_whatever_was_asked() -> None:
    asked = [RequestFactory().get(path) for path in ("/cases/1/", "/nowhere/?q=x")]
    pages = {render_to_string("errors/404.html", {"message": r.path}, request=r) for r in asked}
    assert len(pages) == 1


def test_the_fault_page_needs_no_context() -> None:
    assert "系统出错了" in render_to_string("errors/500.html")
