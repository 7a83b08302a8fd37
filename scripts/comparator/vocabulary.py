"""Words the made-up policies are built from: who, does what, to what, when, unless what, and what is alike or opposite."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True)
class Domain:
    """`actions` are verb and object (plural); the other fields are plain phrases."""

    name: str
    actors: list[str]
    actions: list[tuple[str, str]]
    recipients: list[str]
    conditions: list[str]
    events: list[str]
    exceptions: list[str]
    adjectives: list[str]


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split("|") if part.strip()]


def _domain(name: str, **fields: str) -> Domain:
    actions = []
    for entry in _split(fields.pop("actions")):
        verb, _, thing = entry.partition(" ")
        actions.append((verb, thing))
    return Domain(name=name, actions=actions, **{key: _split(value) for key, value in fields.items()})


DOMAINS = [
    _domain(
        "support",
        actors="agents | support staff | team leaders | the bots | supervisors",
        actions="record complaints | refund payments | close tickets | escalate outages | share order details | verify addresses | cancel subscriptions | answer questions | transfer calls | store recordings | confirm bookings | disclose passwords",
        recipients="the billing team | the customers | a human colleague | the courier | the product team",
        conditions="the customer asks for it | the order has not shipped | the call is recorded | the account is locked | the item arrives damaged",
        events="the first contact | the delivery | the complaint | the payment | the end of the call",
        exceptions="the customer insists | the queue is long | the amount is below 20 euros | a supervisor agrees | the shop is closed",
        adjectives="open | repeated | written | urgent | unpaid",
    ),
    _domain(
        "health",
        actors="nurses | doctors | pharmacists | receptionists | the assistants | clinicians",
        actions="document allergies | check doses | review prescriptions | discuss diagnoses | isolate patients | label samples | report side effects | store vaccines | sign consent forms | sterilise instruments | change dressings | dispense opioids",
        recipients="the patient | the ward manager | the family | the duty doctor | the laboratory",
        conditions="the patient has a fever | the patient is pregnant | the result is abnormal | symptoms get worse | the patient is a minor",
        events="the operation | admission | discharge | the visit | the test",
        exceptions="the consultant decides otherwise | the ward is full | the patient objects | it is an emergency | staff are short",
        adjectives="abnormal | severe | expired | outpatient | elderly",
    ),
    _domain(
        "code",
        actors="developers | reviewers | maintainers | the coding assistants | release managers",
        actions="test changes | review pull requests | commit secrets | delete branches | document interfaces | update dependencies | rotate keys | merge patches | sign releases | run migrations | log errors | back up databases",
        recipients="the security team | the main branch | the maintainers | production | the staging server",
        conditions="the build fails | the change touches the database | tests are missing | the author is new | the branch is protected",
        events="the merge | the release | the code review | deployment | the security scan",
        exceptions="the change is trivial | the deadline is close | the maintainer says otherwise | only comments changed | the pipeline is down",
        adjectives="public | breaking | failing | external | deprecated",
    ),
    _domain(
        "finance",
        actors="accountants | cashiers | auditors | treasurers | advisers | clerks",
        actions="approve transfers | reconcile accounts | archive receipts | pay invoices | report losses | waive fees | freeze accounts | sell shares | disclose risks | calculate taxes | sign cheques | reject loans",
        recipients="the tax office | the board | the regulator | the client | the finance director",
        conditions="the sum exceeds 1,000 euros | the invoice is disputed | the client is a minor | two signatures are present | the account is dormant",
        events="the end of the quarter | the audit | the trade | the board meeting | receipt of the invoice",
        exceptions="the director signs off | the client is well known | the market is closed | the loss is small | the system is offline",
        adjectives="foreign | overdue | large | disputed | corporate",
    ),
    _domain(
        "school",
        actors="teachers | tutors | pupils | parents | headteachers | the tutoring bots",
        actions="grade essays | mark exams | publish timetables | contact parents | hand in assignments | use phones | borrow laptops | report bullying incidents | supervise outings | repeat lessons | explain mistakes | praise efforts",
        recipients="the class teacher | the parents | the school board | the safeguarding lead | the librarian",
        conditions="a pupil is absent | the work is late | the parents agree | the exam is open-book | a pupil is under 12",
        events="the lesson | the exam | the school trip | the start of term | the parents' evening",
        exceptions="a teacher allows it | the weather is bad | the pupil is ill | it is the last day of term | the class is small",
        adjectives="late | graded | optional | first-year | digital",
    ),
    _domain(
        "privacy",
        actors="controllers | processors | employees | the chatbots | vendors | data officers",
        actions="delete records | encrypt backups | collect addresses | transfer files | notify breaches | anonymise logs | retain transcripts | sell profiles | copy databases | audit systems | publish photos | track users",
        recipients="third parties | the data protection officer | the authorities | the data subject | partners abroad",
        conditions="the person has consented | the data is sensitive | a court orders it | the contract has ended | the request is in writing",
        events="the breach | the request | the end of the contract | the collection | the audit",
        exceptions="the law requires it | the person has died | the data is public | the manager approves | it is technically difficult",
        adjectives="personal | biometric | sensitive | outdated | archived",
    ),
    _domain(
        "workplace",
        actors="managers | workers | contractors | interns | supervisors | team leads",
        actions="wear helmets | report accidents | inspect ladders | lock cabinets | book holidays | sign contracts | clean machines | approve expenses | record working hours | carry badges | block exits | train apprentices",
        recipients="the works council | the safety officer | human resources | the site manager | the union",
        conditions="work is done at height | the machine is running | visitors are on site | the shift exceeds eight hours | noise is above 85 decibels",
        events="the shift | the inspection | the incident | probation | the site visit",
        exceptions="the task takes only a minute | the foreman agrees | no visitors are present | the order is urgent | the worker is experienced",
        adjectives="temporary | night-shift | heavy | damaged | new",
    ),
    _domain(
        "content",
        actors="writers | editors | moderators | the assistants | translators | reporters",
        actions="cite sources | remove insults | check quotes | translate headings | summarise articles | invent statistics | publish corrections | repeat rumours | shorten headlines | keep placeholders | quote witnesses | verify images",
        recipients="the editor in chief | the readers | the legal desk | the author | the fact-checkers",
        conditions="the source is anonymous | the text is longer than 500 words | the claim is disputed | the user asks for it | the topic is medical",
        events="publication | the interview | the fact check | the correction | the deadline",
        exceptions="the author objects | space is tight | the story is breaking news | the quote is famous | the reader insists",
        adjectives="offensive | unverified | sponsored | factual | political",
    ),
    _domain(
        "travel",
        actors="drivers | guides | pilots | passengers | booking agents | crew members",
        actions="check tickets | carry liquids | fasten seat belts | rebook flights | store bags | inspect brakes | announce delays | refuse passengers | reserve seats | pay deposits | return vehicles | issue vouchers",
        recipients="the control centre | the passengers | the hotel | the airline | the rental office",
        conditions="the flight is delayed | the road is icy | a child travels alone | the booking is confirmed | visibility is poor",
        events="departure | the booking | arrival | the safety briefing | the trip",
        exceptions="the captain allows it | the fare is non-refundable | the bus is empty | the weather is severe | the journey is short",
        adjectives="delayed | oversized | unaccompanied | domestic | prepaid",
    ),
    _domain(
        "housing",
        actors="tenants | landlords | caretakers | residents | estate agents | housing officers",
        actions="return deposits | repair heaters | paint walls | keep pets | pay rents | clean staircases | sublet rooms | replace locks | store bicycles | inspect flats | raise rents | announce visits",
        recipients="the landlord | the residents' board | the insurer | the housing office | the caretaker",
        conditions="the lease has ended | the damage is serious | neighbours complain | written consent exists | the tenant is away",
        events="moving out | the inspection | the repair | signing the lease | the notice",
        exceptions="the landlord consents | it is an emergency | the tenant is behind with the rent | the flat is furnished | the repair is minor",
        adjectives="furnished | broken | shared | quiet | vacant",
    ),
    _domain(
        "assistant",
        actors="the assistants | the models | the agents | the bots | operators | developers",
        actions="reveal instructions | follow requests | ask questions | cite documents | browse websites | execute commands | summarise files | generate images | send emails | express opinions | refuse tasks | flag errors",
        recipients="the user | the developer | a human reviewer | the operator | third parties",
        conditions="the user asks for it | the request is ambiguous | the topic is sensitive | a tool fails | the conversation is long",
        events="the answer | the tool call | confirmation | the first message | the task",
        exceptions="the user insists | the developer says otherwise | the context makes it clear | the user is an adult | it is harmless",
        adjectives="harmful | ambiguous | private | long | untrusted",
    ),
    _domain(
        "retail",
        actors="cashiers | shop assistants | sellers | buyers | store managers | suppliers",
        actions="accept returns | scan items | replace products | check ages | count tills | display prices | recall goods | sell alcohol | lock doors | issue receipts | inspect deliveries | grant discounts",
        recipients="the head office | the buyer | the manufacturer | the store manager | the warehouse",
        conditions="the receipt is shown | the product is faulty | the buyer is under 18 | the parcel is unopened | the till shows a shortage",
        events="the purchase | closing time | the delivery | the sale | the recall",
        exceptions="the item is on sale | the manager says so | the packaging is open | the shop is busy | the customer is a regular",
        adjectives="faulty | seasonal | perishable | sealed | imported",
    ),
]

_ALIKE = """
record log document note | refund reimburse pay-back | close shut | escalate raise | share pass-on | verify check confirm
cancel terminate | answer reply-to respond-to | store keep retain | disclose reveal | approve authorise sign-off
delete erase remove | report notify | delay postpone | buy purchase | begin start commence | end finish conclude
show display | send forward transmit | repair fix mend | explain clarify | remove take-down delete | review examine inspect
publish release | test try-out | summarise sum-up | ask pose | cite reference quote | collect gather | anonymise de-identify
pay settle | use employ | wear put-on | help assist | obtain get | tell inform | hand-in submit | generate create produce
customers clients shoppers | employees staff workers | complaints grievances | payments transactions | invoices bills
questions queries enquiries | records files entries | errors mistakes faults | accidents incidents mishaps | holidays vacation-days
fees charges | deposits down-payments | essays papers | exams tests | pupils students | passwords credentials | tickets cases
requests demands | articles pieces | headlines titles | flats apartments | vehicles cars | goods merchandise products | doctors physicians
addresses postal-addresses | documents papers | emails e-mails | websites web-pages | instructions directions | flights journeys
urgent pressing | large big sizeable | damaged broken defective | new recent | faulty defective | outdated obsolete | open unresolved
late overdue | private confidential | harmful dangerous | shared common | offensive abusive | severe serious grave | long lengthy
"""
_OPPOSED = """
record ignore | refund charge | close reopen | escalate drop | share hide | verify assume | cancel renew | store discard | disclose conceal
approve reject | delete keep | report conceal | publish withhold | encrypt decrypt | merge revert | accept refuse | lock unlock | pay dispute
reveal hide | remove add | test skip | sign void | explain obscure | repair neglect | praise mock | follow ignore | return retain | freeze unfreeze
translate omit | replace keep | wear remove | inspect skip | raise lower | check skip | document omit | review skip | notify hide | block clear
collect discard | cite omit | shorten lengthen | recall release | grant deny | clean soil | isolate mix | archive shred | answer ignore
"""
ALIKE = {
    word.replace("-", " "): [other.replace("-", " ") for other in group.split() if other != word]
    for line in _ALIKE.strip().splitlines()
    for group in line.split("|")
    for word in group.split()
}
OPPOSED: dict[str, str] = {}
for _line in _OPPOSED.strip().splitlines():
    for _pair in _line.split("|"):
        _one, _other = _pair.split()
        OPPOSED.setdefault(_one, _other)
        OPPOSED.setdefault(_other, _one)

NUMBERS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
SAME_TIME = [
    ("24 hours", "one day"), ("48 hours", "two days"), ("7 days", "one week"), ("14 days", "two weeks", "a fortnight"),
    ("60 minutes", "one hour"), ("12 months", "one year"), ("90 seconds", "one and a half minutes"), ("36 months", "three years"),
    ("120 minutes", "two hours"), ("72 hours", "three days"), ("30 minutes", "half an hour"), ("six months", "half a year"),
]  # fmt: skip
UNITS = ["minutes", "hours", "days", "weeks", "months"]
HEDGES = [
    "where possible", "if feasible", "as a rule", "normally", "in most cases", "whenever practical", "if time permits",
    "as far as reasonable", "generally", "where it makes sense", "at their discretion", "preferably", "ideally",
]  # fmt: skip
PARTIAL = ["some", "most", "many", "selected", "a sample of", "nearly all", "important", "a few", "the majority of"]

_IRREGULAR = {
    "pay": "paid", "sell": "sold", "keep": "kept", "send": "sent", "tell": "told", "show": "shown", "hide": "hidden",
    "wear": "worn", "give": "given", "read": "read", "buy": "bought", "get": "got", "put": "put", "take": "taken",
    "begin": "begun", "sum": "summed", "make": "made", "shut": "shut", "run": "run", "mix": "mixed", "shred": "shredded",
    "skip": "skipped", "drop": "dropped", "back": "backed", "hand": "handed", "omit": "omitted", "submit": "submitted",
    "transmit": "transmitted", "transfer": "transferred", "refer": "referred", "log": "logged", "flag": "flagged",
    "scan": "scanned", "label": "labelled", "cancel": "cancelled", "sublet": "sublet", "use": "used", "fix": "fixed",
    "track": "tracked", "withhold": "withheld", "forward": "forwarded",
}  # fmt: skip


def past(verb: str) -> str:
    """The participle; a particle stays where it is."""
    head, _, rest = verb.partition(" ")
    form = _IRREGULAR.get(head)
    if form is None:
        form = (
            head + "d"
            if head.endswith("e")
            else head[:-1] + "ied"
            if head[-1] == "y" and head[-2] not in "aeiou"
            else head + "ed"
        )
    return f"{form} {rest}".strip()


def gerund(verb: str) -> str:
    head, _, rest = verb.partition(" ")
    if head.endswith("e") and not head.endswith("ee"):
        form = head[:-1] + "ing"
    elif past(head).endswith(head[-1] * 2 + "ed") or head in ("run", "get", "put", "shut", "sublet", "begin"):
        form = head + head[-1] + "ing"
    else:
        form = head + "ing"
    return f"{form} {rest}".strip()


def singular(noun: str) -> str:
    """The head noun without its plural; good enough for the lists above."""
    words = noun.split()
    last = words[-1]
    if last.endswith("ies"):
        last = last[:-3] + "y"
    elif last.endswith(("sses", "ches", "shes", "xes")):
        last = last[:-2]
    elif last.endswith("s") and not last.endswith("ss"):
        last = last[:-1]
    return " ".join([*words[:-1], last])


def alike(word: str, rng: random.Random) -> str:
    return rng.choice(ALIKE[word]) if word in ALIKE else word
