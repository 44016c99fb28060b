"""Erase a person from the log; without --apply, only show what would go.

SUBJECT is a name such as `ana`, type and id such as `customer/4711`, or a pseudonym. The subject's key and the sealed
values are destroyed; the records stay, with pseudonyms, and verify as before. The log keeps who erased, when and why,
never the name, so the reason must not hold it either. The list of erasures lies beside the keys, outside every backup:
`surefoot store restore` carries it out again. Prints the certificate.
"""

from pathlib import Path

import click

from surefoot import wiring
from surefoot.cli import _accounts, _options
from surefoot.cli.auditing import _shared
from surefoot.domain.audit.commitment import Certificate
from surefoot.run.audit.erasing import Erasing, Prospect


@click.command(help=__doc__)
@click.argument("subject")
@click.option("--reason", required=True, help="Why, such as `request of the data subject, GDPR 17(1)(b)`.")
@click.option("--apply", is_flag=True, help="Do it.")
@click.option("--certificate", type=click.Path(path_type=Path, dir_okay=False), help="New file for the certificate.")
@_accounts.database
@_accounts.spec
@_options.as_json
def erase(  # noqa: PLR0913  # an option each
    subject: str,
    *,
    reason: str,
    apply: bool,
    certificate: Path | None,
    place: wiring.Database,
    spec: Path | None,
    form: str,
) -> None:
    with wiring.audit_log(place, _shared.system(spec)) as desk:
        erasing = Erasing(desk, wiring.erasures(place), lambda: wiring.spooled(place))
        prospect = erasing.prospect(subject, reason)
        if not apply:
            click.echo(_json(prospect) if form == "json" else _text(prospect))
            click.echo("nothing was changed: --apply does it", err=True)
            return
        done = erasing.erase(prospect, reason)
    click.echo(_certified(done) if form == "json" else done.text.rstrip("\n"))
    if certificate:
        wiring.handover(certificate).write([done.text.encode()])
        click.echo(f"{certificate}: the certificate", err=True)


def _text(prospect: Prospect) -> str:
    values = ", ".join(f"{count} in `{log}`" for log, count in prospect.values.items())
    key = "its key" if prospect.key else "no key, it is destroyed already"
    return f"{prospect.subject}\nwould go: {key}; values in {prospect.records} records: {values or 'none'}"


def _json(prospect: Prospect) -> str:
    return _shared.as_json(
        {
            "subject": prospect.subject,
            "key": prospect.key,
            "values": prospect.values,
            "records": prospect.records,
            "erased": prospect.finished,
        }
    )


def _certified(done: Certificate) -> str:
    return _shared.as_json(
        {
            "subject": done.subject,
            "openings": done.openings,
            "at": done.at,
            "by": done.by,
            "reason": done.reason,
            "size": done.size,
            "root": done.root.hex(),
            "record": done.record,
        }
    )


COMMAND = erase
