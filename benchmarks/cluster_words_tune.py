"""The vocabulary of `tune`: clinics and insurers. Thresholds may be looked at on it; it is never reported."""

from cluster_words import Fault, Part, Symptom, Words

FAULTS = (
    Fault(
        ("foreign_records",),
        "record scope",
        "retrieval",
        "search_notes",
        "ScopeTooWide",
        (
            "the lookup ran over every ward and not just one patient",
            "searching was never fenced to a single chart",
            "one index is shared among all clinics",
        ),
    ),
    Fault(
        ("foreign_records", "lost_context"),
        "session key",
        "agent",
        "load_session",
        "SessionReused",
        (
            "an old conversation was revived from the cache",
            "memory of the previous caller had not been cleared",
            "two chats were stored under one key",
        ),
    ),
    Fault(
        ("unauthorised_tools",),
        "tool grant",
        "tool",
        "bulk_mailer",
        "ToolNotGranted",
        (
            "the robot held a mass mailer nobody had granted",
            "a default toolset came along with the upgrade",
            "its role could do far more than the job needs",
        ),
    ),
    Fault(
        ("unapproved_actions",),
        "sign-off",
        "output",
        "dispatch",
        "NoSignOff",
        (
            "no nurse had agreed",
            "posting does not wait for consent",
            "the release button was pressed by the robot itself",
        ),
    ),
    Fault(
        ("error_passed_on",),
        "error handling",
        "tool",
        "fetch_tariff",
        "ErrorSwallowed",
        (
            "a timeout upstream was swallowed",
            "the tariff service answered 503 and nobody noticed",
            "an exception got treated as an empty result",
        ),
    ),
    Fault(
        ("ungrounded_figures",),
        "figure check",
        "model",
        "compose",
        "NoEvidence",
        (
            "the machine made that up",
            "nothing in the file backs it",
            "pure hallucination by the language engine",
        ),
    ),
    Fault(
        ("expected_values",),
        "freshness",
        "retrieval",
        "read_guideline",
        "StaleGuideline",
        (
            "an outdated guideline was read",
            "the handbook from last winter is still indexed",
            "stale knowledge in the vector database",
        ),
    ),
    Fault(
        ("swapped_facts",),
        "field mapping",
        "handoff",
        "merge_forms",
        "FieldsSwapped",
        (
            "two columns were exchanged on the way between robots",
            "fields got mixed while forms were merged",
            "the mapping of the intake sheet is off by one",
        ),
    ),
    Fault(
        ("repeated_calls",),
        "retry limit",
        "agent",
        "planner",
        "RetryChain",
        (
            "the planner kept retrying",
            "it went round in circles without a stop",
            "an endless chain of same calls",
        ),
    ),
    Fault(
        ("rubber_stamped",),
        "second reader",
        "review",
        "approve",
        "RubberStamp",
        (
            "the second reader waved it through in a second",
            "four eyes existed on paper only",
            "whoever checked it did not look at the file",
        ),
    ),
)

SYMPTOMS = (
    Symptom(
        "PatientMismatch: chart {id} belongs to {customer}, requested for {id}",
        (
            "{part} for {customer} carried the history of a stranger",
            "somebody else's diagnosis turned up in the {part} that {customer} received",
            "{customer} read about an unknown person's illness, seen in {part}",
            "mixed-up charts: {part} of {customer} contains another patient",
        ),
    ),
    Symptom(
        "DoseOutOfRange: {amount} exceeds ceiling, case {id}",
        (
            "{part} stated a dose tenfold too high ({amount})",
            "overdosing advice in the {part} for {customer}",
            "the quantity of medicine was absurd, {amount}, according to {part}",
            "milligrams and micrograms confused in {part}",
        ),
    ),
    Symptom(
        "PremiumDelta: computed {amount}, tariff table {amount}",
        (
            "{part} quoted a premium of {amount} while the tariff table says {amount}",
            "monthly contribution is miscalculated in the {part} of {customer}",
            "{customer} complains that the price in {part} is {amount} too much",
            "arithmetic of the insurance rate does not add up, {part}",
        ),
    ),
    Symptom(
        "AppointmentClash: slot {date} already taken, {id}",
        (
            "{part} booked {customer} twice for {date}",
            "double booking: {part} gave away a slot that was full",
            "two people sat in the waiting room at once because of {part}",
            "the calendar collided on {date}, {part} is to blame",
        ),
    ),
    Symptom(
        "LanguageFallback: locale undecided for {id}, wrote de-AT",
        (
            "{part} went out in German to {customer}",
            "{customer} got a text in a alien tongue from {part}",
            "wrong language again, {part}",
            "untranslated paragraphs inside {part}",
        ),
    ),
    Symptom(
        "AllergyOmitted: flag present in {id}, absent in body",
        (
            "{part} leaves out the penicillin allergy of {customer}",
            "a hypersensitivity on record never made it to {part}",
            "no warning about intolerance was shown, {part}",
            "{person} spotted that noted reactions are absent from {part}",
        ),
    ),
    Symptom(
        "EmptyBody: rendered 0 bytes for {id}",
        (
            "{part} arrived blank at {customer}",
            "nothing but a letterhead, no content whatsoever in {part}",
            "white page instead of the {part}",
            "{customer} unfolded {part} and saw not a word",
        ),
    ),
    Symptom(
        "ReferralLost: target unit unknown, form {id}",
        (
            "{part} never reached the specialist",
            "the referral of {customer} vanished somewhere behind {part}",
            "cardiology has been waiting for the {part} since {date}",
            "passage to the next hospital was mislaid by {part}",
        ),
    ),
    Symptom(
        "ToneRating: score {n} above ceiling on {id}",
        (
            "{part} was rude to {customer}",
            "sarcastic wording in {part} upset a relative",
            "a grieving family felt insulted by the {part}",
            "the manner of {part} is cold and mocking",
        ),
    ),
    Symptom(
        "DeadlinePast: due {date}, written {date}",
        (
            "{part} gives an expiry which is long over, {date}",
            "{customer} was told to object before {date}, a day that had gone by",
            "terms in {part} lie in the past",
            "cut-off calculated backwards in {part}",
        ),
    ),
    Symptom(
        "DiagnosisCodeInvalid: {id} not in catalogue rev {version}",
        (
            "{part} used an ICD code that does not exist",
            "imaginary catalogue number in {part}, {id}",
            "the coding clerk could not find {id} which {part} had printed",
            "classification of the disease is bogus in {part}",
        ),
    ),
    Symptom(
        "ConsentRevoked: person {id} opted out {date}",
        (
            "{part} contacted {customer} despite a withdrawal of consent",
            "{customer} had opted out on {date} and still got {part}",
            "an objection to advertising was not heeded in {part}",
            "unsubscribed people hear from us through {part}",
        ),
    ),
    Symptom(
        "AttachmentCrossed: file {hex} bound to {id}",
        (
            "{part} had the x-ray of a neighbour enclosed",
            "scan {id} was clipped to the wrong envelope by {part}",
            "enclosures are crossed over in the {part}",
            "{customer} brought back pictures enclosed with {part} that are not theirs",
        ),
    ),
    Symptom(
        "TextTruncated: {n} of {n} sections kept",
        (
            "{part} stops in the middle of a sentence",
            "the second half of the {part} is cut away",
            "{person} misses the therapy section in {part}",
            "only the opening paragraph survived of {part} for {customer}",
        ),
    ),
)

