"""What every section's model is: strict, closed, frozen; and how one section names things of another."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from surefoot.spec.model.scalars import Text


class Record(BaseModel):
    """A mapping of the spec; unknown keys are refused, and nothing is converted silently."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)


@dataclass(frozen=True, slots=True)
class Ref:
    """Marks a field that names an entry of the given section; resolving checks that it exists."""

    section: str


ServiceRef = Annotated[Text, Ref("services")]
PersonRef = Annotated[Text, Ref("people")]
TeamRef = Annotated[Text, Ref("teams")]
ScheduleRef = Annotated[Text, Ref("schedules")]
EscalationRef = Annotated[Text, Ref("escalations")]
ChannelRef = Annotated[Text, Ref("channels")]
StoreRef = Annotated[Text, Ref("stores")]
DataRef = Annotated[Text, Ref("data")]
EnvironmentRef = Annotated[Text, Ref("environments")]
RegionRef = Annotated[Text, Ref("regions")]
ExporterRef = Annotated[Text, Ref("exporters")]
ExperimentRef = Annotated[Text, Ref("experiments")]
SloRef = Annotated[Text, Ref("slos")]
HolidaysRef = Annotated[Text, Ref("holidays")]
JourneyRef = Annotated[Text, Ref("journeys")]
