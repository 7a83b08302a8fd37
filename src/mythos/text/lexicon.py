"""Word lists the measures and detectors share; all lower case, all English."""

from __future__ import annotations


def word_set(text: str) -> frozenset[str]:
    """Words written with spaces between them, as a set."""
    return frozenset(text.split())


def phrases(text: str) -> tuple[str, ...]:
    """Phrases written with bars between them, longest first so that none is found inside another."""
    return tuple(sorted({" ".join(phrase.split()) for phrase in text.split("|")}, key=lambda p: (-len(p), p)))


BINDING = word_set("must shall required mandatory obligatory")
ADVICE = word_set("should ought recommended advisable preferably")
PERMISSION = word_set("may can might could optional allowed permitted")
MODALS = BINDING | ADVICE | PERMISSION

NEGATORS = word_set("not no never neither nor none nothing nobody without cannot")
REFUSALS = word_set(
    "refuse refuses decline declines declined avoid avoids refrain withhold withholds "
    "forbid forbids forbidden"
    " prohibit prohibits prohibited exclude excludes excluded prevent prevents reject "
    "rejects disallow disallowed"
    " banned barred abstain stop ignore ignores ignored disregard disregards"
)
HEDGES = phrases(
    """
    where possible | if possible | when possible | as far as possible | whenever possible | if feasible |
    where feasible | where practical | when practical | if practical | where practicable | where it can |
    where you can | when you can | if you can | where they can | where this is easy | where easy |
    when convenient | if convenient | where appropriate | as appropriate | when appropriate |
    if appropriate | where reasonable | within reason | usually | generally | normally | typically |
    often | sometimes | occasionally | ideally | preferably | mostly | mainly | largely | perhaps |
    maybe | possibly | try to | tries to | try not to | trying to | aim to | aims to | aim for |
    attempt to | attempts to | strive to | endeavour to | endeavor to | consider | considers | prefer |
    prefers | prefer to | tend to | tends to | lean towards | case by case | case-by-case | best effort |
    at your discretion | at its discretion | at their discretion | use judgment | use judgement |
    use your judgment | as needed | if needed | when needed | if time allows | time permitting |
    by default | taking into account | discourage | discourages | gently | when it helps | if it helps |
    when relevant | feel free | in most cases | in general | as a rule | more or less | approximately |
    roughly | reasonable effort | reasonable efforts | is encouraged | are encouraged | good practice |
    nice to have | unless inconvenient | make an effort | with some exceptions | as time permits |
    where necessary | if necessary | when necessary | in principle | for the most part | seek to |
    seeks to | hope to | work towards | would be good | it is best to | it is better to | might want to |
    may want to | likely | probably | arguably | somewhat | fairly | reasonably | to the extent possible |
    to the extent practicable | commercially reasonable | in some cases | in certain cases | on occasion |
    unless impractical | lean toward | be mindful | keep in mind | weigh | balance |
    on a best effort basis | encouraged to | may wish to | expected to | not normally | rather not |
    where relevant
 |
    if there is room | if there is time | if time permits | if space permits | space permitting |
    as practicable | as they see fit | as it sees fit | as you see fit | see fit | on a best-effort basis |
    endeavours to | endeavors to | aspire to | aspires to | intend to | intends to | hopefully | in due course |
    in due time | at some point | eventually | where useful | if useful | if helpful | where helpful |
    as convenient | at their convenience | at its convenience | at your convenience | in the ordinary course |
    in the normal course | ordinarily | as a general rule | by and large | in theory | on the whole |
    commonly | customarily | reasonable steps | reasonable attempt | reasonable attempts |
    where resources permit | if resources permit | resources permitting | subject to availability |
    subject to capacity | subject to workload | wherever possible | wherever practical | wherever feasible |
    if circumstances permit | circumstances permitting | if warranted | where warranted | deemed necessary |
    deems necessary | at the discretion | where it makes sense | if it makes sense | when in doubt |
    where capacity allows | if capacity allows | as workload allows | workload permitting | schedule permitting |
    unless impracticable | to a reasonable extent | as circumstances allow | when workload allows | on request only
    """
)
EXCEPTIONS = phrases(
    """
    except | excepted | unless | apart | other than | outside of | excluding | excluded | aside | with the exception |
    falls outside | fall outside | outside this | outside the scope | out of scope | not covered | not subject to |
    does not extend | do not extend | does not cover | do not cover | do not apply | different matter | another matter |
    go without | needs no | need no | needs none | need none | gets none | get none | needs neither | left out |
    let off | not required | nothing but | nobody but | none but | no one but | count as not | counts as not | spared |
    does not reach | do not reach |
    save for | but not | exempt | exempts | exempted | excepting | does not apply | shall not apply |
    will not apply | need not apply | in exceptional cases | besides | barring | not counting |
    save where | save when | save as | save that | not including | leaving aside | may be waived | can be waived |
    is waived | waived | waive | waives | opt out | other than where | otherwise agreed | notwithstanding |
    or designee | or their designee | or a delegate | may be skipped | can be skipped | but need not | need not
    """
)
CONDITIONS = phrases(
    """
    only if | only when | only once | only after | only with | only where | only while | until |
    provided | as long as | if | when | whenever | once | in case | where | while | before | after |
    during | reserved for | limited to | restricted to | not before | on condition that | so long as | assuming |
    providing | subject to | contingent on | conditional on | in the event | upon request | on request |
    at the request | as soon as | if and only if | in cases where | only for | only to | only in
    """
)
CLARIFIERS = phrases(
    """
    for example | for instance | e.g | i.e | such as | that is | in other words | namely | including |
    like | meaning | see | in other words | put differently | this means | that means | that is to say | to put it |
    which means | in short | in plain terms | specifically | in particular | because | the reason | this applies |
    so that | this keeps | this protects | this helps
    """
)
VAGUE = word_set(
    "promptly soon timely reasonable reasonably appropriate appropriately suitable adequate adequately sufficient "
    "sufficiently regularly periodically swiftly quickly shortly extended prolonged substantial considerable "
    "responsibly sensible sensibly convenient eventually undue roughly approximately about around"
)
LOOPHOLES = phrases(
    """
    common sense | guideline | guidelines only | agreed informally | decide otherwise | decides otherwise |
    good enough | or equivalent | or similar | equivalent measures | verbal agreement | or thereabouts |
    own judgement | own judgment | best judgement | best judgment | as an exception | exceptionally | flexible |
    flexibly | flexibility | within reason | informal | informally | not strictly | otherwise agreed |
    if preferred | or as agreed | business needs | operational needs | business reasons | for convenience |
    is optional | are optional | nobody checks | no need | not necessary | is enough | suffices | suffice |
    spirit of | more important than | takes priority over | override | overrides | judgment call |
    subject to | without prejudice | discretion | failing that | as far as | other reasons | to some extent |
    where it helps | last resort | although | in substance | or other | on balance | a degree of |
    see fit | sees fit | to the extent | in principle | for the most part | save for | apart from |
    reasonable efforts | reasonable steps | where circumstances | if resources allow | where resources allow |
    if capacity allows | at their option | at its option | at our option | deemed | in exceptional cases
    """
)
STAND_INS = phrases(
    """
    or designee | or a designee | or their designee | or his designee | or her designee | or delegate |
    or a delegate | or their delegate | or deputy | or a deputy | or their deputy | or a nominee |
    or another | or any other | or someone | or somebody | or anyone | or anybody | or whoever | on behalf of |
    acting for | acting on | or a person | or a colleague | or an assistant | or their assistant | whoever |
    or a representative | or their representative | or one of | or appointed | or authorised | or authorized
    """
)
ASKED_FOR = phrases(
    """
    on request | upon request | at request | if asked | when asked | if requested | when requested | who ask |
    who asks | who request | if they ask | if they wish | if they insist | on demand | who insist | who insists
    """
)
SAFEGUARDS = word_set(
    "written writing signed signature approval approved approve consent confirm confirmed confirmation verify verified "
    "check checked review reviewed witness independent receipt logged recorded record document documented notify "
    "notified report reported warn warned warning escalate encrypted lock locked second separate original proof"
)
CHOICE = word_set(
    "choose chooses decide decides wish wishes want wants prefer prefers like likes judge judges consider considers "
    "think thinks feel feels deem deems opt opts agree agrees"
)
FLIPPANT = word_set(
    "whatever yeah lol ugh sigh blah guess duh meh nah haha hey dude folks yep nope obviously stupid silly dumb "
    "annoying boring fuss hassle bother tough luck cool fun"
)
UNIVERSAL = word_set("all every any each always whole entire everything everyone anyone anything no never none")
PARTIAL = word_set(
    "most some few many several certain main major significant important selected relevant "
    "key half part often"
    " usually mostly seldom rarely sometimes occasional limited large small larger smaller serious"
)
TEMPORAL_OPPOSITES = {
    "before": "after",
    "after": "before",
    "until": "after",
    "first": "last",
    "last": "first",
}

