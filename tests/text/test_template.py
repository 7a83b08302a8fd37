"""Placeholders: found, refused when broken, filled once."""

from __future__ import annotations

import pytest

from mythos.errors import Invalid
from mythos.text.template import expand, fill, includes, placeholders, variables


def nothing(slug: str, label: str) -> str:
    raise AssertionError(f"{slug}@{label} was not asked for")


def test_variables_and_includes_are_listed_once_in_order() -> None:
    text = "{{ b }} {{a}} {{b}} {{> team/greeting@staging}} {{>house}} {{ user.name }}"
    assert variables(text) == ("b", "a", "user.name")
    assert includes(text) == (("team/greeting", "staging"), ("house", "production"))


def test_a_placeholder_knows_its_place() -> None:
    text = "one\ntwo {{name}}"
    (found,) = placeholders(text)
    assert text[found.start : found.end] == "{{name}}"
    assert (found.kind, found.name, found.label, found.line) == ("variable", "name", None, 2)


@pytest.mark.parametrize(
    "text",
    [
        'Reply as {"a": {"b": 1}}',
        "{{#if premium}}x{{/if}}",
        "{{else}}",
        "{{{raw}}}",
        "{{ name | upper }}",
        "{{cite web\n| url = x}}",
        "{{}} {{ }} { {x} }",
        "{{>partial key=value}}",
        "{% for x in y %}",
        "{{",
        "}} {{1}}",
    ],
)
def test_braces_of_other_languages_are_left_alone(text: str) -> None:
    assert placeholders(text) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Hello {{name", 1),
        ("Hello\n{{name}\nmore", 2),
        ("{{name\n}}", 1),
        ("{{name and then nothing", 1),
        ("{{name of {{other}}", 1),
        ("a\nb\n{{> slug", 3),
        ("{{> }}", 1),
        ("{{> two words", 1),
    ],
)
def test_an_unclosed_placeholder_is_refused_with_its_line(text: str, line: int) -> None:
    with pytest.raises(Invalid) as caught:
        placeholders(text)
    assert caught.value.data["line"] == line
    assert f"line {line}" in caught.value.message


def test_filling_puts_values_and_includes_in_and_never_scans_them_again() -> None:
    text = "Hi {{name}}, {{> rules@staging}}"
    filled = fill(text, {"name": "{{other}}"}, lambda slug, label: f"[{slug}@{label} {{{{x}}}}]")
    assert filled == "Hi {{other}}, [rules@staging {{x}}]"


def test_a_missing_value_is_named() -> None:
    with pytest.raises(Invalid) as caught:
        fill("{{a}} {{b}} {{c}}", {"b": 0}, nothing)
    assert set(caught.value.fields) == {"a", "c"}


def test_expanding_leaves_variables_as_they_are_written() -> None:
    text = "{{ a }} {{> house@best}} {{{raw}}} {{else}} {{b}}"
    assert expand(text, lambda slug, label: f"[{slug}@{label} {{{{c}}}}]") == (
        "{{ a }} [house@best {{c}}] {{{raw}}} {{else}} {{b}}"
    )
