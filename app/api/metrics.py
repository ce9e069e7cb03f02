"""Figures for Prometheus: by route template, never by path."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.gc_collector import GCCollector
from prometheus_client.process_collector import ProcessCollector

from app.api.admission import Admission

_BUCKETS_S: Final = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The figures of one process, in a registry of their own."""

    def __init__(self, admission: Admission) -> None:
        self.registry = CollectorRegistry()
        self._requests = Counter(
            "onset_requests",
            "Requests that reached the application.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self._durations = Histogram(
            "onset_request_duration_seconds",
            "From the request's headers to the end of the answer.",
            ("method", "route"),
            buckets=_BUCKETS_S,
            registry=self.registry,
        )
        self.registry.register(_Admitted(admission))
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._children: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}

    def answered(self, method: str, route: str, status: int, duration_s: float) -> None:
        """Counts one request."""
        key = (method if method in _METHODS else "other", route, status)
        child = self._children.get(key)
        if child is None:
            child = self._children[key] = (self._requests.labels(*key), self._durations.labels(*key[:2]))
        requests, durations = child
        requests.inc()
        durations.observe(duration_s)

    def text(self) -> bytes:
        """The exposition format, version 0.0.4."""
        return generate_latest(self.registry)


class _Admitted:
    """Reads the admission's own counts when asked, so that they cost nothing otherwise."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "onset_requests_in_flight", "Requests whose answer has not begun.", value=self._admission.in_flight
        )
        yield CounterMetricFamily(
            "onset_requests_turned_away", "Requests answered 503 for overload.", value=self._admission.turned_away
        )
