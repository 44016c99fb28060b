"""Run the server: API, log-in page and figures.

PATHS as for `check`; the workspace's policy counts. The first administrator is made with `surefoot users add`.
On other addresses than this machine's own the server wants TLS: its own certificate, or a proxy in front.
SIGTERM and SIGINT end it; requests that run may end first. What happens is told on standard error, a JSON
object a line. Exit status: 0, or 1 if it cannot listen or the database does not open.
"""

from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts
from surefoot.server.settings import SettingsError, read


@click.command(help=__doc__)
@click.argument("paths", nargs=-1, type=click.Path(path_type=Path), envvar="SUREFOOT_SPEC")
@_accounts.database
@click.option(
    "--bind",
    metavar="HOST:PORT",
    envvar="SUREFOOT_BIND",
    default="127.0.0.1:8765",
    show_default=True,
    show_envvar=True,
    help="Where to listen; port 0 is any that is free.",
)
@click.option(
    "--behind-proxy",
    metavar="ADDRESSES",
    envvar="SUREFOOT_BEHIND_PROXY",
    default="",
    show_envvar=True,
    help="Proxies with TLS in front, such as 10.0.0.5,10.1.0.0/16; their X-Forwarded-For and -Proto are believed.",
)
@click.option(
    "--tls-certificate",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SUREFOOT_TLS_CERTIFICATE",
    show_envvar=True,
    help="PEM file of the server's certificate, with its chain.",
)
@click.option(
    "--tls-key",
    type=click.Path(path_type=Path, dir_okay=False),
    envvar="SUREFOOT_TLS_KEY",
    show_envvar=True,
    help="PEM file of its key.",
)
def serve(  # an option each
    paths: tuple[Path, ...],
    *,
    place: wiring.Database,
    bind: str,
    behind_proxy: str,
    tls_certificate: Path | None,
    tls_key: Path | None,
) -> None:
    try:
        settings = read(bind, behind_proxy, tls_certificate, tls_key)
    except SettingsError as error:
        raise click.UsageError(str(error)) from error
    wiring.serve(settings, place, _accounts.system(paths))


COMMAND = serve
