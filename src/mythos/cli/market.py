"""`mythos market`: wallets, listings, buying, trades, licences."""

from __future__ import annotations

from typing import Any

import click

from mythos.accounts.actors import SYSTEM
from mythos.assistants.queries import get_assistant
from mythos.cli.database import chosen_swarm, prepare, swarm_option
from mythos.cli.output import json_option, print_json
from mythos.cli.times import moment
from mythos.errors import NotFound
from mythos.market.models import CurriculumLicense, Listing, PromptCurriculumVault
from mythos.market.queries.listings import SORTS, TABS, ListingQuery, get_listing, listing_page
from mythos.market.queries.suiting import unsuited_for
from mythos.market.queries.trades import licenses_of
from mythos.market.queries.wallet import check_books, statement, wallet_summary
from mythos.market.services.delivery import take_update
from mythos.market.services.ledger import grant_credits
from mythos.market.services.listings import Terms, close_listing, list_curriculum
from mythos.market.services.taking import Seen, buy_curriculum, clone_curriculum

key_option = click.option("--key", default="", help="The same key is done once.")


@click.group("market")
def group() -> None:
    """The market of curricula: list, buy, barter, clone, and the credits that pay."""


@group.command("wallet")
@swarm_option
@json_option
def wallet(swarm_slug: str, as_json: bool) -> int:
    """What the swarm may spend, and what is held for open trades."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    found = wallet_summary(SYSTEM, swarm)
    if as_json:
        print_json({"swarm": swarm.slug, **vars(found)})
    else:
        click.echo(f"{found.balance:,} credits\nheld for trades  {found.held:,}")
        click.echo(f"earned in {found.month:%B}  {found.earned:,}\nspent in {found.month:%B}  {found.spent:,}")
    return 0


@group.command("statement")
@click.option("--account", type=click.Choice(["wallet", "held"]), default="wallet")
@click.option("--before", type=int, help="Older lines than the one with this number.")
@swarm_option
@json_option
def show_statement(account: str, before: int | None, swarm_slug: str, as_json: bool) -> int:
    """Every posting of the swarm's account, newest first."""
    prepare()
    found = statement(SYSTEM, chosen_swarm(swarm_slug), account, before=before)
    if as_json:
        lines = [vars(line) for line in found.lines]
        print_json({"account": found.account, "balance": found.balance, "lines": lines, "next": found.next})
        return 0
    for line in found.lines:
        click.echo(f"{moment(line.at)}  {line.change:>+12,}  {line.balance:>12,}  {line.other}: {line.reason}")
    click.echo(f"{found.balance:,} credits" + (f"; more with --before {found.next}" if found.next else ""))
    return 0


@group.command("grant")
@click.argument("amount", type=int)
@click.option("--reason", required=True, help="Why; it stands in the statement.")
@key_option
@swarm_option
@json_option
def grant(amount: int, reason: str, key: str, swarm_slug: str, as_json: bool) -> int:
    """Issue AMOUNT credits to the swarm."""
    prepare()
    done = grant_credits(actor=SYSTEM, swarm=chosen_swarm(swarm_slug), amount=amount, reason=reason, key=key)
    if as_json:
        print_json({"id": done.pk, "amount": done.amount, "balance": done.target_balance})
    else:
        click.echo(f"Granted {done.amount:,} credits; the wallet holds {done.target_balance:,}.")
    return 0


@group.command("check")
@json_option
def check(as_json: bool) -> int:
    """Add every transfer up again and compare with the balances. Exit code 1 when the books do not balance."""
    prepare()
    books = check_books()
    if as_json:
        print_json(vars(books))
    else:
        click.echo(f"{books.issued:,} credits issued: {books.in_wallets:,} in wallets, {books.held:,} held for trades.")
        for problem in books.problems:
            click.echo(problem)
        click.echo(f"{books.transfers:,} transfers " + ("do not add up." if books.problems else "add up."))
    return 1 if books.problems else 0


@group.command("search")
@click.argument("words", default="")
@click.option("--tab", type=click.Choice(list(TABS)), default="all")
@click.option("--sort", type=click.Choice(list(SORTS)), default="month")
@click.option("--for", "assistant", default="", help="Without what clashes with its rules, or it is certified by.")
@click.option("--after", default="", help="Where the page before ended.")
@swarm_option
@json_option
def search(words: str, tab: str, sort: str, assistant: str, after: str, swarm_slug: str, as_json: bool) -> int:
    """What is on the market."""
    prepare()
    unsuited = frozenset[int]()
    if assistant:
        unsuited = unsuited_for(get_assistant(SYSTEM, assistant, chosen_swarm(swarm_slug))).all
    found = listing_page(SYSTEM, ListingQuery(q=words, tab=tab, sort=sort, after=after, leave_out=unsuited))
    if as_json:
        print_json({"items": [_listing(row) for row in found.rows], "next": found.next or None})
        return 0
    for row in found.rows:
        click.echo(f"{row.pk:>6}  {row.title}, {row.swarm}: {_ways(row)}")
    if found.next:
        click.echo(f"More with --after {found.next}")
    return 0


