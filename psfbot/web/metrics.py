"""What Prometheus is told: everything is counted in memory, so a scrape waits for nobody."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
LATENCIES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Bounds in seconds: Sentry gives up after 1, PagerDuty after 5."""


class Reported(Collector):
    """Numbers that a platform keeps itself, asked for at each scrape."""

    def __init__(self, name: str, numbers: Callable[[], Mapping[str, float]]) -> None:
        """Begin with whatever it says now."""
        self._name, self._numbers = name, numbers

    def collect(self) -> Iterator[Metric]:
        """One after the other; a name that ends in `_total` only grows."""
        for name, value in self._numbers().items():
            kind = CounterMetricFamily if name.endswith("_total") else GaugeMetricFamily
            words = name.removesuffix("_total").replace("_", " ")
            yield kind(f"psfbot_{self._name}_{name}", f"{self._name}: {words}.", value=value)


class Labelled(Collector):
    """Numbers by name that some part of the bot keeps itself, asked for at each scrape."""

    def __init__(self, name: str, about: str, label: str, numbers: Callable[[], Mapping[str, float]]) -> None:
        """Begin with whatever it says now."""
        self._name, self._about, self._label, self._numbers = name, about, label, numbers

    def collect(self) -> Iterator[Metric]:
        """One gauge, with a value for each name."""
        gauge = GaugeMetricFamily(self._name, self._about, labels=[self._label])
        for which, value in self._numbers().items():
            gauge.add_metric([which], value)
        yield gauge


class Counters:
    """Every number that is exported; other parts of the bot say here what happened."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin at nothing; ages are told as of the scrape, by this clock."""
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._now = now
        self._catalog: datetime | None = None
        self._oldest: datetime | None = None
        self._known: dict[tuple[str, str], Counter] = {}
        self._count()
        self._gauge()

    def _count(self) -> None:
        """Make what only grows."""
        own = self.registry
        self._webhooks = Counter(
            "psfbot_webhooks", "Webhooks by plugin, and how they were answered.", ["plugin", "outcome"], registry=own
        )
        self._seconds = Histogram(
            "psfbot_webhook_seconds",
            "From a webhook's headers to the answer that it is stored.",
            buckets=LATENCIES,
            registry=own,
        )
        self._letters = Counter("psfbot_letters", "Stored webhooks by what became of them.", ["fate"], registry=own)
        self._alerts = Counter("psfbot_alerts", "Alerts by how they were judged.", ["verdict"], registry=own)

    def _gauge(self) -> None:
        """Make what goes up and down."""
        own = self.registry
        self._outbox = Gauge("psfbot_outbox", "Notices in the outbox by state.", ["state"], registry=own)
        self._leader = Gauge("psfbot_leader", "1 when this process speaks in chat and delivers.", registry=own)
        oldest = Gauge("psfbot_oldest_undelivered_seconds", "Age of the oldest notice that is due.", registry=own)
        oldest.set_function(lambda: self._age(self._oldest))
        catalog = Gauge("psfbot_catalog_age_seconds", "Time since the catalog in force was read.", registry=own)
        catalog.set_function(lambda: self._age(self._catalog))

    def _age(self, since: datetime | None) -> float:
        """Seconds since then, 0 where there is no then."""
        return max(0.0, (self._now() - since).total_seconds()) if since else 0.0

    def webhook(self, plugin: str, outcome: str, seconds: float) -> None:
        """A webhook was answered; the time counts when it was taken."""
        counter = self._known.get((plugin, outcome))
        if counter is None:
            counter = self._known[plugin, outcome] = self._webhooks.labels(plugin, outcome)
        counter.inc()
        if outcome in {"stored", "duplicate"}:
            self._seconds.observe(seconds)

    def letter(self, fate: str) -> None:
        """A stored webhook was read."""
        self._letters.labels(fate).inc()

    def alert(self, verdict: str) -> None:
        """An alert was judged."""
        self._alerts.labels(verdict).inc()

    def outbox(self, states: Mapping[str, int], oldest: datetime | None) -> None:
        """How many notices are in which state now, and since when the oldest one is due."""
        for state, number in states.items():
            self._outbox.labels(state).set(number)
        self._oldest = oldest

    def leads(self, *, leader: bool) -> None:
        """This process became the leader, or is none any more."""
        self._leader.set(leader)

    def platform(self, name: str, numbers: Callable[[], Mapping[str, float]]) -> None:
        """A platform has numbers of its own."""
        self.registry.register(Reported(name, numbers))

    def labelled(self, name: str, about: str, label: str, numbers: Callable[[], Mapping[str, float]]) -> None:
        """A part of the bot has numbers of its own, by name."""
        self.registry.register(Labelled(name, about, label, numbers))

    def catalog(self, at: datetime) -> None:
        """The catalog was read."""
        self._catalog = at

    def text(self) -> bytes:
        """All of it, in Prometheus' text format 0.0.4."""
        return generate_latest(self.registry)
