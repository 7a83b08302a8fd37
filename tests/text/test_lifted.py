"""A ban that is lifted is for the worse, whatever else the edit does."""

from __future__ import annotations

import pytest

from mythos.text.compare import compare


@pytest.mark.parametrize("use_embeddings", [True, False])
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Never promise a refund without approval.", "Always promise a refund."),
        ("Never promise a refund without approval.", "You may promise a refund."),
        ("Do not give medical advice unless a doctor is present.", "Give medical advice."),
        ("You must not open the valve without a permit.", "Open the valve."),
    ],
)
def test_what_was_forbidden_and_is_now_asked_for_blocks(old, new, use_embeddings):
    found = compare(old, new, use_embeddings=use_embeddings)
    [ban] = [finding for finding in found.findings if finding.title == "Ban lifted"]
    assert (found.verdict, ban.severity, ban.direction) == ("regression", "block", "reversed")
    assert old[slice(*ban.old_span)] == ban.old_text
    assert new[slice(*ban.new_span)] == ban.new_text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Never promise a refund without approval.", "Promise a refund only with approval."),
        ("Do not pay before the goods have arrived.", "Pay after the goods have arrived."),
        ("Never share a password.", "Keep every password to yourself."),
        ("Do not answer in French.", "Answer in English."),
        ("Never open the valve.", "Refuse to open the valve."),
    ],
)
def test_the_same_ban_in_other_words_is_not_lifted(old, new):
    assert not any(finding.title == "Ban lifted" for finding in compare(old, new).findings)