@group.command("list")
@click.argument("curriculum")
@click.option("--price", type=int, help="In credits.")
@click.option("--barter", is_flag=True, help="Take trades.")
@click.option("--clonable", is_flag=True, help="Let others clone it free of charge, where the licence allows it.")
@click.option("--seats", type=int, help="How many may ever get it; default any number.")
@swarm_option
@json_option
def publish(
    curriculum: str, price: int | None, barter: bool, clonable: bool, seats: int | None, swarm_slug: str, as_json: bool
) -> int:
    """Put the swarm's CURRICULUM on the market, or change its terms."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    row = PromptCurriculumVault.objects.filter(swarm=swarm, slug=curriculum).first()
    if row is None:
        raise NotFound(f"There is no curriculum {curriculum!r}.", fields={"curriculum": "Unknown."})
    scope = Listing.Clonable.PRACTICE if clonable else Listing.Clonable.NOTHING
    done = list_curriculum(actor=SYSTEM, curriculum_id=row.pk, terms=Terms(price, barter, scope, seats))
    _say(get_listing(SYSTEM, done.pk), as_json)
    return 0


@group.command("close")
@click.argument("listing", type=int)
@json_option
def close(listing: int, as_json: bool) -> int:
    """Take LISTING off the market."""
    prepare()
    _say(get_listing(SYSTEM, close_listing(actor=SYSTEM, listing_id=listing).pk), as_json)
    return 0


@group.command("buy")
@click.argument("listing", type=int)
@click.option("--price", type=int, required=True, help="The price you saw; another one now is refused.")
@key_option
@swarm_option
@json_option
def buy(listing: int, price: int, key: str, swarm_slug: str, as_json: bool) -> int:
    """Buy LISTING for the swarm."""
    prepare()
    swarm = chosen_swarm(swarm_slug)
    done = buy_curriculum(actor=SYSTEM, swarm=swarm, listing_id=listing, seen=Seen(price), key=key)
    _say_license(done, as_json)
    return 0


@group.command("clone")
@click.argument("listing", type=int)
@key_option
@swarm_option
@json_option
def clone(listing: int, key: str, swarm_slug: str, as_json: bool) -> int:
    """Copy LISTING into the swarm, where its seller and its licence allow it."""
    prepare()
    done = clone_curriculum(actor=SYSTEM, swarm=chosen_swarm(swarm_slug), listing_id=listing, key=key)
    _say_license(done, as_json)
    return 0


@group.command("licenses")
@swarm_option
@json_option
def licenses(swarm_slug: str, as_json: bool) -> int:
    """What the swarm bought, bartered or cloned, and where a newer version is out."""
    prepare()
    rows = [_license(row) for row in licenses_of(SYSTEM, chosen_swarm(swarm_slug))]
    if as_json:
        print_json(rows)
    for row in [] if as_json else rows:
        newer = f", {row['newest']} is out" if row["newest"] != row["version"] else ""
        click.echo(f"{row['id']:>6}  {row['title']} {row['version']}{newer}: {row['how']} from {row['seller']}")
    return 0


@group.command("update")
@click.argument("license_id", type=int, metavar="LICENSE")
@json_option
def update(license_id: int, as_json: bool) -> int:
    """Bring the copy that goes with LICENSE up to what the seller exported last."""
    prepare()
    _say_license(take_update(actor=SYSTEM, license_id=license_id), as_json)
    return 0


def _listing(row: Listing) -> dict[str, Any]:
    return {
        "id": row.pk, "title": row.title, "seller": row.swarm.slug, "price": row.price,
        "takes_barter": row.takes_barter, "clonable": row.clonable, "license": row.license,
        "seats_left": row.seats_left, "is_open": row.is_open,
    }  # fmt: skip


def _ways(row: Listing) -> str:
    ways = [f"{row.price:,} credits"] if row.price else []
    ways += ["trade"] if row.takes_barter else []
    ways += ["clone"] if row.clonable != Listing.Clonable.NOTHING else []
    left = "" if row.seats_left is None else f"; {row.seats_left} left"
    return f"{', '.join(ways)} ({row.license}){left}"


def _say(row: Listing, as_json: bool) -> None:
    if as_json:
        print_json(_listing(row))
    else:
        state = "on the market" if row.is_open else "off the market"
        click.echo(f"Listing {row.pk}, {row.title}, is {state}: {_ways(row)}.")


def _license(row: CurriculumLicense) -> dict[str, Any]:
    newest = row.curriculum.version if row.curriculum else row.version
    copy = row.copy.slug if row.copy else None
    return {
        "id": row.pk, "title": row.title, "seller": row.seller_name, "how": row.how, "price": row.price,
        "license": row.license, "version": row.version, "newest": newest, "copy": copy,
    }  # fmt: skip


def _say_license(row: CurriculumLicense, as_json: bool) -> None:
    if as_json:
        print_json(_license(row))
    else:
        click.echo(f"{row.title} {row.version} is yours, {row.how} from {row.seller_name}; licence {row.pk}.")