STRUCTURAL = word_set("after before if when once until while where whenever unless then only except first whether than")
FILLER = word_set(
    "a an the this that these those of to in on at for by with from as and is are be was "
    "were been being it its"
    " there here so very really just quite also then please kindly simply own such which "
    "who whom whose do does"
    " did will would have has had you your we our they their he his she her i my me us them overall itself"
    " thus therefore hence however too even still already any"
)
POLITE = word_set(
    "please kindly thank thanks sorry welcome grateful appreciate courteous polite politely apologise apologize"
)
FORMAL = word_set(
    "shall hereby therefore thus furthermore moreover consequently pursuant accordingly "
    "regarding concerning ensure"
    " provide utilise utilize obtain require prior subsequent commence terminate endeavour "
    "whom notwithstanding"
    " aforementioned respective hence wherein thereof"
)
INFORMAL = word_set(
    "hey hi yeah yep nope gonna wanna gotta kinda sorta cool awesome stuff things okay ok "
    "lol btw guys super crazy"
    " folks dude buddy yay wow totally pretty lots bunch"
)
EMPATHY = word_set(
    "feel feelings understand sorry empathy empathetic compassion compassionate care "
    "caring support supportive listen"
    " gentle gently patient reassure comfort frustrated upset worried concern kind kindly "
    "warm acknowledge apologise"
    " apologize sympathy sympathetic"
)
FRIENDLY = word_set(
    "friendly warm welcome happy glad cheerful great hello hi thanks please enjoy help "
    "helpful together nice love"
    " encourage encouraging positive"
)
PLAYFUL = word_set(
    "fun funny joke jokes playful witty humor humour pun puns whimsical silly emoji game giggle cheeky quirky"
)
URGENT = word_set(
    "immediately urgent urgently now asap critical emergency instantly deadline hurry "
    "quickly promptly alert warning"
    " danger crucial imperative"
)
IMPERATIVES = word_set(
    "act add address adapt adhere adopt advise aim allow always analyse analyze answer "
    "apologise apologize apply ask"
    " assess assume avoid base be begin break build call capture change check choose cite "
    "clarify classify close"
    " collect combine compare compile confirm consider consult contact continue convert count create decide"
    " decline define deliver describe detect determine discuss display do draft double "
    "edit embed emphasize end"
    " ensure escalate evaluate examine exclude explain explore express extract fetch fill "
    "find finish fix flag"
    " focus follow format gather generate give go greet group guide hand handle help identify ignore imagine"
    " implement include incorporate indicate inform insert inspect invite keep label leave "
    "limit link list listen log"
    " look maintain make mark match mention merge modify move name never note notify offer "
    "omit open order organize"
    " output outline own paraphrase pass pause pay perform pick place plan point praise "
    "prefer prepare present"
    " preserve prioritize proceed produce prompt propose protect provide put quote raise "
    "rank rate read recommend"
    " record redirect refer reference reflect refuse reject remember remind remove rename "
    "repeat replace reply report"
    " request research respect respond restate retain retry return reveal review revise "
    "rewrite run save say scan"
    " score search select send separate set share show sign simplify skip solve sort speak "
    "specify split start"
    " state stay step stick stop structure study suggest summarise summarize supply "
    "support take talk teach tell test"
    " think trace track transfer transform translate treat try turn understand update use "
    "validate verify view wait"
    " warn watch withhold work wrap write"
)

