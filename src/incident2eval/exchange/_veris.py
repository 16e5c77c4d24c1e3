"""VERIS, the vocabulary for security incidents; an AI incident fills little of it."""

from datetime import UTC, datetime, timedelta

from incident2eval.exchange._facts import control, done, what_happened
from incident2eval.exchange._mapping import Field, Target, approximate, direct, partial, unmapped
from incident2eval.model import JSON, Answer, Happened, IncidentFile, Moment

_DISCOVERED = {
    "client": "Ext - customer",
    "reviewer": "Int - reported by employee",
    "staff": "Int - reported by employee",
}
_VICTIMS = {"customer": "Customer", "client": "Customer", "employee": "Employee"}
_UNITS = (("Days", timedelta(days=1)), ("Hours", timedelta(hours=1)), ("Minutes", timedelta(minutes=1)))
_NO_ATTACKER = "an incident file tells of no attacker"
_WHO_SHARES = "the firm itself is not described here"


def _near_miss(file: IncidentFile) -> JSON:
    return "Near miss" if file.incident.outcome is Happened.NEAR_MISS else None


def _part_of_date(name: str) -> Field:
    def take(file: IncidentFile) -> JSON:
        at = _utc(file.incident.when.happened)
        return getattr(at, name) if at else None

    return direct(f"timeline.incident.{name}", "when.happened", take, required=name == "year")


def _time(file: IncidentFile) -> JSON:
    at = _utc(file.incident.when.happened)
    return f"{at:%H:%M}Z" if isinstance(at, datetime) else None


def _utc(moment: Moment | None) -> Moment | None:
    return moment.astimezone(UTC) if isinstance(moment, datetime) else moment


def _to_discovery(file: IncidentFile) -> JSON:
    return _between(file.incident.when.happened, file.incident.when.noticed)


def _to_containment(file: IncidentFile) -> JSON:
    stopped = min((row.at for row in file.incident.containment), default=None)
    return _between(file.incident.when.noticed, stopped)


def _between(start: Moment | None, end: Moment | None) -> JSON:
    """How long it was, in the largest unit that fits once; None where a bare date leaves it open."""
    if not isinstance(start, datetime) or not isinstance(end, datetime) or end < start:
        return None
    unit, one = next((row for row in _UNITS if end - start >= row[1]), _UNITS[-1])
    return {"unit": unit, "value": round((end - start) / one, 1)}


def _misdelivery(file: IncidentFile) -> JSON:
    left = file.incident.questions.left_company is Answer.YES
    return ["Misdelivery"] if left and "wrong_recipient" in file.incident.failure_modes else None


def _disclosure(file: IncidentFile) -> JSON:
    asked = file.incident.questions
    if asked.exposed_information is Answer.NO:
        return "No"
    if Answer.UNKNOWN in {asked.exposed_information, asked.left_company}:
        return "Unknown"
    return "Yes" if asked.left_company is Answer.YES else None


def _data(file: IncidentFile) -> JSON:
    told = file.incident.circumstances
    kinds = {"Personal": told.personal_data, "Medical": told.health_data}
    return [{"variety": kind, "amount": None} for kind, said in kinds.items() if said is Answer.YES]


def _records(file: IncidentFile) -> JSON:
    counts = [row.count for row in file.incident.affected if row.kind == "record"]
    known = [count for count in counts if count is not None]
    return sum(known) if counts and len(known) == len(counts) else None


def _victims(file: IncidentFile) -> JSON:
    if file.incident.questions.exposed_information is not Answer.YES:
        return None
    named = (_VICTIMS.get(row.kind) for row in file.incident.affected)
    return list(dict.fromkeys(filter(None, named)))


def _actions(file: IncidentFile) -> JSON:
    rows = done(file)
    return "; ".join(map(str, rows)) if isinstance(rows, list) else None


def _all_unmapped(prefix: str, names: str, note: str = "") -> tuple[Field, ...]:
    return tuple(unmapped(f"{prefix}.{name}", note) for name in names.split())


VERIS = Target(
    name="veris",
    title="VERIS",
    version="VERIS Community Schema 1.3 (verisc.json, verisc-enum.json)",
    source="https://github.com/vz-risk/veris",
    fields=(
        direct("schema_version", "", lambda _: "1.3", "of these names", required=True),
        direct("incident_id", "id", lambda file: file.incident.id, required=True),
        unmapped("source_id", _WHO_SHARES),
        approximate(
            "security_incident",
            "outcome",
            _near_miss,
            "a near miss only; whether it was a security incident is for a person",
            required=True,
        ),
        direct("summary", "what_happened", what_happened),
        unmapped("reference"),
        unmapped("confidence"),
        unmapped("notes"),
        *map(_part_of_date, ("year", "month", "day")),
        direct("timeline.incident.time", "when.happened", _time, "in UTC; none of a bare date"),
        *_all_unmapped("timeline", "compromise exfiltration", _NO_ATTACKER),
        partial(
            "timeline.discovery",
            "when.happened when.noticed",
            _to_discovery,
            "between times; a bare date is none",
        ),
        partial(
            "timeline.containment",
            "when.noticed containment.at",
            _to_containment,
            "from noticing to the first stop",
        ),
        *_all_unmapped(
            "victim",
            "victim_id country employee_count industry region state revenue locations_affected "
            "secondary notes",
            _WHO_SHARES,
        ),
        *_all_unmapped("actor", "external internal partner unknown", _NO_ATTACKER),
        *_all_unmapped("action", "malware hacking social misuse physical environmental", _NO_ATTACKER),
        approximate(
            "action.error.variety",
            "failure_modes questions.left_company",
            _misdelivery,
            "only what went to the wrong recipient",
        ),
        *_all_unmapped("action", "error.vector error.notes unknown"),
        *_all_unmapped("asset", "assets cloud country governance notes"),
        approximate(
            "attribute.confidentiality.data_disclosure",
            "questions.exposed_information questions.left_company",
            _disclosure,
            "unknown stays unknown; empty where it was exposed inside the firm only",
        ),
        approximate(
            "attribute.confidentiality.data",
            "circumstances.personal_data circumstances.health_data",
            _data,
            "only what was answered yes",
        ),
        partial("attribute.confidentiality.data_total", "affected.count", _records, "of records"),
        approximate("attribute.confidentiality.data_victim", "affected.kind", _victims),
        *_all_unmapped("attribute", "confidentiality.state confidentiality.notes"),
        *_all_unmapped("attribute", "integrity.variety integrity.notes"),
        *_all_unmapped("attribute", "availability.variety availability.duration availability.notes"),
        approximate(
            "discovery_method",
            "noticed_by",
            lambda file: _DISCOVERED.get(file.incident.noticed_by or ""),
            "monitoring and others are left empty: VERIS asks which",
            required=True,
        ),
        direct("discovery_notes", "noticed_by", lambda file: file.incident.noticed_by),
        direct("control_failure", "root_cause.failed_control", control, "only where a person said so"),
        partial(
            "corrective_action", "containment.did containment.action actions.text", _actions, "what is done"
        ),
        unmapped("cost_corrective_action"),
        unmapped("impact.overall_rating", "our levels are not VERIS's ratings"),
        *_all_unmapped(
            "impact", "overall_amount overall_min_amount overall_max_amount iso_currency_code loss"
        ),
        direct("impact.notes", "impact.text", lambda file: file.incident.impact.text),
        unmapped("targeted", _NO_ATTACKER),
        unmapped("campaign_id", _NO_ATTACKER),
        unmapped("ioc", _NO_ATTACKER),
        unmapped("plus", "whoever extends it fills it"),
    ),
)
