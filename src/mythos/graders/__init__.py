"""The built-in graders, by the name an expectation carries; one line each.

Names that promptfoo has are used as it uses them. `not-` before a name turns it round.
"""

from __future__ import annotations

from mythos.graders.base import Ask, Example, Grader, Opposite, Score
from mythos.graders.bleu import Bleu
from mythos.graders.cost import Cost
from mythos.graders.finish import FinishReason
from mythos.graders.json import ContainsJson, IsJson
from mythos.graders.json_schema import JsonSchema
from mythos.graders.keeps_clause import KeepsClause
from mythos.graders.language import LanguageIs
from mythos.graders.latency import Latency
from mythos.graders.levenshtein import Levenshtein
from mythos.graders.llm_rubric import LlmRubric
from mythos.graders.reading import ReadingEase
from mythos.graders.refusal import IsRefusal
from mythos.graders.regex import Regex
from mythos.graders.rouge import Rouge
from mythos.graders.similarity import Similar
from mythos.graders.text import Contains, ContainsSeveral, Edge, Equals
from mythos.graders.tokens import Tokens, WordCount
from mythos.graders.tone import ToneIs
from mythos.graders.variable import HasVariable
from mythos.graders.xml import Html, Xml

__all__ = ["GRADERS", "REFUSED", "Ask", "Example", "Grader", "Score"]

_PLAIN: dict[str, Grader] = {
    "contains": Contains(),
    "icontains": Contains(ignore_case=True),
    "contains-any": ContainsSeveral("any"),
    "icontains-any": ContainsSeveral("any", ignore_case=True),
    "contains-all": ContainsSeveral("all"),
    "icontains-all": ContainsSeveral("all", ignore_case=True),
    "equals": Equals(),
    "iequals": Equals(ignore_case=True),
    "starts-with": Edge("start"),
    "istarts-with": Edge("start", ignore_case=True),
    "ends-with": Edge("end"),
    "iends-with": Edge("end", ignore_case=True),
    "regex": Regex(),
    "max-tokens": Tokens("most"),
    "min-tokens": Tokens("least"),
    "word-count": WordCount(),
    "tone-is": ToneIs(),
    "reading-ease": ReadingEase(),
    "has-variable": HasVariable(),
    "language-is": LanguageIs(),
    "keeps-clause": KeepsClause(),
    "is-json": IsJson(),
    "contains-json": ContainsJson(),
    "json-schema": JsonSchema(),
    "contains-json-schema": JsonSchema(anywhere=True),
    "is-xml": Xml(),
    "contains-xml": Xml(anywhere=True),
    "is-html": Html(),
    "contains-html": Html(anywhere=True),
    "is-refusal": IsRefusal(),
    "similar": Similar(),
    "levenshtein": Levenshtein(),
    "rouge-l": Rouge("l"),
    "rouge-n": Rouge("1"),
    "bleu": Bleu("bleu"),
    "gleu": Bleu("gleu"),
    "latency": Latency(),
    "cost": Cost(),
    "finish-reason": FinishReason(),
    "llm-rubric": LlmRubric(),
}
GRADERS: dict[str, Grader] = _PLAIN | {f"not-{name}": Opposite(grader) for name, grader in _PLAIN.items()}

_CODE = "Code inside an expectation is never run; install a grader as a package instead."
# Names that are known and never graded, with the reason.
REFUSED: dict[str, str] = dict.fromkeys(("javascript", "python", "ruby"), _CODE) | {
    "webhook": "Replies are not sent to other hosts for grading.",
}
