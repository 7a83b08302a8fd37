"""Whether arm b of a split label is better, as far as what readers said can tell."""

from __future__ import annotations

import numpy as np
import pytest

from mythos.errors import NotFound
from mythos.prompts.models import PromptFeedback
from mythos.prompts.services import create_prompt, give_feedback, move_label, revise_prompt, split_label
from mythos.rituals.arms import compare_arms
from mythos.rituals.two_samples import agresti_caffo, fisher, permutation, unpaired


@pytest.mark.parametrize(
    ("yes_a", "n_a", "yes_b", "n_b"), [(3, 10, 8, 10), (0, 5, 5, 5), (1, 40, 9, 11), (50, 100, 61, 100), (0, 3, 0, 4)]
)
def test_the_exact_test_is_that_of_scipy(yes_a, n_a, yes_b, n_b):
    stats = pytest.importorskip("scipy.stats")
    wanted = stats.fisher_exact([[yes_a, n_a - yes_a], [yes_b, n_b - yes_b]]).pvalue
    assert fisher(yes_a, n_a, yes_b, n_b) == pytest.approx(wanted, abs=1e-9)


def test_the_permutation_test_is_near_that_of_scipy():
    stats = pytest.importorskip("scipy.stats")
    random = np.random.default_rng(3)
    a, b = random.beta(2, 2, 30), random.beta(3, 2, 25)
    wanted = stats.permutation_test((a, b), lambda x, y: x.mean() - y.mean(), n_resamples=20_000, random_state=1)
    assert permutation(a, b) == pytest.approx(wanted.pvalue, abs=0.02)


def test_the_interval_of_two_shares_is_that_of_statsmodels():
    proportion = pytest.importorskip("statsmodels.stats.proportion")
    low, high = proportion.confint_proportions_2indep(18, 40, 12, 50, method="agresti-caffo")
    assert agresti_caffo(12, 50, 18, 40) == pytest.approx((low, high), abs=1e-9)


def test_two_equal_groups_are_told_apart_no_oftener_than_chance_allows():
    random = np.random.default_rng(7)
    told = [unpaired(random.random(20).tolist(), random.random(15).tolist(), seed=n).verdict for n in range(200)]
    assert sum(verdict in ("better", "worse") for verdict in told) <= 20


def test_as_many_more_readers_as_were_asked_for_show_the_difference_four_times_in_five():
    random = np.random.default_rng(11)
    small = unpaired([1.0] * 5 + [0.0] * 5, [1.0] * 7 + [0.0] * 3)
    assert small.verdict == "not enough cases"
    each = (small.needed + 20) // 2
    shown = [
        unpaired((random.random(each) < 0.5).astype(float).tolist(), (random.random(each) < 0.7).astype(float).tolist())
        for _ in range(300)
    ]
    assert 0.7 < sum(one.verdict == "better" for one in shown) / 300 < 0.9


def test_same_needs_the_whole_interval_within_the_margin():
    even = [0.5, 0.52] * 60
    assert unpaired(even, even).verdict == "same"
    assert unpaired([], [0.5]).verdict == "not enough cases"
    assert unpaired([], []).needed > 100


@pytest.fixture
def desk(cast):
    made = create_prompt(actor=cast.owner, swarm=cast.swarm, slug="desk", text="Be kind.")
    revise_prompt(actor=cast.owner, prompt_id=made.prompt_id, text="Be brief.", base=1, source="web")
    where = {"actor": cast.owner, "prompt_id": made.prompt_id, "label": "best"}
    split_label(**where, version=1, other_version=2, share=50)
    return made.prompt_id


def say(cast, desk, rows):
    for key, arm, score in rows:
        give_feedback(actor=cast.viewer, prompt_id=desk, label="best", score=score, key=key, arm=arm)


@pytest.mark.django_db
def test_readers_of_one_arm_each_are_compared_as_two_groups(cast, desk):
    say(cast, desk, [(f"a{n}", "a", float(n % 4 == 0)) for n in range(40)])
    say(cast, desk, [(f"b{n}", "b", float(n % 4 != 0)) for n in range(40)])
    found = compare_arms(cast.viewer, desk, "best")
    assert (found.is_paired, found.result.verdict, found.result.test) == (False, "better", "exact Fisher")
    assert [(arm.arm, arm.share, arm.readers, arm.mean) for arm in found.arms] == [
        ("a", 50, 40, 0.25),
        ("b", 50, 40, 0.75),
    ]


@pytest.mark.django_db
def test_readers_of_both_arms_are_compared_with_themselves(cast, desk):
    say(cast, desk, [(f"k{n}", arm, 0.9 if arm == "a" else 0.5) for n in range(12) for arm in "ab"])
    say(cast, desk, [("once", "a", 1.0)])
    found = compare_arms(cast.viewer, desk, "best")
    assert (found.is_paired, found.result.verdict, found.left_out) == (True, "worse", 1)
    assert found.result.difference == pytest.approx(-0.4)


@pytest.mark.django_db
def test_a_reader_counts_once_however_often_it_speaks(cast, desk):
    say(cast, desk, [("loud", "b", 1.0)] * 50 + [(f"a{n}", "a", 0.0) for n in range(3)])
    found = compare_arms(cast.viewer, desk, "best")
    assert (found.arms[1].readers, found.result.verdict) == (1, "not enough cases")
    assert found.result.needed > 0
    say(cast, desk, [("", "b", 1.0)] * 2)
    assert compare_arms(cast.viewer, desk, "best").arms[1].readers == 3
    assert PromptFeedback.objects.count() == 55


@pytest.mark.django_db
def test_a_label_that_is_not_split_has_no_arms(cast, desk):
    move_label(actor=cast.owner, prompt_id=desk, label="best", version=2)
    with pytest.raises(NotFound, match="not split"):
        compare_arms(cast.viewer, desk, "best")
    with pytest.raises(NotFound):
        compare_arms(cast.stranger, desk, "best")
