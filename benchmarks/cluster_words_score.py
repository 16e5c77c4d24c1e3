"""The vocabulary of `score`. None of the words that were drawn for it stands in that of `tune`.

Nobody chose the words of what went wrong, why and where: they were drawn by lot from ordinary English, each
place for itself, in the clauses of an earlier list, once all thresholds had been settled on `tune`.
Sentences make no sense; they are as long, and the words as many, as in the earlier list.
Names, layouts of notes and logs, and the names of checks, controls and tools are those of the earlier list.
"""

from cluster_words import Fault, Part, Symptom, Words

FAULTS = (
    Fault(
        ("out_of_scope_arguments",),
        "tenant filter",
        "retrieval",
        "query_ledger",
        "ForeshadowMilk",
        (
            "the truth leghorn to the glimpse tetrarch puzzler any cornflakes challenge",
            "span quidnunc't viator when requite were slashes",
            "ramjet dwellers than the epaulets in payola",
        ),
    ),
    Fault(
        ("foreign_names",),
        "template isolation",
        "model",
        "draft_reply",
        "BubblesHalala",
        (
            "a emends from the lager madras",
            "few-coccid spoors fuzziness obsessions oleander",
            "glimpse barrio tarring with karakul halala",
        ),
    ),
    Fault(
        ("wrong_recipient",),
        "address book",
        "output",
        "send_mail",
        "EscalationCutlass",
        (
            "dishonours bearlike the allspice triply",
            "leghorn are slippy from geog lefter",
            "broached misuse avaricious on tubercle",
        ),
    ),
    Fault(
        ("amounts_over_limit",),
        "spend cap",
        "tool",
        "issue_credit",
        "SetiformRequite",
        (
            "the researcher cap isn't vales aloin silverware",
            "accidie mastoid in bagman and not in mess",
            "category inroads trashes multiple after whackier",
        ),
    ),
    Fault(
        ("personal_data", "unreviewed"),
        "outgoing filter",
        "guardrail",
        "scan_output",
        "EvangelistJoyride",
        (
            "the spearhead had been allots off classed bored",
            "blotching classified geocached",
            "rarify cellulose anticlimax",
        ),
    ),
    Fault(
        ("unreviewed",),
        "human gate",
        "review",
        "enqueue",
        "TruthJinnee",
        (
            "sand bored is trustier at dentoid",
            "category kumquat milk cropped pollution mastoid",
            "thefts cantatas jessamines the forefinger bottom",
        ),
    ),
    Fault(
        ("ungrounded_statements",),
        "citation rule",
        "model",
        "summarise",
        "WicksFolly",
        (
            "the LLM dishonours unlikely",
            "hearkened dices quickening",
            "folly fajita siren corporeal smallness",
        ),
    ),
    Fault(
        ("missing_facts", "lost_goal"),
        "handover schema",
        "handoff",
        "delegate",
        "FaradicSpearhead",
        (
            "sub-dermal joyride got frumpier",
            "revert tenrec reunifies at descents",
            "joyride flickered postdates those stripes",
        ),
    ),
    Fault(
        ("inconsistent_decisions",),
        "policy version",
        "model",
        "decide",
        "TerawattIsoprene",
        (
            "osier voted unlikely pelagic inched",
            "leghorn nominating, copulas dropout vibrato",
            "a pwned dentoid westerns a vessel of exclaims",
        ),
    ),
    Fault(
        ("unfilled_placeholders",),
        "merge step",
        "tool",
        "render",
        "EntozoicAngularity",
        (
            "CRM whiskys fossette cymoid",
            "firebug cutest firewalls due to corporeal obtusity",
            "diag dishonours exurb perturbed",
        ),
    ),
)

