import pytest

from surefoot.domain.rules.links import dashboard, dashboard_uid, uid
from surefoot.spec.model.workspace import Links

pytestmark = pytest.mark.req("ALR-2", "MON-5")

LONG = "a-service-whose-name-is-longer-than-what-grafana-takes"


@pytest.mark.parametrize(
    ("template", "service", "address", "name"),
    [
        ("https://g/d/{service}?from={from}", "shop", "https://g/d/shop?from=now-1h", "shop"),
        ("https://g/d/x-{service}/y", "shop", "https://g/d/x-shop/y", "x-shop"),
        ("https://g/d/all?var-service={service}", "shop", "https://g/d/all?var-service=shop", "shop"),
        ("https://g/d/{service}", "a.b", "https://g/d/" + uid("a.b"), uid("a.b")),
        ("https://g/d/{service}", LONG, "https://g/d/" + uid(LONG), uid(LONG)),
        (None, "shop", None, "shop"),
    ],
)
def test_a_link_leads_to_the_uid_of_the_dashboard(template: str | None, service: str, address: str | None, name: str):
    links = Links(dashboards=template)
    assert dashboard(service, links) == address
    assert dashboard_uid(service, links) == name


def test_a_uid_is_what_grafana_takes_and_different_names_stay_different():
    made = [uid(name) for name in ("a.b", "a-b", "a..b", LONG, f"{LONG}s")]
    assert len(set(made)) == len(made)
    assert all(len(name) <= 40 and name.replace("-", "").isalnum() for name in made)
