"""Words that mean alike in rules, one group between bars; a word may be in several groups."""

from __future__ import annotations

_GROUPS = """
transfer hand pass escalate forward | refuse decline reject | customer client caller | buyer purchaser
agent representative human person | required needed necessary | ensure guarantee confirm | begin start commence
end finish stop conclude | use employ utilise utilize apply | show display present | give provide supply offer
make create produce build generate | write compose draft author | extract pull collect gather
clear plain understandable | courteous polite | calm composed | keep retain store hold | tell inform notify
answer reply respond | quick fast prompt rapid | immediately promptly instantly straightaway | help assist aid
check verify validate confirm | change modify alter edit amend | delete remove erase | send submit | buy purchase
say state mention | explicit express | max maximum most | min minimum least | permit allow authorise authorize
mistake error | correct right accurate | brief short concise | large big | small little | list enumerate
output return print produce emit | word term | simple easy plain | folder directory | whole entire full
section part | need require | must shall | should ought | choose select pick | repeat duplicate | content input text
instruction direction guideline | include contain | overview summary | user person | respect honour honor
picture image | information info details data | example instance sample | about regarding concerning
limit restrict cap keep | less fewer | greater more over exceeding | exactly precisely | each every all any
ignore disregard | mention name cite | only solely exclusively | approve authorise authorize | stay remain
stayed remained | speak talk | spoke talked | spoken talked | employee staff worker personnel | garment clothing
forbid prohibit ban bar | forbidden prohibited banned barred | ask enquire inquire | ask request
question query enquiry inquiry | location whereabouts place | state declare | explain clarify
describe depict portray | contact reach | contact approach | drop abandon | target aim | recipient addressee
handle treat process | handled dealt | conduct behaviour | purpose aim goal objective | advice guidance counsel
advise recommend counsel | recommend suggest | suggest propose | propose offer | hint clue
regard treat consider view | continue carry | resume continue | halt stop cease | halted stopped ceased
interrupt halt | postpone defer delay | earlier prior previous preceding | previously earlier
following subsequent next | later afterwards subsequently | later after | right entitlement | right entitled
obligation duty | obliged required bound | obligatory mandatory compulsory required | optional voluntary
fee charge | cost price expense | wage salary pay remuneration | pay remunerate settle | bill invoice
refund reimburse repay | reimbursement refund repayment | compensation damages | damage harm | harm injury
hurt injured harmed | danger hazard risk peril | dangerous hazardous unsafe | safe secure | security safety
urgent pressing | emergency crisis | accident incident mishap | event occurrence incident | issue problem
problem difficulty trouble | defect fault flaw | faulty defective broken | broken damaged | repair fix mend
replace exchange substitute | swap exchange | substitute replacement | trained qualified | qualified competent
licensed certified | certificate certification | licence license permit permission
permission consent approval authorisation authorization | consent agree | consented agreed | approval sign-off
sanction approve | sign initial | written writing | document record log note | record register | file record
recorded documented logged noted | paper document | report notify | report flag | notice notification
announce declare publish | publish release post | issue publish | reveal disclose expose divulge | share disclose
hide conceal | conceal withhold | secret confidential private | privacy confidentiality | anonymous unnamed
identity identification | verify authenticate | examine inspect check review | inspection check examination
review assess evaluate | assessment evaluation review | audit inspection | monitor watch observe supervise
supervise oversee | supervisor manager boss | manager head director lead | leader head | officer official
guard watchman | doctor physician | patient client | nurse carer caregiver | pupil student learner
teacher instructor tutor | child minor | parent guardian | tenant renter lessee | landlord owner lessor
resident inhabitant occupant | guest visitor | passenger traveller traveler | driver motorist | vehicle car
lorry truck | flight plane | ticket case | parcel package packet | goods items merchandise wares
product item article | purchase acquisition | order purchase | deliver ship dispatch | delivery shipment
ship vessel boat | store shop | warehouse depot | equipment gear apparatus | tool instrument
device appliance gadget | machine equipment | room space | building premises | site premises | entrance entry
enter access | access entry | leave exit depart | departure leaving | return bring | bring take carry
carry transport convey | move shift | relocate move | lift raise | lower reduce decrease
reduce cut decrease lessen | increase raise | rise increase | shorten abbreviate | extend prolong lengthen
expand widen broaden | occur happen | arise occur | cause reason | reason ground | reason motive
result consequence outcome | effect impact | affect influence | important significant essential
essential vital crucial | key main principal chief | primary main | additional further extra more | extra additional
furthermore moreover additionally | also too likewise | therefore thus hence consequently | because since
although though | however nevertheless nonetheless | despite notwithstanding | instead rather | without lacking
regardless irrespective | until till | while whilst | whether if | when whenever | if should | once after
prior before | via through | upon on | among amongst between | against contrary | throughout during | beyond past
within inside | annually yearly | monthly month | weekly week | daily day | swiftly quickly rapidly promptly
swift quick | immediate instant | instantly immediately | once immediately | soon shortly | slowly gradually
carefully cautiously | clearly plainly | clear unambiguous | obvious evident apparent | truthful honest
honestly truthfully | sincere honest | accurate precise exact | precisely exactly accurately
approximately about roughly around | completely fully entirely wholly totally | complete full | completed finished
partly partially | mainly mostly chiefly primarily | frequently often regularly | rarely seldom
usually normally generally typically | sometimes occasionally | sufficient enough adequate | suffice enough
suitable appropriate fitting proper | improper inappropriate unsuitable | incorrect wrong false erroneous
invalid void | valid effective | correct right fix rectify | error fault slip | fair just equitable
equal same identical | similar alike | different other | various several | several multiple many | numerous many
everyone everybody | anyone anybody | someone somebody person | nobody none | people persons individuals
individual person | human person | man person | family relatives kin | relative relation | relationship tie bond
partner spouse | friend companion | colleague coworker co-worker | team group crew | crew staff
committee panel board | firm company business enterprise | organisation organization institution body
authority agency | court tribunal | judge magistrate | law statute legislation | legal lawful | illegal unlawful
rule regulation provision | policy guideline | clause provision section | agreement contract | contract deal
dispute disagreement conflict | contradict disagree conflict | complaint grievance | complain object | object oppose
appeal challenge | dismiss fire sack | dismissal termination | terminate end cancel | cancel revoke annul
revoke withdraw rescind | withdraw retract | expire lapse end | renew extend | duration length period term
period time span | deadline limit | limit cap ceiling maximum | threshold limit | minimum floor | quota allotment
portion part share | fraction share | number count | amount sum quantity | total sum | figure number
calculate compute | estimate approximate | measure gauge | test trial exam | test examine | exam examination test
try attempt | attempt effort | fail neglect omit | skip omit | omit leave | neglect ignore | avoid evade
refrain avoid abstain | abstain refrain | tolerate accept | accept take | receive get obtain | obtain acquire get
gain obtain | earn gain | seek look search | search look | find discover locate | found discovered
detect discover notice spot | notice observe see | see view | watch look | look appear seem | seem appear
know understand | understand comprehend grasp | realise realize | remember recall | forget overlook | learn study
teach instruct educate | train coach | show demonstrate | demonstrate prove show | prove establish | evidence proof
proof confirmation | confirm acknowledge | acknowledge admit recognise recognize | admit confess concede
deny refuse | deny reject | claim assert maintain | claim allege | promise pledge commit | guarantee assure warrant
assure ensure | trust rely depend | rely depend | believe think | guess assume suppose | assume presume
speculate guess | invent fabricate concoct | fake false counterfeit bogus | lie falsehood | mislead deceive
trick deceive fool | manipulate influence | persuade convince | pressure coerce push | force compel oblige
encourage urge | urge press | invite ask | greet welcome | thank acknowledge | apologise apologize | apology regret
polite courteous respectful | rude impolite discourteous | kind friendly | friendly warm amiable | warm cordial
gentle mild | harsh severe strict | strict rigorous stringent | serious grave severe | severe serious
minor slight small | major serious | tiny small | huge enormous big | broad wide | narrow limited | long lengthy
short brief | rapid fast | old former previous | former previous | new recent fresh | modern current
current present existing | present attending | absent missing | missing lost | lose misplace | spare extra reserve
backup copy | copy duplicate replica | original source | source origin | cite quote reference | quote quotation
refer point | link url | website site | page screen | email e-mail mail | message note | letter note
phone telephone call | call ring phone | conversation dialogue dialog chat | discuss talk debate
topic subject matter | matter issue affair | subject theme | title heading headline | paragraph passage
sentence phrase | phrase word express | worded phrased | formulate phrase word | language tongue wording
translate render | summary synopsis précis recap | summarise summarize | outline sketch | draft version
version edition | edition issue | edit revise | revise update | update refresh | upgrade update | install deploy
deploy release ship | launch start open | run execute | execute perform | perform carry do | conduct perform carry
undertake perform | implement introduce | establish set | set put place | put place lay | place position
arrange organise organize | organise organize plan | plan schedule | schedule timetable | appoint designate nominate
assign allocate allot | allocate assign | delegate assign entrust | grant give award | award grant
provide supply furnish | supply deliver | deliver hand | hand give | distribute share | divide split
split separate | separate isolate | combine merge join | join unite | attach append enclose | add append include
insert add | exclude omit leave | comprise include contain | cover include | apply concern | concern regard affect
relate concern | involve include | entail involve | mean signify denote | indicate show signal | signal sign
mark label tag | label tag | tag mark | sort category type kind | kind type sort | class category
classify categorise categorize | rank order | order sequence | sequence order | step stage phase | phase stage
level degree tier | degree extent | extent scope | scope range | range span | area zone region | region area
district area | city town | street road | route path way | way manner means method | method procedure technique
procedure process | approach method | style manner | tone manner | habit custom practice | practice exercise
exercise drill | rest remainder | remaining left | leftover remaining | waste rubbish garbage refuse trash
discard dispose throw | destroy shred | erase wipe | clean wash | cleanse clean | tidy clean | wipe clean
disinfect sanitise sanitize sterilise sterilize | lock secure | locked secured | close shut | closed shut
open unlock | seal close | protect safeguard guard shield | guard protect | defend protect | preserve keep conserve
maintain keep | uphold maintain | retain preserve | retention storage | store save keep | save store
collect gather | gather assemble | assemble compile | compile assemble | food meal | drink beverage
medicine medication drug | treatment therapy care | illness disease sickness | ill sick unwell | symptom sign
injury wound | death decease | die perish | assault attack | threat menace | threaten menace | abuse mistreat
abuse mistreatment | harass bully | insult offend | offensive insulting | mock ridicule | joke jest | humour humor
laugh giggle | fear worry anxiety | worried anxious concerned | upset distressed | distress anguish | angry furious
happy glad pleased | sad unhappy | satisfied content | wish desire want | want wish | prefer favour favor
preference choice | choice option | alternative option | decide determine | decision ruling
ruling judgment judgement | determine establish | verdict decision | conclude finish | conclusion end
beginning start | final last | last final | initial first | initially first | originally initially
eventually finally | ultimately finally | recent latest | latest newest
"""
SYNONYMS = tuple(
    frozenset(group.split()) for line in _GROUPS.splitlines() for group in line.split("|") if group.strip()
)
