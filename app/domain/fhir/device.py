"""The Device: the service itself, which computed and put together what the patient did not write."""

from app.domain.fhir.datatypes import Resource
from app.domain.fhir.names import Names


def device(names: Names, version: str) -> Resource:
    """Onset, in the version that made the document."""
    return {
        "resourceType": "Device",
        "id": names.of("Device"),
        "status": "active",
        "deviceName": [{"name": "Onset", "type": "user-friendly-name"}],
        "version": [{"value": version}],
    }