SYMPTOMS = (
    Symptom(
        "GeocachedHares: messenger {id} earnestly under trope {id}",
        (
            "{customer} could junkie dices of exurb procedure via {part}",
            "besieges leviathans forestalls, {part}, meltable crossbred {customer}",
            "{part} category resists idem multiple there may bleached",
            "accidie dogmatic: sextan from procedure melton broadax {part}",
        ),
    ),
    Symptom(
        "BearlikeBushido: forefinger {id} bugaboos {amount} again",
        (
            "{part} sextan {customer} instance, pardonable {amount}",
            "rebuffing kidskin videotex spurts over on ileac {id} sunfast {part}",
            "cutest meatballs yardmen skids, allots {part}",
            "{amount} oxbow coccid eonism quickening; rarify {part}",
        ),
    ),
    Symptom(
        "PostdatesSporing: bruskness {id} -> simpletons {id}",
        (
            "{part} reeked carnify to an flower lavabo",
            "anticlimax jinnee remarry zemstvo with {customer}, {part}",
            "incubate papain delve Europe thanks to {part}",
            "rhymed chinks at {customer}'s milf tonsures ultimo {part}",
        ),
    ),
    Symptom(
        "BegirtMinify: tidiness {hex} quidnunc, kunzite {amount}",
        (
            "{part} oologic {customer} tonicity droit beginnings",
            "minify debugs prenatal prancing disrupting, see {part}",
            "fops clomped casease athlete breasts {part}",
            "compel jessamines ramjet ({amount}) due to deeper by {part}",
        ),
    ),
    Symptom(
        "CouvadeOcher: unbounded [[FIRST_NAME]] ceresin, msg {hex}",
        (
            "{part} detainment {customer} as [[FIRST_NAME]]",
            "raw congeals restorer refracting thickly {part}",
            "dingiest procedure vessel us, {part}",
            "investor see coarseness discusses, {part}",
        ),
    ),
    Symptom(
        "PwnedTubercle: isoprene {id} reeked, cashier=pelleting",
        (
            "{part} allow {customer} instance disputant balking surmount acarid",
            "ammonite misuse flock: {part}",
            "frumpier viator breads yups by {part}",
            "{part} jolting all was footrope while {n} yardmen were junkie",
        ),
    ),
    Symptom(
        "ThistlesMantis: reclaimed wily, begirt {id}",
        (
            "{part} saliva {customer} cutest roguishly",
            "whackier grovellers stencils disrupting cellulose, epaulets by {part}",
            "bordure excretory over opine that {part} neoteny",
            "outweighed mimicked premiering obtusity in {part}",
        ),
    ),
    Symptom(
        "ViatorNarrowness: {amount} tricycle as JPY, ammonite {id}",
        (
            "{part} stunk yen for psyched",
            "whackier detainment heathy, {part}, caricature {amount}",
            "{customer} vales in scalpers milf via {part}",
            "FX mix up at {part}",
        ),
    ),
    Symptom(
        "TetrarchEpaulets: alternator-up detainment, opine {id}",
        (
            "{part} mastoid litigating junkie sportiest slashes",
            "frittered proxemic oleander to {customer} cities by outweighed with {part}",
            "allspice hereof physique no solder: {part}",
            "jadeite skiffle inertness, melton hostelry {part}",
        ),
    ),
    Symptom(
        "ShowiestMess: denseness {id} procedure, balking {date}",
        (
            "{part} divines {customer} thistles of depict shampoos {date}",
            "unlikely tippled nominating at {part}",
            "yardmen broached on modest cropped, {part}",
            "{customer} wristbands skids, {part} roguishly it",
        ),
    ),
    Symptom(
        "StunkTown: zemstvo {id} ceresin",
        (
            "{part} tinctures a earnestly videotex",
            "leech {customer} to excretory from allots, {part}",
            "instance fencible: federate of chaired compel windowpane {part}",
            "{part} lavabo geog wanna",
        ),
    ),
    Symptom(
        "WhiskysHereof: thickly embittered, psychical {id}",
        (
            "{part} requite a breasts gadgets",
            "suppurates disrupting admirable cowhands faradic in {part}",
            "favours drips remarry merits ultimo by {part}",
            "{amount} sheikhdom interested folly classified shiitake {part}",
        ),
    ),
    Symptom(
        "CorporealSkids: {n} amnion for derringer {hex}",
        (
            "{part} choroid {n} avaricious about stripper accidie",
            "town chaffinch, corporeal {part}",
            "spall gearbox kunzite by {part} stunk",
            "pensioner of elapsing, {part}, trashes meditates",
        ),
    ),
    Symptom(
        "ExorcizeBroached: sku {id} on viator {n}, reglet 0",
        (
            "{part} incubate breads which are eucalyptus",
            "exorcize tippled melons by {part}",
            "{customer} syzygy {n} throaty placarded per ideograph, {part}",
            "humility: {part} tinctures nominating were pummelling",
        ),
    ),
)

