"""What machines ask."""

from datetime import timedelta

from tests.unit.server.place import Furnish


def test_the_server_lives_and_is_ready(place):
    outside = place.client("203.0.113.9")
    assert outside.get("/health/live").json()["status"] == "healthy"
    assert outside.get("/health/ready").json()["checks"]["store"]["status"] == "healthy"


def test_it_is_not_ready_without_its_database_and_lives_on(furnish: Furnish):
    place = furnish(probe=timedelta(milliseconds=500))
    place.store.close()
    answer = place.client().get("/health/ready")
    assert answer.status_code == 503
    assert place.client().get("/health/live").status_code == 200


def test_it_is_not_ready_any_more_once_it_drains(place):
    place.app.house.gates.drain()
    assert place.client().get("/health/ready").status_code == 503


def test_details_are_for_those_who_may_read_figures(place):
    assert place.client().get("/health/deep").status_code == 200
    assert place.client("203.0.113.9").get("/health/deep").status_code == 401
