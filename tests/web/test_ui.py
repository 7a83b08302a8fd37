"""What templates draw: rules as they read, differences, terms, and that pages say what is in force."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from mythos.text.diff import word_diff
from mythos.web.templatetags.mythos_text import diff_side, law
from mythos.web.templatetags.mythos_ui import TERMS, progress_bar, term


def test_a_rule_is_read_as_markdown_but_never_as_html():
    html = law("**Never** promise.\n\n1. <script>alert(1)</script>\n\n![x](http://e.org/x.png)", "desk")
    assert "<strong>Never</strong>" in html
    assert "<script>" not in html
    assert "<img" not in html
    assert "href" not in law("[x](javascript:alert(1))", "desk")


def test_a_link_to_another_rule_leads_to_it(as_, clause):
    assert 'href="/codex/desk/refunds"' in law("See [that](#refunds).", "desk")
    client = as_("viewer")
    assert client.get("/codex/desk/refunds")["Location"] == reverse("clauses.page", args=[clause.pk])
    assert client.get("/codex/desk/nothing").status_code == 404
    assert as_("stranger").get("/codex/desk/refunds").status_code == 404


def test_marks_of_a_difference_leave_blank_lines_alone():
    html = diff_side(word_diff("One.", "One. Two words.\n\nA new paragraph."), "new")
    assert not re.search(r"<ins>[^<]*\n\s*\n[^<]*</ins>", html)
    assert re.sub(r"</?ins>", "", html) == "One. Two words.\n\nA new paragraph."
    assert html.count("<ins>") >= 2


def test_a_difference_is_escaped():
    assert "<b>" not in diff_side(word_diff("x", "<b>y</b>\n\n<b>z</b>"), "new")


def test_the_page_of_a_rule_shows_what_is_in_force_and_names_what_is_proposed(as_, clause):
    body = as_("editor").get(reverse("clauses.page", args=[clause.pk])).content.decode()
    rule = body.split('class="in law read">')[1].split("</section>")[0]
    assert "must never promise" in rule
    assert "Version 2 is proposed" in body
    assert "You may promise" in body.split("<textarea")[1]  # the newest is what one edits


@pytest.mark.parametrize("word", TERMS)
def test_every_term_has_a_meaning(word):
    html = term(word)
    assert f'popovertarget="term-{word}"' in html
    assert f'id="term-{word}"' in html


def test_progress_never_leaves_its_track():
    assert 'width="0.0"' in progress_bar(5, 0)
    assert 'width="50.0"' in progress_bar(5, 10)
    assert 'width="100.0"' in progress_bar(15, 10)


def test_no_section_is_current_on_a_page_that_is_in_none(as_, cast):
    body = as_("viewer").get("/nothing-here").content.decode()
    assert "aria-current" not in body.split('class="nav"')[1].split("</nav>")[0]
