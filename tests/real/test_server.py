"""The server as a process of its own: started by the command line, asked over the network, stopped by a signal."""

import itertools
import json
import os
import re
import shutil
import signal
import socket
import sqlite3
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.real.programs import eventually

pytestmark = pytest.mark.real

PASSWORD = "correct horse battery"  # noqa: S105  # of nobody
SESSION, USERS = "/api/v1/session", "/api/v1/users"
_NUMBERS = itertools.count()
FAST = """
surefoot: 1
workspace: trial
policy: {server: {password: {memory: 64KiB, passes: 1, lanes: 1}}}
"""


class Serving:
    """`surefoot serve` on a database of its own."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.folder = folder
        self._clients = ExitStack()
        self.log = folder / "serve.log"
        with self.log.open("wb") as log:
            command = [sys.executable, "-m", "surefoot", "serve", "--bind", "127.0.0.1:0", *options]
            self.process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=subprocess.STDOUT)
        eventually(lambda: self.said("listening"), lambda: f"it does not listen:\n{self.log.read_text()}")
        self.url = str(self.said("listening")[0]["url"])

    def run(self, *arguments: str) -> str:
        """Run another verb on the same database."""
        return surefoot(self.folder, *arguments)

    def somebody(self, role: str = "viewer") -> str:
        """Add a user with the usual password and return the name."""
        name = f"user{next(_NUMBERS)}"
        body = {"name": name, "role": role, "password": PASSWORD}
        assert self.logged_in("root").post(USERS, json=body).status_code == 201
        return name

    def said(self, event: str) -> list[dict[str, object]]:
        """Return what the log says of something; every line of it is JSON."""
        assert self.process.poll() is None or event == "stopped", self.log.read_text()
        lines = self.log.read_text("utf-8").splitlines(keepends=True)
        found = [json.loads(line) for line in lines if line.endswith("\n")]
        return [line for line in found if line["event"] == event]

    def browser(self, **options: Any) -> httpx.Client:
        """Return a client that nobody used."""
        return self._clients.enter_context(httpx.Client(base_url=self.url, timeout=20, **options))

    def logged_in(self, name: str) -> httpx.Client:
        """Return a client that somebody logged in with."""
        client = self.browser()
        answer = client.post(SESSION, json={"name": name, "password": PASSWORD})
        assert answer.status_code == 201, answer.text
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return client

    def stop(self) -> int:
        """Send SIGTERM and return the exit code."""
        self._clients.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def end(self) -> None:
        """Leave nothing behind."""
        self._clients.close()
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


def surefoot(folder: Path, *arguments: str, given: str = "") -> str:
    """Run a verb that has to succeed, and return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "surefoot", *arguments],
        cwd=folder,
        input=given,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database in which the command line has made an administrator."""
    folder = tmp_path_factory.mktemp("prepared")
    (folder / "surefoot.yaml").write_text(FAST, "utf-8")
    surefoot(folder, "users", "add", "root", "--role", "admin", given=PASSWORD)
    return folder


@pytest.fixture
def start(prepared: Path, tmp_path: Path) -> Iterator[Callable[..., Serving]]:
    """Return what starts a server of a test's own."""
    started: list[Serving] = []

    def run(*options: str) -> Serving:
        shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
        started.append(Serving(tmp_path, *options))
        return started[-1]

    yield run
    for serving in started:
        serving.end()


