"""What is said of the same words is said once."""

from __future__ import annotations

from mythos.text.compare import compare


def test_a_word_that_lets_off_more_is_not_named_a_second_time() -> None:
    found = compare(
        "Use customer data for nothing but moderation.",
        "Use customer data for nothing but moderation and product tests.",
        use_embeddings=False,
    )
    assert [finding.title for finding in found.findings if "product tests" in finding.new_text] == ["Exception widened"]


def test_words_of_which_no_other_reason_tells_keep_theirs() -> None:
    found = compare("Tell the owner and the inspector.", "Tell the owner.", use_embeddings=False)
    assert "inspector" in " ".join(finding.old_text for finding in found.findings)


def test_reasons_of_opposite_directions_both_stay() -> None:
    found = compare(
        "Keep the logs for 30 days.", "Keep the logs for 60 days, unless the owner objects.", use_embeddings=False
    )
    assert {finding.kind for finding in found.findings} >= {"quantity", "exception"}
