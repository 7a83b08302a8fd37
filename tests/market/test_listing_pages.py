"""Looking for something on the market: every order and search shows each listing once, however rare its words."""

import pytest

from mythos.accounts.actors import SYSTEM
from mythos.errors import Invalid
from mythos.market.models import Listing, PromptCurriculumVault
from mythos.market.queries import listings as queries
from mythos.market.queries.listings import SORTS, ListingQuery, listing_page, tab_counts
from tests.market.stalls import curriculum_of

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def shelf(cast):
    """Twelve listings; two of them speak of olives, and stand last in every order."""
    pattern = curriculum_of(cast.swarm, "pattern")
    for number in range(12):
        made = PromptCurriculumVault.objects.create(
            swarm=cast.swarm, slug=f"c{number}", curator=pattern.curator, curriculum_title=f"C{number}", version="1.0.0"
        )
        Listing.objects.create(
            swarm=cast.swarm, curriculum=made, title=f"C{number}", license="MIT", price=12 - number // 2,
            takes_barter=number % 2 == 0, clonable="practice" if number % 3 == 0 else "nothing",
            words=f"c{number} {'olives' if number < 2 else 'figs'}", adopters_month=number // 2, gain=number // 3,
            rating=number // 4,
        )  # fmt: skip
    return cast


def walk(query: dict, most: int = 3) -> list[str]:
    seen: list[str] = []
    after = ""
    while True:
        page = listing_page(SYSTEM, ListingQuery(**query, after=after), most)
        seen += [row.title for row in page.rows]
        after = page.next
        if not after:
            return seen


@pytest.mark.parametrize("looked_through", [1000, 2])
@pytest.mark.parametrize("sort", list(SORTS))
def test_pages_show_each_listing_once_in_every_order(shelf, monkeypatch, sort, looked_through):
    monkeypatch.setattr(queries, "LOOKED_THROUGH", looked_through)
    assert sorted(walk({"sort": sort})) == sorted(f"C{n}" for n in range(12))
    assert sorted(walk({"sort": sort, "q": "FIGS"})) == sorted(f"C{n}" for n in range(2, 12))
    assert sorted(walk({"sort": sort, "q": "olives"})) == ["C0", "C1"]
    assert walk({"sort": sort, "q": "olives figs"}) == []
    assert walk({"sort": sort, "q": "olives c1"}) == ["C1"]


@pytest.mark.parametrize("word", ["*", "?", "[a]", "50%", "a_b", "\\", "100%_[*]?"])
def test_signs_that_mean_something_to_a_database_are_letters_here(shelf, word):
    assert walk({"q": word}) == []
    Listing.objects.filter(title="C3").update(words=f"x{word.lower()}y")
    assert walk({"q": word}) == ["C3"]


def test_tabs_and_their_counts(shelf):
    assert tab_counts() == {"all": 12, "credits": 12, "trade": 6, "free": 4}
    assert sorted(walk({"tab": "free"})) == ["C0", "C3", "C6", "C9"]
    Listing.objects.filter(title="C0").update(is_open=False)
    assert tab_counts()["free"] == 3
    assert "C0" not in walk({"q": "olives"})


def test_counts_of_many_are_kept_for_some_seconds(shelf, monkeypatch):
    monkeypatch.setattr(queries, "COUNTED_ANEW", 5)
    assert tab_counts()["all"] == 12
    Listing.objects.filter(title="C0").update(is_open=False)
    assert tab_counts()["all"] == 12


def test_percent_signs_are_only_letters(shelf):
    assert walk({"q": "%"}) == []
    assert walk({"q": "_"}) == []


def test_other_orders_and_tabs_are_refused(shelf):
    for query in ({"sort": "x"}, {"tab": "x"}, {"after": "x"}):
        with pytest.raises(Invalid):
            listing_page(SYSTEM, ListingQuery(**query))