AREAS = (
    Part("dental", ("dental", "dentistry", "tooth care")),
    Part("maternity", ("maternity", "birth ward", "midwife")),
    Part("oncology", ("oncology", "tumour board", "cancer")),
    Part("motor", ("motor insurance", "car damage", "vehicle cover")),
    Part("household", ("household insurance", "home contents", "burglary cover")),
    Part("pharmacy", ("pharmacy", "dispensary", "drug counter")),
    Part("radiology", ("radiology", "imaging", "x-ray room")),
    Part("rehab", ("rehab", "physiotherapy", "recovery clinic")),
    Part("travel", ("travel cover", "holiday insurance", "trip insurance")),
    Part("paediatrics", ("paediatrics", "children's ward", "infant care")),
)

ARTEFACTS = (
    Part("letter", ("letter", "written answer", "correspondence")),
    Part("reminder", ("reminder", "nudge", "recall notice")),
    Part("estimate", ("estimate", "price forecast", "quotation")),
    Part("discharge", ("discharge report", "exit papers", "going-home sheet")),
    Part("triage", ("triage bot", "symptom checker", "front-door helper")),
    Part("claim", ("claim decision", "settlement notice", "ruling on the claim")),
    Part("rota", ("rota planner", "shift table", "duty roster")),
    Part("hotline", ("hotline transcript", "phone note", "call protocol")),
)

WORDS = Words(
    faults=FAULTS,
    symptoms=SYMPTOMS,
    areas=AREAS,
    artefacts=ARTEFACTS,
    asides=(
        "noticed by {person} on {date}",
        "{customer} rang us about it",
        "apologies have been sent, file {id}",
        "happened once more after {version} was rolled out",
        "{person} will call the family back",
        "more under {url}",
        "we paid {amount} as goodwill",
        "can wait, says {person}",
        "second time this week",
    ),
    layouts=(
        "{text}",
        "{text}",
        "Dear colleagues,\n{text}\nKind regards\n{person}",
        "Incident {id} / severity {level} / reporter {person} / {date}\n{text}",
        "{date} {person}: {text}",
        "Patient safety form {id}\nWhat happened: {text}\nHarm: unclear",
    ),
    logs=(
        "{date} ERROR {slug} {text}",
        "[{slug}] job={hex} {text}",
        "{text} in {slug} (build {version})",
    ),
    traces=(
        "  File clinic/{slug}.py row {n} in handle\n  File clinic/base.py row {n} in start",
        "at {host}/{hex}\nat {host}/{hex}",
        "caused by worker {hex} after {n} ms",
    ),
    customers=(
        tuple(
            "Anselm Birgit Corin Dagmar Edda Falk Gerlind Hauke Imke Jorun Kuno Levke Meinolf Nele".split()
        ),
        tuple("Aldermoor Brackwede Crosswell Dunhaven Eichholz Fernwald Greifen Holmlund Isenberg".split()),
        ("", "", "GbR", "Stiftung"),
    ),
    people=(
        tuple("Maren Torben Silke Ulf Wiebke Xaver Yorick Zita Rainer Petra".split()),
        tuple("Achterberg Bleeker Cordes Dircks Ehlers Frerichs Goos Harms Ihnen Janssen".split()),
    ),
    host="klinik.test",
)
