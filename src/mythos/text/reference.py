"""docs/reference/traits.md, made from the tables so that it cannot drift."""

from __future__ import annotations

from mythos.text.tags import SYMBOLIC_TAGS
from mythos.text.traits import TRAITS


def reference() -> str:
    """The page as Markdown."""
    lines = [
        "# Traits and symbolic tags",
        "",
        "Made from the tables in `mythos.text.traits` and `mythos.text.tags` by `python -m mythos.text.reference`.",
        "All are measured offline and deterministically. Word lists are in `mythos.text.lexicon` (English).",
        "",
        "## Traits",
        "",
        "| trait | unit | formula | meaning | higher is |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {t.name} | {t.unit} | {t.formula} | {t.meaning} | {t.higher_is} |" for t in TRAITS.values()]
    lines += ["", "A trait delta is new − old; traits that did not move are left out.", ""]
    lines += ["## Symbolic tags", "", "| tag | given when |", "|---|---|"]
    lines += [f"| `{tag}` | {rule} |" for tag, rule in SYMBOLIC_TAGS.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(reference(), end="")
