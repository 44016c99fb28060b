"""Sloth's own files as Sloth spells them: ``prometheus/v1``, its Kubernetes twin, and alert windows.

The Kubernetes resource says the same in camel case, so its models differ in their keys alone.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from surefoot.spec.model.record import Record
from surefoot.spec.model.scalars import Name, PositiveTime, Seq, Text, bad

_CAMEL = ConfigDict(alias_generator=to_camel)
_WHOLE = 100


def _percent(value: float) -> float:
    if value >= _WHOLE:
        raise bad(f"an objective of {value:g} % leaves no error budget", "write one below 100, such as `99.9`")
    if value <= 0:
        raise bad(f"an objective of {value:g} % promises nothing", "write one above 0, such as `99.9`")
    return value


def _share(value: float) -> float:
    if not 0 < value <= _WHOLE:
        raise bad(f"{value:g} % is no share of an error budget", "write a number above 0 and up to 100, such as `2`")
    return value


Percent = Annotated[float, AfterValidator(_percent)]
Share = Annotated[float, AfterValidator(_share)]


class Events(Record):
    """Bad events of all events, each with its range left open."""

    error_query: Text
    total_query: Text


class Raw(Record):
    """An error ratio."""

    error_ratio_query: Text


class Plugin(Record):
    """A plug-in written in Go, which makes the query or changes the rules."""

    id: Text
    options: dict[Text, object] = {}
    config: object = None
    priority: int | None = None


class Plugins(Record):
    """A chain of plug-ins."""

    override_previous: bool = False
    chain: Seq[Plugin] = ()


class Sli(Record):
    """The indicator; exactly one of the three."""

    events: Events | None = None
    raw: Raw | None = None
    plugin: Plugin | None = None


class Alert(Record):
    """The page or the ticket."""

    disable: bool = False
    labels: dict[Text, Text] = {}
    annotations: dict[Text, Text] = {}


class Alerting(Record):
    """What the alerts of one objective are called and carry."""

    name: Text | None = None
    labels: dict[Text, Text] = {}
    annotations: dict[Text, Text] = {}
    page_alert: Alert = Alert()
    ticket_alert: Alert = Alert()


class SlothSlo(Record):
    """One objective."""

    name: Name
    objective: Percent
    description: Text = ""
    labels: dict[Text, Text] = {}
    sli: Sli
    alerting: Alerting = Alerting()
    plugins: Plugins | None = None


class SlothService(Record):
    """The objectives of one service."""

    service: Name
    labels: dict[Text, Text] = {}
    slo_plugins: Plugins | None = None
    slos: Seq[SlothSlo]


class SlothFile(SlothService):
    """A ``prometheus/v1`` file."""

    version: Literal["prometheus/v1"]


class _KubeEvents(Events):
    model_config = _CAMEL


class _KubeRaw(Raw):
    model_config = _CAMEL


class _KubePlugins(Plugins):
    model_config = _CAMEL


class _KubeAlerting(Alerting):
    model_config = _CAMEL


class _KubeSli(Sli):
    events: _KubeEvents | None = None
    raw: _KubeRaw | None = None


class _KubeSlo(SlothSlo):
    sli: _KubeSli
    alerting: _KubeAlerting = _KubeAlerting()
    plugins: _KubePlugins | None = None


class _KubeService(SlothService):
    model_config = _CAMEL

    slo_plugins: _KubePlugins | None = None
    slos: Seq[_KubeSlo]


class SlothResource(Record):
    """The Kubernetes resource; what Kubernetes itself adds to it is not read."""

    api_version: Annotated[Text, Field(alias="apiVersion")]
    kind: Text
    metadata: dict[Text, object] = {}
    status: object = None
    spec: _KubeService


class Window(Record):
    """A pair of windows and the share of the budget that burns within the long one."""

    model_config = _CAMEL

    error_budget_percent: Share
    short_window: PositiveTime
    long_window: PositiveTime


class Windows(Record):
    """The two pairs of one tier."""

    quick: Window
    slow: Window


class _WindowSet(Record):
    model_config = _CAMEL

    slo_period: PositiveTime
    page: Windows
    ticket: Windows


class AlertWindows(Record):
    """The windows of burn alerts for one period."""

    api_version: Annotated[Text, Field(alias="apiVersion")]
    kind: Text
    metadata: dict[Text, object] = {}
    spec: _WindowSet
