"""The files of a new workspace: the least that checks and builds, and comments on what comes next."""

_ROOT = """\
# A workspace of Surefoot: this file and those that it includes.
surefoot: 1
workspace: {workspace}

# The Prometheus that holds the metrics.
metrics: {{prometheus: http://127.0.0.1:9090}}

# Links in every alert; {{service}} is filled in.
# links:
#   dashboards: "https://grafana.example/d/{{service}}"
#   runbooks: https://docs.example

# Regimes that apply: gdpr, hipaa, soc2, pci-dss, sox, dora; `[none]` is an answer, too.
# compliance: [gdpr]

include: [people.yaml, services/*.yaml]
"""

_SERVICE = """\
# What {service} promises, and what it needs.
service: {service}
owner: {team}
tier: normal                  # critical, important or normal
description: Says in a sentence what it does for its users.
targets: ["{service}:8080"]    # where Prometheus finds its metrics, which get the label job="{service}"
health: http://{service}:8080/health

slos:
  # Requests without a server error, of all requests.
  availability: {{target: 99.9%, bad: 'http_requests_total{{code=~"5.."}}', total: http_requests_total}}
  # Requests that are fast enough; the bound must be a bucket of the histogram.
  latency: {{target: 99%, under: 500ms, histogram: http_request_duration_seconds}}

# What it does today, so that the targets are no guess.
# baselines: {{p95: 180ms, peak: 1200/s, measured: 2026-10-01}}

# What it needs, and what users see when that is away.
# depends_on:
#   - {{service: payments, breaker: 50% in 10s, fallback: queue, user_sees: a delayed confirmation}}

# What users come for: the services that it takes, in order.
# journeys:
#   main: {{steps: [{service}]}}
"""

_PEOPLE = """\
# Who is called.
people:
  you: {{name: Your Name, email: you@example.com}}
teams:
  {team}: {{members: [you], chat: "slack:#{team}", email: {team}@example.com}}
"""

TEAM = "owners"


def root(workspace: str) -> str:
    """Write ``surefoot.yaml``."""
    return _ROOT.format(workspace=workspace)


def service(name: str) -> str:
    """Write the file of a first service."""
    return _SERVICE.format(service=name, team=TEAM)


def people() -> str:
    """Write ``people.yaml``: one person, in the team that owns everything."""
    return _PEOPLE.format(team=TEAM)
