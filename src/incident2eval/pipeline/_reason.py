"""The reason that a person gives, as it may be published: git keeps it, and every report prints it."""

from contextlib import suppress

from incident2eval.model import Incident2EvalError
from incident2eval.pipeline._answer import Tell
from incident2eval.pipeline._redacting import learn_incident, redactor_of
from incident2eval.store import Project


def published(home: Project, workflow: str, reason: str, tell: Tell) -> str:
    """A reason with customers, people, contact data and secrets replaced, as reports are written.

    Args:
        home: The project.
        workflow: Its name; whoever its incidents name is known by the name alone.
        reason: As the person gave it.
        tell: Is told where something was replaced: it is their word.
    """
    redactor = redactor_of(home)
    for incident_id in home.incident_ids():
        # A file that cannot be read names nobody; what looks like a name or an address is found all the same.
        with suppress(Incident2EvalError):
            incident = home.incident(incident_id).incident
            if incident.workflow.name == workflow:
                learn_incident(redactor, incident, ())
    said = redactor.text(reason)
    if said != reason:
        tell(f"git keeps the reason, so what identifies somebody is replaced in it: {said}")
    return said
