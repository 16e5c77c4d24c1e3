"""The shipped rules, applied to an incident."""

from collections.abc import Mapping

import pytest
from duties.incidents import NOW, Judge

from incident2eval.duties import duties
from incident2eval.model import Duty, Incident, Organisation, Rule, Severity
from incident2eval.store import shipped_rules


@pytest.fixture(scope="session")
def shipped() -> Mapping[str, Rule]:
    """The rules that come with the package, by id."""
    return {rule.id: rule for rule in shipped_rules()}


@pytest.fixture
def judge(shipped: Mapping[str, Rule]) -> Judge:
    """Apply all shipped rules: duties by the id of their rule."""

    def judge(
        incident: Incident, organisation: Organisation | None = None, **rest: object
    ) -> dict[str, Duty]:
        given = {"now": NOW, "severity": Severity.IMPACT, **rest}
        found = duties(incident, organisation or Organisation(), tuple(shipped.values()), **given)
        assert [duty.rule.id for duty in found] == list(shipped)
        return {duty.rule.id: duty for duty in found}

    return judge
