"""The vocabulary of `score`: banks, shops and networks. No content word of it stands in that of `tune`."""

from cluster_words import Fault, Part, Symptom, Words

FAULTS = (
    Fault(
        ("out_of_scope_arguments",),
        "tenant filter",
        "retrieval",
        "query_ledger",
        "TenantFilterMissing",
        (
            "the query went to the entire workspace without any tenant filter",
            "permissions weren't applied when documents were pulled",
            "retrieval wider than the account in question",
        ),
    ),
    Fault(
        ("foreign_names",),
        "template isolation",
        "model",
        "draft_reply",
        "TemplateLeak",
        (
            "a sample from the prompt leaked",
            "few-shot samples hold real names",
            "prompt template polluted with production data",
        ),
    ),
    Fault(
        ("wrong_recipient",),
        "address book",
        "output",
        "send_mail",
        "RecipientGuess",
        (
            "autocomplete picked the first entry",
            "recipients are guessed from similar spelling",
            "address resolution relies on surname",
        ),
    ),
    Fault(
        ("amounts_over_limit",),
        "spend cap",
        "tool",
        "issue_credit",
        "CapBypassed",
        (
            "the spend cap isn't enforced server side",
            "limits live in instructions and not in software",
            "threshold config stayed unset after migration",
        ),
    ),
    Fault(
        ("personal_data", "unreviewed"),
        "outgoing filter",
        "guardrail",
        "scan_output",
        "GuardrailOff",
        (
            "the guardrail had been switched off during testing",
            "scanning fails open",
            "moderation skipped attachments",
        ),
    ),
    Fault(
        ("unreviewed",),
        "human gate",
        "review",
        "enqueue",
        "GateSkipped",
        (
            "human approval is bypassed at weekends",
            "queue drains automatically beyond fifty items",
            "feature toggle disabled the manual gate",
        ),
    ),
    Fault(
        ("ungrounded_statements",),
        "citation rule",
        "model",
        "summarise",
        "CitationMissing",
        (
            "the LLM invented things",
            "claims lack citations",
            "fabricated since context window overflowed",
        ),
    ),
    Fault(
        ("missing_facts", "lost_goal"),
        "handover schema",
        "handoff",
        "delegate",
        "SchemaDropped",
        (
            "sub-agent never got constraints",
            "orchestrator dropped parameters at delegation",
            "handover schema lacks those attributes",
        ),
    ),
    Fault(
        ("inconsistent_decisions",),
        "policy version",
        "model",
        "decide",
        "PolicyDrift",
        (
            "model swap changed behaviour overnight",
            "temperature raised, policy prompt ambiguous",
            "a different checkpoint served a third of traffic",
        ),
    ),
    Fault(
        ("unfilled_placeholders",),
        "merge step",
        "tool",
        "render",
        "VariableNull",
        (
            "CRM sync returned null",
            "template variables unmatched due to renamed property",
            "webhook payload changed shape",
        ),
    ),
)

