"""docs/reference/traits.md, made from the tables so that it cannot drift."""

from __future__ import annotations

from mythos.text.tags import SYMBOLIC_TAGS
from mythos.text.tone import AGREED, EVIDENCE, READ
from mythos.text.traits import TRAITS


def reference() -> str:
    """The page as Markdown."""
    lines = [
        "# Traits, tone and symbolic tags",
        "",
        "Made from the tables in `mythos.text.traits`, `tone` and `tags` by `python -m mythos.text.reference`.",
        "All are measured offline and deterministically. Word lists are in `mythos.text.lexicon` (English).",
        "",
        "## Traits",
        "",
        "| trait | unit | formula | meaning | higher is |",
        "|---|---|---|---|---|",
    ]
    lines += [f"| {t.name} | {t.unit} | {t.formula} | {t.meaning} | {t.higher_is} |" for t in TRAITS.values()]
    lines += ["", "A trait delta is new − old; traits that did not move are left out.", ""]
    lines += [
        "## Tone",
        "",
        "| tone | evidence |",
        "|---|---|",
        *(f"| {tone} | {why} |" for tone, why in EVIDENCE.items()),
    ]
    lines += [
        "",
        "The score of a tone is its share of exp(4·evidence); the label is the tone with the highest score.",
        "No model is asked. On single sentences of real prompts (`data/tone`) it gives the label a reader gave in",
        f"{AGREED} of {READ} cases ({AGREED / READ:.0%}); “neutral” for everything would be right in 30. It counts",
        "words, so a sentence *about* humour or patience counts as playful or empathetic. Longer texts are steadier.",
        "",
    ]
    lines += ["## Symbolic tags", "", "| tag | given when |", "|---|---|"]
    lines += [f"| `{tag}` | {rule} |" for tag, rule in SYMBOLIC_TAGS.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(reference(), end="")
