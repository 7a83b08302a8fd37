"""The statistics beside SciPy's and statsmodels', and how often they cry wolf."""

from __future__ import annotations

import random

import numpy as np
import pytest

from mythos.rituals import statistics
from mythos.rituals.statistics import Kappa, agresti_min, bootstrap, cohen_kappa, holm, mcnemar, paired, sign_flip


def test_mcnemar_is_statsmodels_exact_test_on_random_tables() -> None:
    reference = pytest.importorskip("statsmodels.stats.contingency_tables").mcnemar
    chance = random.Random(7)
    for _ in range(300):
        b, c = chance.randint(0, 40), chance.randint(0, 40)
        if b + c == 0:
            continue
        theirs = float(reference([[5, b], [c, 9]], exact=True).pvalue)
        assert mcnemar(b, c) == pytest.approx(theirs, abs=1e-9)


def test_mcnemar_is_scipys_binomial_test() -> None:
    reference = pytest.importorskip("scipy.stats").binomtest
    for b in range(15):
        for c in range(15):
            if b + c:
                assert mcnemar(b, c) == pytest.approx(reference(b, b + c, 0.5).pvalue, abs=1e-9)


def test_sign_flip_is_scipys_permutation_test() -> None:
    stats = pytest.importorskip("scipy.stats")
    chance = np.random.default_rng(3)
    for n in (5, 8, 11, 12, 20, 40):
        given = np.round(chance.normal(0.2, 0.6, n), 2)
        theirs = stats.permutation_test(
            (given,), np.mean, permutation_type="samples", n_resamples=20_000 if n > 12 else np.inf, random_state=1
        ).pvalue
        assert sign_flip(given) == pytest.approx(theirs, abs=0.03 if n > 12 else 1e-9)


def test_bootstrap_is_scipys_percentile_interval() -> None:
    stats = pytest.importorskip("scipy.stats")
    given = np.random.default_rng(5).normal(0.1, 0.4, 80)
    theirs = stats.bootstrap((given,), np.mean, method="percentile", n_resamples=10_000, random_state=2)
    low, high = bootstrap(given, np.ones(80))
    assert low == pytest.approx(theirs.confidence_interval.low, abs=0.01)
    assert high == pytest.approx(theirs.confidence_interval.high, abs=0.01)


def test_holm_is_statsmodels_correction() -> None:
    reference = pytest.importorskip("statsmodels.stats.multitest").multipletests
    chance = random.Random(1)
    for _ in range(50):
        values = [chance.random() ** 3 for _ in range(chance.randint(1, 9))]
        assert holm(values) == pytest.approx(list(reference(values, method="holm")[1]))


def test_the_interval_of_paired_proportions_covers_what_it_says() -> None:
    chance = np.random.default_rng(11)
    for gain, loss, n in ((0.1, 0.1, 60), (0.3, 0.1, 40), (0.05, 0.0, 120)):
        counts = chance.multinomial(n, [gain, loss, 1 - gain - loss], size=4000)
        inside = [low <= gain - loss <= high for b, c, _ in counts for low, high in [agresti_min(int(b), int(c), n)]]
        assert np.mean(inside) >= 0.94


@pytest.mark.parametrize(("n", "is_binary"), [(12, True), (60, True), (300, True), (8, False), (40, False)])
def test_runs_that_do_not_differ_are_seldom_called_worse(n: int, is_binary: bool, monkeypatch) -> None:
    monkeypatch.setattr(statistics, "RESAMPLES", 1000)
    chance = np.random.default_rng(42)
    trials, worse, better = 600, 0, 0
    for number in range(trials):
        if is_binary:
            rates = chance.beta(2, 2, n)
            given = (chance.random(n) < rates).astype(float) - (chance.random(n) < rates).astype(float)
        else:
            given = chance.gamma(1.0, 0.2, n) - chance.gamma(1.0, 0.2, n)
        verdict = paired(list(given), is_binary=is_binary, seed=number).verdict
        worse += verdict == "worse"
        better += verdict == "better"
    # Nominal is 2.5 % a side; three standard errors of 600 trials are 1.9 %.
    assert worse / trials <= 0.025 + 0.019
    assert better / trials <= 0.025 + 0.019


def test_verdicts() -> None:
    worse = paired([-1.0] * 9 + [0.0] * 30, is_binary=True)
    assert (worse.verdict, worse.worsened, worse.improved, worse.needed) == ("worse", 9, 0, 0)
    assert worse.interval[1] < 0
    assert paired([1.0] * 9 + [0.0] * 30, is_binary=True).verdict == "better"
    assert paired([0.0] * 400, is_binary=True).verdict == "same"
    few = paired([-1.0, -1.0, 0.0, 0.0, 0.0], is_binary=True)
    assert few.verdict == "not enough cases"
    assert few.needed > 0
    assert paired([], is_binary=True).verdict == "not enough cases"


def test_with_as_many_cases_as_were_asked_for_it_can_be_told() -> None:
    """The number of further cases is a promise of 80 % power for the difference seen."""
    few = paired([-1.0, -1.0] + [0.0] * 8, is_binary=True)
    n = 10 + few.needed
    chance = np.random.default_rng(9)
    told = sum(
        paired(list(-(chance.random(n) < 0.2).astype(float)), is_binary=True).verdict == "worse" for _ in range(300)
    )
    assert told / 300 > 0.7


def test_weights_count() -> None:
    heavy = paired([1.0] * 10 + [-1.0] * 10, [5.0] * 10 + [1.0] * 10, is_binary=True)
    assert heavy.test == "sign-flip"
    assert heavy.difference == pytest.approx(40 / 60)


def test_kappa_and_its_interval_are_those_of_statsmodels() -> None:
    reference = pytest.importorskip("statsmodels.stats.inter_rater").cohens_kappa
    chance = random.Random(11)
    for _ in range(200):
        table = [[chance.randint(0, 30), chance.randint(0, 30)], [chance.randint(0, 30), chance.randint(1, 30)]]
        pairs = [(bool(i), bool(j)) for i in (0, 1) for j in (0, 1) for _ in range(table[i][j])]
        ours, theirs = cohen_kappa(pairs), reference(table)
        if ours.value is None or ours.interval is None:
            continue
        assert ours.value == pytest.approx(theirs.kappa, abs=1e-9)
        assert ours.interval[0] == pytest.approx(max(-1.0, theirs.kappa_low), abs=1e-9)
        assert ours.interval[1] == pytest.approx(min(1.0, theirs.kappa_upp), abs=1e-9)


def test_kappa_is_not_defined_where_both_always_say_the_same() -> None:
    assert cohen_kappa([]).value is None
    assert cohen_kappa([(True, True)] * 5) == Kappa(5, 5, None, None)