AREAS = (
    Part("unskilled", ("unskilled", "popularize nominating", "sublimely metacarpi")),
    Part("catcalling", ("catcalling", "feted overexpose", "fajita")),
    Part("lackluster", ("lackluster", "prancing", "dices run")),
    Part("glossed", ("glossed", "dogfish strangler", "mete compatibly")),
    Part("docks", ("docks", "dyke", "merits thickly")),
    Part("tightly", ("tightly", "dimwitted", "luridness wanna")),
    Part("clumped", ("clumped", "reinvent", "allow congeals")),
    Part("throwaways", ("throwaways", "hurdles quickening", "minify")),
    Part("pistachios", ("pistachios", "dwellers nictate", "pummelling sunblock")),
    Part("egad", ("egad", "framework-pantsuits bordello", "sublimely oologic")),
)

ARTEFACTS = (
    Part("sallower", ("sallower", "bored grovelling", "tinctures spurts")),
    Part("digitised", ("digitised", "grizzliest", "challenge captious")),
    Part("dimorph", ("dimorph", "embittered evicted", "accountant vales")),
    Part("epigeal", ("epigeal", "cone aerify", "new leghorn physique")),
    Part("slim", ("slim", "mess cities", "navels marina")),
    Part("sparrow", ("sparrow", "awoke spoors", "mantilla dogfish")),
    Part("unfairer", ("unfairer", "retake", "corporeal alternator")),
    Part("blocky", ("blocky", "CSV shinny", "nosecone maximise")),
)

WORDS = Words(
    faults=FAULTS,
    symptoms=SYMPTOMS,
    areas=AREAS,
    artefacts=ARTEFACTS,
    asides=(
        "rallied {date} by {person}",
        "ravened to {person}",
        "ref {id}",
        "emends flickered after ducts {version}",
        "pacifiers: {url}",
        "smallness pedants {amount}",
        "fanboys tollgate bailing",
        "{customer} vales to delve",
        "nominating: tabs procedure",
        "please meltable strewed",
    ),
    layouts=(
        "{text}",
        "{text}",
        "Hi team,\n\n{text}\n\nThanks, {person}",
        "[SEV{level}] {id} | owner: {person} | created: {date}\n\nDescription: {text}",
        "{id}: {text}",
        "Subject: urgent\nFrom: {person}\n{text}\n-- \nConfidentiality footer: internal use",
        "*Impact* customer-facing *Summary* {text} *Link* {url}",
    ),
    logs=(
        "level=warn ts={date} svc={slug} msg={text}",
        "{slug}: {text} trace_id={hex}",
        "AssertionFailed {slug} {text} v{version}",
        "{hex} | {slug} | {text}",
    ),
    traces=(
        "Traceback:\n  services/{slug}/main.py:{n} process\n  services/core/cycle.py:{n} step",
        "goroutine {n} [running]: {host}/{slug}.Serve(0x{hex})",
        "retry {n}/{n} via {url}",
    ),
    customers=(
        tuple(
            "Acorn Beacon Cobalt Delphi Ember Falcon Granite Horizon Indigo Juniper Kestrel Lumen Maple "
            "Nimbus Onyx Pioneer Quartz Redwood Summit Tundra".split()
        ),
        tuple("Analytics Brewing Ceramics Dynamics Fabrics Holdings Labs Optics Partners Robotics".split()),
        ("Ltd", "Inc", "plc", ""),
    ),
    people=(
        tuple("Aisha Bruno Chen Diego Elena Fatima Giulia Hiroshi Ivan Jamal Keiko Liam Mei Noor".split()),
        tuple("Abbott Banerjee Castillo Duarte Eriksen Fofanah Gallagher Hussain Ivanov Kapoor".split()),
    ),
    host="corp.example",
)
