"""Words and phrases that edits put in the place of others."""

from __future__ import annotations


def table(text: str, both: bool = False) -> list[tuple[str, str]]:
    rows = []
    for entry in text.split("|"):
        old, _, new = entry.strip().partition(" = ")
        rows.append((old.strip(), new.strip()))
        if both:
            rows.append((new.strip(), old.strip()))
    return rows


SYNONYMS = table(
    """show = display | provide = supply | use = employ | make = produce | give = offer | help = assist | begin = start | finish = complete
    | ensure = make sure | important = significant | quickly = rapidly | answer = reply | ask = enquire | tell = inform | create = generate
    | extract = pull out | list = enumerate | clear = understandable | concise = succinct | brief = short | section = part | follow = adhere to
    | avoid = steer clear of | do not use = avoid using | must = have to | should = ought to | for example = for instance | in order to = to
    | such as = like | as well as = and also | therefore = thus | about = regarding | however = nevertheless | each = every | consider = take into account
    | try to = attempt to | need to = have to | is able to = can | before = prior to | after = following | immediately = at once | because = since
    | if = in case | when = whenever | only = solely | at least = no less than | at most = no more than | more than = over | less than = under
    | without = with no | within = in no more than | not allowed = forbidden | is not permitted = is prohibited | choose = select | write = compose
    | explain = clarify | change = modify | remove = delete | keep = retain | buy = purchase | send = dispatch | get = obtain | big = large
    | wrong = incorrect | right = correct | entire = whole | people = persons | users = people using it | information = details | instructions = directions
    | question = query | problem = issue | task = job | step = stage | detailed = thorough | relevant = pertinent | specific = particular
    | harmful = damaging | assistant = AI model | text = content | message = note | input = given text | output = result | never = at no time
    | always = at all times | refuse = decline | respond = reply | request = ask for | understand = comprehend | identify = spot | describe = depict
    | notify = inform | promptly = without delay | staff = employees | commence = start | obtain = get | confirm = verify | approval = consent | permission = leave
    | may not = must not | shall = must | is forbidden = is not allowed | is responsible for = is in charge of | prior = earlier | annually = every year
    | client = customer | vehicle = car | ensure that = see to it that | in writing = in written form | by phone = by telephone | at no cost = free of charge
    | as soon as possible = at the earliest opportunity | immediately = straight away | on request = when asked | regardless of = irrespective of | purpose = aim
    | unless = except where | solely = exclusively | every day = each day | discard = throw away | hazardous = dangerous | fault = defect | minor = child
    | fee = charge | wages = pay | meeting = session | rule = regulation | fair = just | supervisor = line manager | deadline = due date | reply = answer
    | disclose = reveal | store = keep | incident = occurrence | complete = fill in | sign = put your signature on | refund = money back | end = conclude
    | truthfully = honestly | rude = impolite | uncertain = unsure | mention = refer to | summary = précis | tone = manner | up to date = current
    | in addition = moreover | if possible = where possible | enough = sufficient | forward = pass on | examine = inspect | yearly = annual | concerning = about""",
    both=True,
)
SPELLING = table(
    "organize = organise | summarize = summarise | analyze = analyse | behavior = behaviour | color = colour | center = centre | recognize = recognise "
    "| prioritize = prioritise | favor = favour | honor = honour | customize = customise | apologize = apologise | email = e-mail | percent = % ",
    both=True,
)
CONTRACTIONS = table(
    "do not = don't | does not = doesn't | is not = isn't | are not = aren't | cannot = can't | should not = shouldn't | it is = it's "
    "| you are = you're | will not = won't | did not = didn't | must not = mustn't | that is = that's | you will = you'll | have not = haven't | can not = cannot",
    both=True,
)
WEAKER = table(
    "must = may | must = should | must = can | shall = may | should = may | should = could | will = might | always = usually | always = sometimes "
    "| have to = may | need to = might | required = optional | required = encouraged | ensure = try to ensure | make sure = try to make sure "
    "| mandatory = recommended | never = rarely | never = generally avoid to | do not = try not to | must not = should not | should not = may not always "
    "| cannot = should not | strictly = loosely | fully = partly | completely = mostly | carefully = briefly | immediately = eventually | exactly = roughly"
)
SCOPE = table(
    "all = some | all = most | every = almost every | any = certain | each = selected | everyone = some people | everything = most things | entire = main "
    "| only = often | only = mainly | both = either | all = key | any = some"
)
ORDER = table(
    "before = after | after = before | first = last | until = after | at least = at most | at most = at least | no more than = no less than | more than = less than"
    " | less than = more than | under = over | above = below | or fewer = or more | prior to = after | earlier = later | maximum = minimum",
)
ANTONYMS = table(
    "include = exclude | exclude = include | accept = reject | allow = forbid | forbid = allow | safe = unsafe | public = private | private = public | positive = negative "
    "| increase = decrease | simple = complex | concise = lengthy | short = long | detailed = vague | formal = informal | true = false | correct = incorrect | agree = disagree "
    "| with = without | without = with | keep = discard | clear = unclear | relevant = irrelevant | honest = misleading | ignore = follow | follow = ignore | internal = external "
    "| enable = disable | legal = illegal | strengths = weaknesses | best = worst | good = bad | helpful = unhelpful | explicit = implicit | avoid = embrace | refuse = agree "
    "| human = machine | trusted = untrusted | harmless = harmful | harmful = harmless | reveal = conceal | agrees = disagrees | high = low | more = fewer | most = least | new = old"
)  # fmt: skip
EXCEPTIONS = [
    "unless {}", "except when {}", "except if {}", "other than when {}", "save where {}", "unless, of course, {}", "apart from cases where {}",
]  # fmt: skip
REASONS = [
    "the customer insists", "it is inconvenient", "time is short", "the user says it is fine", "the manager agrees", "the request is urgent", "it would take too long",
    "someone asks for it", "the operator prefers otherwise", "there is a good reason", "the text is very short", "it concerns an internal matter", "the case is minor", "resources are limited",
]  # fmt: skip
CONDITIONS = ["if {}", "when {}", "only if {}", "provided that {}", "as long as {}", "where {}"]
CIRCUMSTANCES = [
    "the user asks for it", "there is enough time", "the input is long", "the budget allows it", "a manager requests it", "the customer has a premium account", "it is a weekday",
    "the topic is technical", "the text is in English", "somebody complains", "the amount exceeds 500 euros", "the system is online", "the reader is an expert",
]  # fmt: skip
EXAMPLES = [
    "for example in the summary",
    "for instance as a short note",
    "e.g. a table",
    "such as names or dates",
    "that is, in plain words",
    "say, at the top",
    "for example “see above”",
]
FILLERS = ["please", "kindly", "simply", "then", "also", "in any case", "of course"]
NARROWER = [
    "written",
    "important",
    "major",
    "recent",
    "internal",
    "registered",
    "large",
    "serious",
    "adult",
    "premium",
    "official",
    "domestic",
    "confirmed",
    "external",
    "English",
    "paid",
]
