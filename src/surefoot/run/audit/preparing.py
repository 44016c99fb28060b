"""From an event to what may enter the log: it conforms to its type, and its personal values are sealed."""

from collections.abc import Callable
from dataclasses import dataclass

from surefoot.domain.audit.canonical import sealed
from surefoot.domain.audit.catalogue import Catalogue
from surefoot.domain.audit.commitment import NONCE, Concealed, Opening, Place, salt, seal
from surefoot.domain.audit.drafting import Personal, draft
from surefoot.domain.audit.record import Event
from surefoot.errors import RecordRefused
from surefoot.ports.auditlog import Entry
from surefoot.ports.subjects import SubjectKeys


@dataclass(frozen=True, slots=True)
class Preparing:
    """What preparing needs.

    Attributes:
        catalogue: Types of events.
        keys: Of the people whom personal values are about.
        random: Returns so many random bytes.
    """

    catalogue: Catalogue
    keys: SubjectKeys
    random: Callable[[int], bytes]

    def entry(self, event: Event) -> Entry:
        """Make of an event what is stored.

        Raises:
            RecordRefused: It does not conform to its type, or the log does not take a value; names the field.
            PortError: The keys cannot be reached.
        """
        refusals = self.catalogue.refusals(event)
        if refusals:
            raise RecordRefused(refusals[0].field, "; ".join(refusal.message for refusal in refusals))
        drafted = draft(self.catalogue.types[event.action.type], event)
        concealed = tuple(self._concealed(event.id, one) for one in drafted.personal)
        record = sealed(drafted.concealed(concealed))
        return Entry(record.id, record.body, concealed)

    def _concealed(self, record: str, one: Personal) -> Concealed:
        place, key = Place(record, one.field), self.keys.key(one.subject)
        opening = Opening(place, one.value, salt(place, one.value, key))
        return seal(opening, one.subject, key, self.random(NONCE))
