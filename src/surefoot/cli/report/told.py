"""What every form tells of a finding beside its message."""

from surefoot.finding import Finding


def told(finding: Finding) -> list[tuple[str, str]]:
    """List label and text: why it matters, how to mend it, what holds until it is answered, whom to ask."""
    every = [
        ("why:", finding.why),
        ("mend:", finding.cure),
        ("until:", finding.default),
        ("ask:", finding.ask.value),
    ]
    return [(label, text) for label, text in every if text]


def message(finding: Finding) -> str:
    """Write the message and all of it, a line each."""
    return "\n".join([finding.message, *(f"{label} {text}" for label, text in told(finding))])
