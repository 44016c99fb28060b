import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from surefoot.health import Check, certificate
from surefoot.health.checks.certificate import WARN
from surefoot.health.duration import seconds
from surefoot.spec import policy
from surefoot.spec.model.policy import Policy
from tests.unit.health.movable import alone

pytestmark = pytest.mark.req("MON-4")


def pem(ends: timedelta) -> bytes:
    """Issue a certificate for 127.0.0.1 that signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    end = datetime.now(UTC) + ends
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(end - timedelta(days=90))
        .not_valid_after(end)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    return made.public_bytes(encoding) + key.private_bytes(encoding, form, serialization.NoEncryption())


@contextmanager
def served(folder: Path, ends: timedelta, *, trusted: bool = True) -> Iterator[Check]:
    """Serve TLS for one handshake, and make the check of it."""
    file = folder / "both.pem"
    file.write_bytes(pem(ends))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with suppress(OSError):
            connection, _ = listener.accept()
            with connection, suppress(OSError), server.wrap_socket(connection, server_side=True) as secure:
                secure.recv(1)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    context = ssl.create_default_context(cafile=file) if trusted else None
    yield certificate("127.0.0.1", listener.getsockname()[1], context=context, timeout="4s")
    thread.join(5)
    listener.close()


def test_the_limit_is_that_of_the_alert_on_the_same_certificate():
    shipped = policy.area("service-levels", Policy, {}, None)[0]
    assert shipped.alerts.certificate_expiry.below == timedelta(seconds=seconds(WARN))


@pytest.mark.parametrize(("days", "status"), [(30, "healthy"), (10, "degraded")])
def test_the_days_left_decide(days: int, status: str, tmp_path: Path):
    with served(tmp_path, timedelta(days=days, hours=1)) as found:
        entry = alone(found)
    assert (entry["status"], entry["days_left"]) == (status, days)


def test_an_expired_certificate_is_unhealthy(tmp_path: Path):
    with served(tmp_path, timedelta(days=-1)) as found:
        assert alone(found)["reason"] == "SSLCertVerificationError: certificate has expired"


def test_a_certificate_that_no_client_would_take_is_unhealthy(tmp_path: Path):
    with served(tmp_path, timedelta(days=30), trusted=False) as found:
        entry = alone(found)
    assert entry["status"] == "unhealthy"
    assert "self-signed" in entry["reason"]


def test_a_context_that_does_not_look_is_refused():
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with pytest.raises(ValueError, match="set `verify_mode=CERT_REQUIRED`"):
        certificate("127.0.0.1", context=context)
