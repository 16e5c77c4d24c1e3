"""One round of planted secrets and personal data over every command."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

import canaries


@pytest.fixture(scope="module")
def tried(tmp_path_factory: pytest.TempPathFactory) -> canaries.Round:
    return canaries.whole_round(tmp_path_factory.mktemp("canaries"))


def test_enough_is_planted(tried: canaries.Round) -> None:
    assert len(tried.planted.canaries) >= 60
    assert len({each.kind for each in tried.planted.canaries}) >= 20


def test_no_canary_is_in_what_is_committed_reported_or_shown(tried: canaries.Round) -> None:
    assert not tried.found, canaries.told(tried)


def test_secrets_are_masked_where_the_engineer_reads(tried: canaries.Round) -> None:
    assert not tried.unmasked, canaries.told(tried)


def test_redacted_cases_still_tell_the_faulty_from_the_fixed(tried: canaries.Round) -> None:
    assert not tried.wrong, "\n".join(tried.wrong)