@pytest.fixture(scope="module")
def serving(prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """Return a server that tests share; each has users of its own."""
    folder = tmp_path_factory.mktemp("serving")
    shutil.copytree(prepared, folder, dirs_exist_ok=True)
    found = Serving(folder)
    yield found
    found.end()


@pytest.mark.req("PLT-1", "PLT-2")
def test_the_first_administrator_is_made_by_the_command_line_and_manages_users_over_http(serving: Serving):
    name = serving.somebody("responder")
    assert {"root", name} <= {user["name"] for user in serving.logged_in("root").get(USERS).json()["users"]}
    assert re.search(rf"^{name} +responder ", serving.run("users", "list"), re.MULTILINE)


@pytest.mark.req("PLT-1")
def test_guessing_a_password_becomes_slow(serving: Serving):
    name = serving.somebody()
    answers = [serving.browser().post(SESSION, json={"name": name, "password": "wrong"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [401] * 5 + [429]
    time.sleep(float(answers[-1].headers["retry-after"]) + 0.1)
    assert serving.logged_in(name).get(SESSION).status_code == 200


@pytest.mark.req("PLT-1")
def test_forged_posts_and_those_of_a_viewer_are_refused(serving: Serving):
    root = serving.logged_in("root")
    assert root.post(USERS, json={"name": "eve"}, headers={"X-CSRF-Token": "forged"}).status_code == 403
    assert root.post(USERS, json={"name": "eve"}, headers={"Origin": "https://evil.example"}).status_code == 403
    assert serving.logged_in(serving.somebody()).post(USERS, json={"name": "eve"}).status_code == 403
    assert "eve" not in serving.run("users", "list")


@pytest.mark.req("PLT-1")
def test_a_planted_cookie_does_not_become_a_session(serving: Serving):
    planted = serving.logged_in(serving.somebody()).cookies["surefoot"]
    victim = httpx.post(
        f"{serving.url}{SESSION}", json={"name": "root", "password": PASSWORD}, cookies={"surefoot": planted}
    )
    assert victim.status_code == 201
    assert victim.cookies["surefoot"] != planted
    assert httpx.get(f"{serving.url}{SESSION}", cookies={"surefoot": planted}).status_code == 401


@pytest.mark.req("PLT-1")
def test_a_huge_body_is_refused_and_the_server_lives_on(serving: Serving):
    answer = serving.browser().post(SESSION, content=b"[" * (2 << 20), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert serving.browser().get("/health/ready").status_code == 200


def test_a_token_of_the_command_line_works_until_it_is_revoked(serving: Serving):
    token = serving.run("users", "token", "add", "root", "--title", "test", "--scope", "read")
    program = serving.browser(headers={"Authorization": f"Bearer {token}"})
    assert program.get(SESSION).json()["rights"] == ["read"]
    assert program.post(USERS, json={"name": "eve"}).status_code == 403
    serving.run("users", "token", "revoke", token.split("_")[1])
    assert program.get(SESSION).status_code == 401
    assert token not in serving.log.read_text()


def test_deactivating_on_the_command_line_ends_the_session(serving: Serving):
    name = serving.somebody()
    client = serving.logged_in(name)
    serving.run("users", "deactivate", name)
    assert client.get(SESSION).status_code == 401


@pytest.mark.req("AUD-6")
def test_what_happened_is_in_the_audit_log_without_anybodys_name_in_the_clear(start: Callable[..., Serving]):
    serving = start()
    serving.run("users", "token", "add", "root", "--title", "test", "--scope", "read")
    serving.logged_in("root").post(USERS, json={"name": "eve"}, headers={"X-CSRF-Token": "forged"})
    assert serving.stop() == 0
    query = """SELECT body FROM (SELECT 0 AS later, place, body FROM audit_record
        UNION ALL SELECT 1, number, body FROM audit_inbox) ORDER BY later, place"""
    with sqlite3.connect(serving.folder / "surefoot.db") as database:
        records = [row[0] for row in database.execute(query)]
    database.close()
    types = [json.loads(record)["action"]["type"] for record in records]
    assert types == ["user.create", "token.create", "login.success", "access.refusal"]
    assert not any(b'"root"' in record or b"127.0.0.1" in record for record in records)


@pytest.mark.req("PLT-1")
def test_sigterm_lets_what_runs_end_and_takes_nothing_new(start: Callable[..., Serving]):
    serving = start()
    body = json.dumps({"name": "root", "password": PASSWORD}).encode()
    host, port = serving.url.removeprefix("http://").split(":")
    head = (
        f"POST {SESSION} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(head.encode() + body[:10])
        time.sleep(0.3)  # until the request is begun
        serving.process.send_signal(signal.SIGTERM)
        eventually(lambda: _refused(host, int(port)), "it still takes connections")
        assert serving.process.poll() is None
        connection.sendall(body[10:])
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answer.startswith(b"HTTP/1.1 201 ")
    assert serving.process.wait(20) == 0
    assert serving.said("stopped")


def test_many_who_log_in_at_once_all_get_in(serving: Serving):
    codes: list[int] = []

    def enter() -> None:
        codes.append(serving.browser().post(SESSION, json={"name": "root", "password": PASSWORD}).status_code)

    threads = [threading.Thread(target=enter) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert codes == [201] * 4


def test_with_a_certificate_it_speaks_tls_alone(start: Callable[..., Serving], tmp_path: Path):
    certificate, key = _certificate(tmp_path)
    serving = start("--tls-certificate", str(certificate), "--tls-key", str(key))
    assert serving.url.startswith("https://")
    answer = serving.browser(verify=ssl.create_default_context(cafile=str(certificate))).get("/login")
    assert answer.status_code == 200
    assert "Secure" in answer.headers["set-cookie"]
    assert "strict-transport-security" in answer.headers


def test_behind_a_proxy_the_client_is_who_the_proxy_says(start: Callable[..., Serving]):
    serving = start("--behind-proxy", "127.0.0.1")
    forwarded = {"X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https", "Host": "status.example"}
    browser = serving.browser(headers=forwarded)
    answer = browser.post(
        SESSION, json={"name": "root", "password": PASSWORD}, headers={"Origin": "https://status.example"}
    )
    assert answer.status_code == 201
    assert answer.headers["set-cookie"].startswith("__Host-surefoot=")
    assert browser.get("/metrics").status_code == 401
    eventually(
        lambda: any(line["client"] == "203.0.113.9" for line in serving.said("request")), "the log names the proxy"
    )


def test_a_place_that_is_taken_is_told_in_a_sentence(serving: Serving):
    place = serving.url.removeprefix("http://")
    command = [sys.executable, "-m", "surefoot", "serve", "--bind", place, "--database", "other.db"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    done = subprocess.run(
        command, cwd=serving.folder, capture_output=True, text=True, timeout=30, check=False, env=environment
    )
    assert done.returncode == 1
    assert (
        done.stderr
        == f"surefoot: {place} cannot be listened at: Address already in use; name another place with --bind\n"
    )


def _refused(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2):
            return False
    except OSError:
        return True


def _certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for this machine that lasts a day."""
    secret, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "trial")])
    signed = (
        x509.CertificateBuilder(name, name, secret.public_key(), x509.random_serial_number(), now, now + timedelta(1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(secret, hashes.SHA256())
    )
    certificate, key = folder / "server.pem", folder / "server.key"
    certificate.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    key.write_bytes(
        secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, key
