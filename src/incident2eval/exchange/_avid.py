"""The AI Vulnerability Database: a report as its own tools type it."""

from incident2eval.exchange._facts import title, what_happened
from incident2eval.exchange._mapping import Target, approximate, direct, partial, unmapped
from incident2eval.model import JSON, IncidentFile, IncidentType

_SEP: dict[IncidentType, str] = {
    IncidentType.DATA_EXPOSURE: "S0301: Information Leak",
    IncidentType.BIASED_OR_INCONSISTENT_DECISION: "E0100: Bias/ Discrimination",
}
"""The only types of ours with an entry there that is near enough."""
_DOMAINS = {"S": "Security", "E": "Ethics", "P": "Performance"}
"""What the first letter of an entry stands for."""
_NEAR = "two of our six types have an entry that is near enough; the others are left empty"
_PUBLIC = "nothing says how the firm is to be called in public"
_LANGUAGE = "the language of the text is not written down"


def _artifacts(file: IncidentFile) -> JSON:
    workflow = file.incident.workflow
    model: list[JSON] = [{"type": "Model", "name": workflow.model}] if workflow.model else []
    return [{"type": "System", "name": workflow.name}, *model]


def _sep_view(file: IncidentFile) -> JSON:
    return [_SEP[one] for one in file.types if one in _SEP]


def _risk_domain(file: IncidentFile) -> JSON:
    return list(dict.fromkeys(_DOMAINS[_SEP[one][0]] for one in file.types if one in _SEP))


AVID = Target(
    name="avid",
    title="AI Vulnerability Database",
    version="Report of avidtools 0.3.2",
    source="https://pypi.org/project/avidtools/0.3.2/ avidtools/datamodels",
    fields=(
        direct("data_type", "", lambda _: "AVID", "the same in every report", required=True),
        unmapped("data_version"),
        unmapped("metadata.report_id", "the database gives it"),
        unmapped("affects.developer", "nothing says who made the model"),
        unmapped("affects.deployer", _PUBLIC),
        partial(
            "affects.artifacts", "workflow.name workflow.model", _artifacts, "data sets are not named here"
        ),
        unmapped("problemtype.classof", "what it counts as there is for its editors"),
        approximate("problemtype.type", "id", lambda _: "Issue", "every incident counts as one"),
        unmapped("problemtype.description.lang", _LANGUAGE),
        direct("problemtype.description.value", "title", title),
        unmapped("metrics", "trials of cases are not measurements of a model"),
        unmapped("references", "nothing of an incident is public"),
        unmapped("description.lang", _LANGUAGE),
        direct("description.value", "what_happened", what_happened),
        unmapped("impact.avid.vuln_id", "the database gives it"),
        approximate("impact.avid.risk_domain", "type", _risk_domain, _NEAR),
        approximate("impact.avid.sep_view", "type", _sep_view, _NEAR),
        approximate(
            "impact.avid.lifecycle_view", "id", lambda _: ["L06: Deployment"], "it failed in production"
        ),
        unmapped("impact.avid.taxonomy_version"),
        unmapped("impact.atlas"),
        unmapped("impact.cvss"),
        unmapped("impact.cwe"),
        unmapped("impact.odin"),
        unmapped("credit", "whoever hands it in says whom to name"),
        unmapped("reported_date", "the day on which it is handed in there"),
    ),
)