_ANTONYMS = """
at-most at-least | less-than more-than | at-most more-than | less-than at-least | reveal confidential
reveal secret
disclose confidential | disclose secret | share confidential | share private | disclose private
include omit | keep drop | mention omit | include leave | reveal protect
good bad | good evil | good poor | right wrong | right incorrect | correct wrong | correct incorrect
true false | easy hard | easy difficult | simple complex | safe dangerous | safe unsafe | open shut
open closed | open close | same different | same unlike | same other | like unlike | similar different
alive dead | new old | old young | happy sad | happy unhappy | wise foolish | clever stupid | fair foul
fair unfair | serious playful | serious frivolous | real fake | real unreal | real nominal
real insubstantial | natural supernatural | natural artificial | hard soft | hot cold | warm cool
fast slow | quick slow | early late | high low | big small | large small | long short | tall short
wide narrow | thick thin | deep shallow | strong weak | heavy light | dark light | rich poor
full empty | clean dirty | wet dry | loud quiet | noisy quiet | public private | internal external
inside outside | within outside | include exclude | accept reject | accept refuse | approve reject
approve deny | allow forbid | allow deny | allow block | allow prevent | permit forbid | permit prohibit
grant deny | enable disable | increase decrease | increase reduce | raise lower | more less | more fewer
most least | maximum minimum | max min | above below | over under | before after | always never
first last | start stop | start end | begin end | start finish | add remove | insert delete
keep delete | keep discard | retain delete | show hide | reveal hide | disclose conceal | reveal conceal
share withhold | give withhold | buy sell | lend borrow | win lose | pass fail | succeed fail
success failure | up down | left right | push pull | send receive | import export | upload download
read write | lock unlock | possible impossible | possible actual | actual potential | legal illegal
valid invalid | known unknown | certain uncertain | sure uncertain | sure unsure | sure doubtful
afraid unafraid | afraid brave | guilty innocent | love hate | like dislike | agree disagree
trust distrust | polite rude | friendly hostile | calm angry | formal informal | formal casual
formal friendly | brief lengthy | brief detailed | short detailed | concise verbose | concise detailed
mandatory optional | required optional | required forbidden | necessary unnecessary | important trivial
important unimportant | major minor | near far | present absent | presence absence | ancient modern
coarse fine | rough smooth | sharp dull | bright dim | innocent guilty | healthy sick | healthy ill
fictional real | perfect flawed | honest dishonest | accurate inaccurate | verified unverified
encrypted plaintext | attack defend | encourage discourage | praise criticise | praise criticize
praise insult | abundance shortage | abundance lack | everyone nobody | everything nothing | all none
all no | some none | every no | any no | anyone nobody | automatic manual | temporary permanent
synchronous asynchronous | opt-in opt-out | male female | man woman | plural singular
majority minority | expert novice | adult child | day night | with without | and or | gain lose
improve worsen | better worse | best worst | enhance ruin | protect endanger | help harm | save waste
occupied vacant | cautious careless | careful careless | patient impatient | truth lie | truthful untrue
true untruthful | true untrue | shallow deep | expensive cheap | common rare | often rarely
often seldom | frequently rarely | usually rarely | much little | many few | convenient incommodious
convenient inconvenient | serious joking | normal strange | normal abnormal | usual unusual
breathing breathless | ready unready | later sooner | ahead behind | forward backward | together apart
agree refuse | remember forget | attract repel | appear disappear | complete incomplete
complete partial | entire partial | strict lenient | strict loose | relevant irrelevant
"""


def _pairs() -> frozenset[frozenset[str]]:
    entries = (entry.split() for line in _ANTONYMS.strip().splitlines() for entry in line.split("|"))
    return frozenset(frozenset(pair) for pair in entries if len(pair) == 2)


ANTONYMS = _pairs()
NEGATIVE_PREFIXES = ("un", "in", "im", "il", "ir", "dis", "non", "ab", "mis")
