"""Documentation is tested against the code."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest
from django.apps import apps

from mythos import environment
from mythos.web import urls as web_urls

ROOT = Path(__file__).resolve().parents[2]


def _make_docs():
    sys.path.insert(0, str(ROOT / "scripts"))  # as when the script is run
    spec = importlib.util.spec_from_file_location("make_docs", ROOT / "scripts" / "make_docs.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["api.md", "cli.md", "errors.md"])
def test_the_reference_page_is_what_the_code_says(name):
    assert (ROOT / "docs" / "reference" / name).read_text() == _make_docs().PAGES[name]()


def test_every_setting_is_documented_and_no_other():
    page = (ROOT / "docs" / "reference" / "settings.md").read_text()
    assert set(re.findall(r"^\| `(MYTHOS_\w+)`", page, re.MULTILINE)) == environment.KNOWN


def test_every_page_and_key_is_documented_and_no_other():
    page = (ROOT / "docs" / "reference" / "pages.md").read_text()
    rows = re.findall(r"^\| `/([^`]*)` \| `([\w.-]+)` \|", page, re.MULTILINE)
    known = [(str(one.pattern), one.name) for one in web_urls.urlpatterns]
    assert sorted(rows) == sorted(known)
    sheet = (ROOT / "src/mythos/web/templates/components/keys.html").read_text()
    shown = [re.sub(r"</?kbd>", "`", text) for text in re.findall(r"<dt>(.*?)</dt>", sheet)]
    assert re.findall(r"^\| (.*?) \| ", page.split("## Keys")[1], re.MULTILINE)[1:] == shown


def test_every_door_of_the_api_is_documented():
    page = (ROOT / "docs" / "reference" / "api.md").read_text()
    schema = json.loads((ROOT / "tests" / "api" / "openapi.json").read_text())
    for path, methods in schema["paths"].items():
        for method in methods:
            assert f"### {method.upper()} {path}\n" in page
    for name in schema["components"]["schemas"]:
        assert f"### {name}\n" in page


def test_every_model_is_in_the_glossary():
    page = (ROOT / "docs" / "glossary.md").read_text()
    for model in apps.get_models():
        if model.__module__.startswith("mythos."):
            assert f"| {model.__name__} |" in page, model.__name__


def test_links_between_pages_lead_somewhere():
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\((?!https?:)([^)#\s]+)", page.read_text()):
            if not target.startswith("#"):
                assert (page.parent / target).exists(), f"{page}: {target}"


def test_the_readme_names_only_make_targets_that_exist():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make ([a-z]+)", (ROOT / "README.md").read_text()))
    assert named
    assert named <= targets


def test_nobody_is_told_to_install_the_package_of_somebody_else():
    strangers = re.compile(r"""install (?:-\S+ )*["'`]*mythos(?!-| @ )\b|mythos\[[a-z]""")
    folders = [ROOT / name for name in ("docs", "src", "clients", "deploy")]
    told = [path for folder in folders for path in folder.rglob("*") if path.suffix in (".md", ".py", ".html", ".yaml")]
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *told]:
        assert not strangers.search(path.read_text("utf-8")), path


def test_the_how_to_pages_name_what_the_demo_has():
    demo = [ROOT / "src/mythos/demo/data/demo.json", *(ROOT / "src/mythos/cli").glob("demo_*.py")]
    known = set(re.findall(r'"([\w/-]+)"', "".join(path.read_text("utf-8") for path in demo)))
    slug = re.compile(r"--(?:prompt|ritual|part) ([a-z][\w/-]+)|\b((?:hermes|calliope|daedalus)/[\w-]+)")
    for page in [ROOT / "clients/python/README.md", *(ROOT / "docs/how-to").glob("*.md")]:
        named = {option or name for option, name in slug.findall(page.read_text("utf-8"))}
        assert named <= known, f"{page}: {named - known}"


def test_a_partial_export_is_not_sold_as_a_backup():
    page = (ROOT / "docs/how-to/back-up.md").read_text("utf-8")
    assert all(word in page for word in ("secret.key", "keys", ".backup", "pg_dump", "It is no backup."))
    told = (ROOT / "docs/reference/cli.md").read_text("utf-8").split()
    assert "No backup of the rest." in " ".join(told)
