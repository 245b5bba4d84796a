"""Profiles fill in what is not set, and nothing else."""

import pytest
from pydantic import ValidationError

from relay.delivery.profiles import PROFILES, Profile
from relay.delivery.settings import UpstreamSettings, UpstreamTls


def upstream(**given: object) -> UpstreamSettings:
    return UpstreamSettings.model_validate(given)


def test_every_profile_has_its_row_and_makes_a_valid_upstream() -> None:
    assert set(PROFILES) == set(Profile)
    for profile in Profile:
        assert upstream(profile=profile.value, host="mail.example.org").profile is profile


def test_microsoft_takes_thirty_a_minute_on_three_connections() -> None:
    chosen = upstream(profile="microsoft365")
    assert (chosen.host, chosen.port) == ("smtp.office365.com", 587)
    assert chosen.tls is UpstreamTls.REQUIRED
    assert (chosen.connections, chosen.per_minute, chosen.per_day) == (3, 30, 10_000)


def test_what_is_set_wins_even_if_it_says_there_is_no_limit() -> None:
    chosen = upstream(profile="microsoft365", host="127.0.0.1", per_minute=None, per_day=500)
    assert (chosen.host, chosen.per_minute, chosen.per_day) == ("127.0.0.1", None, 500)
    assert chosen.connections == 3


def test_without_a_profile_nothing_changes() -> None:
    assert upstream() == upstream(profile="generic")
    assert upstream().per_minute is None


def test_the_fixed_user_of_a_service_comes_with_a_password_only() -> None:
    assert upstream(profile="sendgrid").user is None
    assert upstream(profile="sendgrid", password_file="key").user == "apikey"


def test_an_unknown_profile_is_an_error() -> None:
    with pytest.raises(ValidationError, match="microsoft365"):
        upstream(profile="office")
