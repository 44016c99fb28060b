"""Scrape, evaluate and alert without a Prometheus.

PATHS as for `check`. The declared targets are scraped, samples are kept on disk, the compiled rules are
evaluated, and alerts are posted in the form of Alertmanager's webhook to the address that
`metrics: {embedded: {post: ...}}` or --post names. Runs until it is stopped (SIGINT, SIGTERM), and goes on
where it was when it is started again, even after a kill. Meant for about 1,000 series. What happens is told
on standard error. Exit status: 0, or 1 if the spec is blocked or the folder cannot be written.
"""

import signal
import sys
from pathlib import Path

import click

from surefoot import api, wiring
from surefoot.cli import _options, _times


@click.command(help=__doc__)
@_options.paths
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the samples.  [default: .surefoot beside the spec]",
)
@click.option("--post", metavar="URL", help="Where alerts are posted.")
@click.option("--once", is_flag=True, help="Scrape and evaluate once.")
def watch(paths: tuple[Path, ...], data: Path | None, post: str | None, *, once: bool) -> None:
    system = api.load(paths or (Path(),), today=wiring.today())
    with wiring.watch(system, data or wiring.data_folder(system), post, _log) as watched:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: watched.stop())
        watched.loop.restore()
        if once:
            watched.loop.once()
        else:
            watched.loop.run()
        watched.loop.finish()


def _log(sentence: str) -> None:
    click.echo(f"{_times.shown(wiring.now() // 1000 * 1000)} {sentence}", err=True)
    sys.stderr.flush()


COMMAND = watch
