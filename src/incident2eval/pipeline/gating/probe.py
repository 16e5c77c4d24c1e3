"""Ask the workflow once what it reports of itself: tests are written for that and nothing else."""

from incident2eval.model import Observation, Outcome
from incident2eval.pipeline._dossier import Dossier
from incident2eval.pipeline.past.archive import attribute
from incident2eval.workflows import call, observations, target_for


def ask_target(dossier: Dossier) -> tuple[tuple[Observation, ...] | None, tuple[str, ...]]:
    """What the workflow reports, and what the case should say about it.

    Returns:
        The observations, None where nobody could be asked: then tests are written for what the evidence
        shows.
    """
    settings, project = dossier.workflow, dossier.project
    if settings.observes is not None:
        return tuple(Observation(kind) for kind in settings.observes), ()
    if settings.target is None:
        return None, ("no target in the settings, so nobody asked the workflow what it reports",)
    if project.paused(dossier.incident.workflow.name) and not settings.replay_safe:
        return None, ("the workflow is paused and not replay_safe, so it was not asked what it reports",)
    target = target_for(settings, project=project.root)
    answers = call(target, [tuple(dossier.gathered.inputs.values())])[0]
    result = answers[list(dossier.gathered.inputs).index(dossier.gathered.at)]
    if result.outcome is not Outcome.PASSED or result.run is None:
        return None, (f"the workflow could not be asked what it reports: {result.message}",)
    run = attribute(result.run, project, settings)
    return observations(run), ()