SYMPTOMS = (
    Symptom(
        "BalanceExposed: acct {id} shown under login {id}",
        (
            "{customer} could view balances of unrelated firms via {part}",
            "confidential statements leaked, {part}, affected client {customer}",
            "{part} displays financial details nobody there may access",
            "privacy breach: transactions from outside appear within {part}",
        ),
    ),
    Symptom(
        "DuplicateRefund: order {id} credited {amount} again",
        (
            "{part} refunded {customer} repeatedly, totalling {amount}",
            "money returned several times over on order {id} through {part}",
            "finance discovered duplicate repayments, origin {part}",
            "{amount} reimbursed although already settled; culprit {part}",
        ),
    ),
    Symptom(
        "ShipmentMisrouted: parcel {id} -> depot {id}",
        (
            "{part} shipped goods to an obsolete warehouse",
            "parcels meant elsewhere landed with {customer}, {part}",
            "delivery misdirected across Europe thanks to {part}",
            "courier appeared at {customer}'s former premises following {part}",
        ),
    ),
    Symptom(
        "PromoUnlimited: coupon {hex} accepted, basket {amount}",
        (
            "{part} handed {customer} discounts beyond margin",
            "voucher stacking yields free products, see {part}",
            "promotional codes combine endlessly inside {part}",
            "selling below cost ({amount}) due to rebates by {part}",
        ),
    ),
    Symptom(
        "TokenLiteral: token [[FIRST_NAME]] emitted, msg {hex}",
        (
            "{part} greeted {customer} as [[FIRST_NAME]]",
            "raw curly brackets visible inside {part}",
            "unreplaced tokens embarrass us, {part}",
            "subscribers see developer variables, {part}",
        ),
    ),
    Symptom(
        "OutageDenied: region {id} down, status=healthy",
        (
            "{part} assured {customer} everything works amid total blackout",
            "denied known downtime: {part}",
            "status misreported during outage by {part}",
            "{part} insisted all was fine while {n} sites were offline",
        ),
    ),
    Symptom(
        "LegalPromise: commitment detected, clause {id}",
        (
            "{part} promised {customer} lifelong warranty",
            "binding commitments without legal authority, made by {part}",
            "lawyers alarmed over guarantees that {part} offered",
            "contractual assurance given unprompted in {part}",
        ),
    ),
    Symptom(
        "CurrencySwitched: {amount} posted as JPY, journal {id}",
        (
            "{part} mistook yen for euros",
            "exchange conversion broken, {part}, variance {amount}",
            "{customer} debited in unfamiliar currency via {part}",
            "FX mix up at {part}",
        ),
    ),
    Symptom(
        "IdentityUnverified: step-up skipped, login {id}",
        (
            "{part} reset credentials without verifying identity",
            "impostor gained entry to {customer} profile by chatting with {part}",
            "password disclosed following no authentication: {part}",
            "security questions skipped, takeover through {part}",
        ),
    ),
    Symptom(
        "CancelDisregarded: contract {id} renewed, request {date}",
        (
            "{part} renewed {customer} regardless of cancellation dated {date}",
            "termination wishes disregarded at {part}",
            "subscription lives on although quit, {part}",
            "{customer} tried leaving, {part} prolonged it",
        ),
    ),
    Symptom(
        "CompetitorNamed: entity {id} recommended",
        (
            "{part} recommended a rival brand",
            "advised {customer} to purchase from competitors, {part}",
            "marketing furious: endorsement of opposing vendor within {part}",
            "{part} praises alternative suppliers",
        ),
    ),
    Symptom(
        "SanctionHit: screening bypass, party {id}",
        (
            "{part} passed a sanctioned entity",
            "embargo screening produced false negatives in {part}",
            "compliance found blacklisted payee approved by {part}",
            "{amount} transferred toward prohibited jurisdiction using {part}",
        ),
    ),
    Symptom(
        "TicketStorm: {n} opened for event {hex}",
        (
            "{part} opened {n} tickets about identical alarm",
            "flooded helpdesk, source {part}",
            "pager storm triggered by {part} overnight",
            "avalanche of notifications, {part}, engineers overwhelmed",
        ),
    ),
    Symptom(
        "StockPhantom: sku {id} on hand {n}, physical 0",
        (
            "{part} sells items which are unavailable",
            "phantom inventory advertised by {part}",
            "{customer} purchased {n} units nonexistent per stocktake, {part}",
            "oversold: {part} believed shelves were stocked",
        ),
    ),
)

AREAS = (
    Part("mortgage", ("mortgage", "property lending", "house finance")),
    Part("cards", ("credit card", "plastic payments", "cardholder")),
    Part("payroll", ("payroll", "wages", "salary run")),
    Part("fibre", ("fibre broadband", "internet line", "fixed network")),
    Part("mobile", ("mobile plan", "cellular", "handset tariffs")),
    Part("grocery", ("grocery", "supermarket", "fresh produce")),
    Part("fashion", ("fashion", "apparel", "clothing store")),
    Part("treasury", ("treasury", "cash management", "liquidity")),
    Part("energy", ("electricity", "power utility", "energy supply")),
    Part("marketplace", ("marketplace", "third-party sellers", "merchant platform")),
)

ARTEFACTS = (
    Part("chat", ("chatbot", "virtual agent", "messaging assistant")),
    Part("invoice", ("invoice run", "billing", "payment demands")),
    Part("newsletter", ("newsletter", "campaign mailing", "email blast")),
    Part("onboarding", ("onboarding", "registration journey", "new joiner flow")),
    Part("dispute", ("dispute desk", "chargeback processing", "complaints resolution")),
    Part("digest", ("analyst digest", "weekly briefing", "management overview")),
    Part("routing", ("logistics routing", "fulfilment", "warehouse orders")),
    Part("export", ("data export", "CSV download", "regulatory filing")),
)

WORDS = Words(
    faults=FAULTS,
    symptoms=SYMPTOMS,
    areas=AREAS,
    artefacts=ARTEFACTS,
    asides=(
        "raised {date} by {person}",
        "escalated to {person}",
        "ref {id}",
        "appeared right after deploying {version}",
        "logs: {url}",
        "exposure roughly {amount}",
        "cannot reproduce locally",
        "{customer} threatens to terminate",
        "workaround: restart pods",
        "please advise asap",
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
