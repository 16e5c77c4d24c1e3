"""The AI Incident Database: an incident as its own server types it."""

from incident2eval.exchange._facts import affected, happened, title, what_happened
from incident2eval.exchange._mapping import Target, approximate, direct, unmapped

_EDITORS = "the database's editors or its machines fill it"

AIID = Target(
    name="aiid",
    title="AI Incident Database",
    version="GraphQL type Incident at 07eaafd; taxonomies such as CSETv1 are records of their own",
    source="https://github.com/responsible-ai-collaborative/aiid site/gatsby-site/server/types/incidents.ts",
    fields=(
        unmapped("_id", _EDITORS),
        unmapped("incident_id", "a number that the database gives", required=True),
        direct("title", "title", title, required=True),
        direct("description", "what_happened", what_happened),
        direct("date", "when.happened", happened, "the day, in UTC", required=True),
        unmapped("AllegedDeployerOfAISystem", "nothing says how the firm is to be called in public"),
        unmapped("AllegedDeveloperOfAISystem", "nothing says who made the model"),
        approximate(
            "AllegedHarmedOrNearlyHarmedParties",
            "affected.kind affected.count",
            affected,
            "kinds and numbers; the database keeps named entities",
        ),
        unmapped("reports", "published reports, by their numbers there"),
        unmapped("editor_notes", _EDITORS, required=True),
        unmapped("editors", _EDITORS),
        unmapped("editor_similar_incidents", _EDITORS),
        unmapped("editor_dissimilar_incidents", _EDITORS),
        unmapped("flagged_dissimilar_incidents", _EDITORS, required=True),
        unmapped("nlp_similar_incidents", _EDITORS),
        unmapped("embedding", _EDITORS),
        unmapped("tsne", _EDITORS),
        unmapped("epoch_date_modified", _EDITORS),
    ),
)
