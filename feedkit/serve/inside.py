"""How feedkit is doing: what the server is told of it by whoever started it, and how that is shown.

The server stands beside the pipeline and knows nothing of it; `Inside` is handed to it.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from html import escape
from typing import Literal, NamedTuple, Protocol

import msgspec

from feedkit.serve.pages import document


class SourceState(Protocol):
    """One source, as ``feedkit status`` knows it. Times are UTC."""

    @property
    def source(self) -> str:
        """As the configuration names it."""

    @property
    def title(self) -> str | None:
        """Its own."""

    @property
    def last_success(self) -> datetime | None:
        """When it last answered."""

    @property
    def due_at(self) -> datetime | None:
        """When it is asked next; None: in the next run, or never."""

    @property
    def due_reason(self) -> str:
        """Why then."""

    @property
    def entries(self) -> int:
        """That are stored."""

    @property
    def error(self) -> str | None:
        """The last one."""

    @property
    def is_gone(self) -> bool:
        """Whether it is asked no more."""

    @property
    def is_failing(self) -> bool:
        """Whether the last request failed."""


class Measure(NamedTuple):
    """A number for Prometheus."""

    name: str
    help: str
    kind: Literal["counter", "gauge"]
    value: float
    labels: tuple[tuple[str, str], ...] = ()


class Inside(NamedTuple):
    """What can be asked of feedkit. The first two are called in a thread, and may raise
    `StoreError`."""

    sources: Callable[[], Sequence[SourceState]]
    measures: Callable[[], Sequence[Measure]]
    trouble: Callable[[], str | None] = lambda: None
    """What is wrong with whoever collects, in a sentence; None: nothing that is known."""


def as_json(sources: Sequence[SourceState], now: datetime, version: str) -> bytes:
    """The document of /status.json."""
    failing = sum(source.is_failing for source in sources)
    value = {
        "at": now,
        "version": version,
        "sources": len(sources),
        "failing": failing,
        "feeds": sources,
    }
    return msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n"


def as_page(sources: Sequence[SourceState], now: datetime, version: str, base: str) -> bytes:
    """The page of /status; `base` is the path of what is published."""
    failing = sum(source.is_failing for source in sources)
    heading = "".join(f'<th scope="col">{cell}</th>' for cell in _COLUMNS)
    rows = "".join(_rows(sources))
    feeds = "feed" if len(sources) == 1 else "feeds"
    said = f"{len(sources):,} {feeds}, {f'{failing:,}' if failing else 'none'} failing"
    content = (
        f"<p>feedkit {escape(version)}, {_time(now)}</p><div class='wide-table'>"
        f"<table><thead><tr>{heading}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
    return document("feedkit: status", said, content, base).encode()


_COLUMNS = ("Feed", "Last success", "Next", "Why then", "Entries", "Last error")


def _rows(sources: Sequence[SourceState]) -> Iterator[str]:
    for source in sorted(sources, key=lambda source: not source.is_failing):
        name = f"{source.title} ({source.source})" if source.title else source.source
        cells = (
            escape(name),
            _time(source.last_success) or "never",
            _time(source.due_at) or ("never" if source.is_gone else "next run"),
            escape(source.due_reason),
            f"{source.entries:,}",
            escape(source.error or ""),
        )
        kind = ' class="failing"' if source.is_failing else ""
        # On a phone each row is a block, and each cell a line with the name of its column.
        named = zip(_COLUMNS, cells, strict=True)
        row = "".join(f'<td data-column="{column}">{cell}</td>' for column, cell in named)
        yield f"<tr{kind}>{row}</tr>"


def _time(time: datetime | None) -> str:
    """In HTML: it may be broken between day and hour, and there alone."""
    if time is None:
        return ""
    return f"<time><span>{time:%Y-%m-%d}</span> <span>{time:%H:%M:%S} UTC</span></time>"


def as_metrics(measures: Sequence[Measure]) -> tuple[str, bytes]:
    """The media type and the document of /metrics (the text format of Prometheus)."""
    from prometheus_client import CollectorRegistry
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
    from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
    from prometheus_client.registry import Collector

    families: dict[str, CounterMetricFamily | GaugeMetricFamily] = {}
    for measure in measures:
        family = families.get(measure.name)
        if family is None:
            make = CounterMetricFamily if measure.kind == "counter" else GaugeMetricFamily
            family = make(measure.name, measure.help, labels=[name for name, _ in measure.labels])
            families[measure.name] = family
        family.add_metric([value for _, value in measure.labels], measure.value)

    class Given(Collector):
        def collect(self) -> Iterator[Metric]:
            yield from families.values()

    registry = CollectorRegistry(auto_describe=False)
    registry.register(Given())
    return CONTENT_TYPE_LATEST, generate_latest(registry)
