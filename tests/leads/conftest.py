"""Who works at the desk in these tests."""

import pytest

from tests.factories import make_staff


@pytest.fixture
def ana(db):
    return make_staff("ana", first_name="Ana")


@pytest.fixture
def ben(db):
    return make_staff("ben", first_name="Ben")


@pytest.fixture
def desk(client, ana):
    """Ana at her desk."""
    client.force_login(ana)
    return client
