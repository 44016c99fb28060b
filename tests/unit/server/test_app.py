"""The application as a whole."""

import pytest

from tests.unit.server.place import Place


@pytest.mark.req("PLT-2")
def test_the_api_is_described_in_openapi_3_1(place: Place):
    document = place.client().get("/api/v1/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    assert document["info"] == {"title": "Surefoot", "version": "1.2.3"}
    assert {"/api/v1/session", "/api/v1/users", "/api/v1/users/{name}", "/api/v1/tokens"} <= set(document["paths"])
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            assert operation["summary"], path
            assert "application/problem+json" in operation["responses"]["401"]["content"], (path, method)
            success = [code for code in operation["responses"] if code.startswith("2")]
            assert len(success) == 1
    assert set(document["components"]["securitySchemes"]) == {"HTTPBearer", "APIKeyCookie"}


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json"])
def test_no_page_loads_scripts_from_elsewhere(place: Place, path: str):
    assert place.client().get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"), [("GET", "/x", 404), ("PUT", "/login", 405), ("GET", "/static/../app.py", 404)]
)
def test_what_is_not_there_is_a_problem_too(place: Place, method: str, path: str, status: int):
    answer = place.client().ask(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["request"] == answer.headers["x-request-id"]
