"""Events as OCSF 1.1.0: every attribute that its classes require is there."""

from pathlib import Path

import orjson
import pytest

from surefoot.domain.audit.catalogue import Catalogue, catalogue
from surefoot.domain.audit.exports.ocsf import classified, lines, mapped
from surefoot.domain.audit.record import Actor, ActorType, Event, Outcome, Status, Target
from tests.unit.domain.audit.events import ID, event
from tests.workspaces import resolved

pytestmark = pytest.mark.req("AUD-3")

# Required by the schema of OCSF 1.1.0: of every event, then of each class.
BASE = {"activity_id", "category_uid", "class_uid", "metadata", "severity_id", "time", "type_uid"}
CLASSES = {
    3001: {"user"},
    3002: {"user", "service"},  # or dst_endpoint
    3004: {"entity"},
    6003: {"actor", "api", "src_endpoint"},
}


@pytest.fixture
def found(tmp_path: Path) -> Catalogue:
    return catalogue(resolved(tmp_path, "service: checkout\n"))


def of(action: str, category: str = "data", **more: object) -> Event:
    return event(action, category=category, **more)  # type: ignore[arg-type]


def test_every_type_of_the_catalogue_maps_to_a_complete_event(found: Catalogue):
    for each in [*found.types.values()]:
        one = mapped(of(each.name, each.category), found, "1.0")
        class_uid, activity = one["class_uid"], one["activity_id"]
        assert isinstance(class_uid, int)
        assert isinstance(activity, int)
        assert BASE | CLASSES[class_uid] <= one.keys()
        assert one["category_uid"] == class_uid // 1000
        assert one["type_uid"] == class_uid * 100 + activity


@pytest.mark.parametrize(
    ("action", "category", "expected"),
    [
        ("login.success", "authentication", (3002, 1)),
        ("login.refusal", "authentication", (3002, 99)),
        ("mfa.verify", "authentication", (3002, 1)),
        ("mfa.enrol", "authentication", (3001, 10)),
        ("password.change", "authentication", (3001, 3)),
        ("user.create", "administration", (3001, 1)),
        ("user.deactivate", "administration", (3001, 5)),
        ("user.update", "administration", (3001, 99)),
        ("permission.grant", "administration", (3001, 7)),
        ("permission.revoke", "administration", (3001, 8)),
        ("setting.change", "administration", (3004, 3)),
        ("entity.create", "data", (3004, 1)),
        ("entity.delete", "data", (3004, 4)),
        ("token.create", "administration", (3004, 1)),
        ("sensitive.view", "data", (6003, 2)),
        ("data.export", "data", (6003, 2)),
        ("order.refund", "data", (6003, 99)),
        ("proof", "evidence", (6003, 99)),
    ],
)
def test_each_event_finds_its_class_and_activity(action: str, category: str, expected: tuple[int, int]):
    assert classified(of(action, category)) == expected


def test_a_login_that_failed(found: Catalogue):
    (line,) = lines([event()], found, "1.0")
    assert line.endswith(b"\n")
    one = orjson.loads(line)
    assert one["time"] == 1772600767891
    assert one["severity_id"] == 3
    assert (one["status_id"], one["status"], one["status_detail"]) == (2, "Failure", "wrong password")
    assert one["user"] == one["actor"]["user"] == {"type_id": 1, "type": "User", "uid": "ana"}
    assert one["src_endpoint"] == {"ip": "192.0.2.7"}
    assert one["service"] == {"name": "checkout"}
    assert one["metadata"]["version"] == "1.1.0"
    assert one["metadata"]["product"] == {"name": "Surefoot", "vendor_name": "Surefoot", "version": "1.0"}
    assert one["metadata"]["uid"] == ID
    assert one["unmapped"]["detail"] == {"device": "phone"}


def test_an_account_that_is_changed_is_the_target(found: Catalogue):
    one = mapped(of("user.create", "administration", target=Target("user", "bo")), found, "1.0")
    assert one["user"] == {"type_id": 1, "type": "User", "uid": "bo"}


def test_an_api_key_is_a_user_of_another_type(found: Catalogue):
    one = mapped(event(actor=Actor(ActorType.API_KEY, "batch", "192.0.2.9")), found, "1.0")
    assert one["user"] == {"type_id": 99, "type": "api_key", "uid": "batch"}


def test_other_activities_are_named_and_unknown_types_are_mapped(found: Catalogue):
    one = mapped(of("order.refund", outcome=Outcome(Status.SUCCESS)), found, "1.0")
    assert (one["activity_name"], one["severity_id"], one["status_id"]) == ("order.refund", 2, 1)
    assert one["resources"] == [{"type": "service", "uid": "checkout"}]
    assert "status_detail" not in one


@pytest.mark.parametrize(
    ("actor", "expected"),
    [
        (Actor(ActorType.USER, "ana"), {"name": "unknown"}),
        (Actor(ActorType.SYSTEM, "pager"), {"svc_name": "pager"}),
        (Actor(ActorType.USER, "subject:ab", "subject:ab"), {"uid": "subject:ab"}),
    ],
)
def test_a_source_is_always_named(actor: Actor, expected: dict[str, str], found: Catalogue):
    assert mapped(event(actor=actor), found, "1.0")["src_endpoint"] == expected
