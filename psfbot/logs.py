"""Logs: one line an event, for people or for machines, and never a secret in it.

Events are constant lower-case words; what varies is in the fields:
`log.info("webhook refused", plugin="pagerduty", status=401)`. What libraries say goes the
same way, as the event `library log`.
"""

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterable, MutableMapping
from typing import TextIO
from urllib.parse import quote

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor

HIDDEN = "(hidden)"
SECRET_FIELD = re.compile(r"token|secret|passw|authorization|signature|cookie|credential|api_?key", re.IGNORECASE)
"""A field whose name says so is never written, whatever is in it."""
PRIVATE = (
    (re.compile(r"(/hooks/[^/\s\"'?#]*)/[^\s\"']+"), rf"\1/{HIDDEN}"),
    (re.compile(r"(\w://)[^/\s\"'@]+@"), rf"\1{HIDDEN}@"),
)
"""Parts of a line that may be secret wherever they come from: a hook's last part, and passwords in addresses."""
SHORTEST = 4
"""A secret with fewer characters would be found in half of all words."""
ONCE_IN = 60.0
"""Seconds in which strangers can provoke the same line only once."""


class Throttle:
    """Lets a line through once a minute, and tells how many of its kind were left out before it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Look at this clock."""
        self._clock = clock
        self._known: dict[object, tuple[float, int]] = {}

    def __call__(self, key: object) -> int | None:
        """The number left out since the last line of this kind; None when this one should be left out as well."""
        now = self._clock()
        last, skipped = self._known.get(key, (now - ONCE_IN, 0))
        if now - last < ONCE_IN:
            self._known[key] = last, skipped + 1
            return None
        self._known[key] = now, 0
        return skipped


class Seldom(logging.Filter):
    """Keeps strangers who send nonsense from filling the disk with a library's warnings."""

    def __init__(self) -> None:
        """Begin with nothing said."""
        super().__init__()
        self._throttle = Throttle()

    def filter(self, record: logging.LogRecord) -> bool:
        """Let errors pass, and each kind of warning once in a while."""
        return record.levelno >= logging.ERROR or self._throttle(record.msg) is not None


def get(name: str) -> FilteringBoundLogger:
    """The logger of one module; it says which one it is.

    Before anybody sets logs up, warnings go to standard error, and no secret with them either.
    """
    if not structlog.is_configured():
        _write_lines(sys.stderr, logging.WARNING, "console", ())
    log: FilteringBoundLogger = structlog.get_logger(part=name.removeprefix("psfbot."))
    return log


def set_up(level: str, style: str, *, secrets: Iterable[str] = (), stream: TextIO | None = None) -> None:
    """Write logs from this level on, as `console` or `json`, with each of these secrets blotted out."""
    out, least = stream or sys.stderr, logging.getLevelNamesMapping()[level.upper()]
    _route_libraries(out, least, *_write_lines(out, least, style, secrets))


def _write_lines(
    out: TextIO, least: int, style: str, secrets: Iterable[str]
) -> tuple[list[Processor], list[Processor]]:
    """Let our own events be written; what is done to one first and last is handed back."""
    last: list[Processor] = [*_rendered(style, colors=out.isatty()), _blotter(secrets)]
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_secret_fields,
    ]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.WriteLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    return first, last


def _rendered(style: str, *, colors: bool) -> list[Processor]:
    """How an event becomes a line; a traceback tells where it happened and never what the variables held."""
    if style == "json":
        return [structlog.processors.format_exc_info, structlog.processors.JSONRenderer(ensure_ascii=False)]
    plain = structlog.dev.plain_traceback
    return [structlog.dev.ConsoleRenderer(colors=colors, exception_formatter=plain, sort_keys=False)]


def _route_libraries(out: TextIO, least: int, first: list[Processor], last: list[Processor]) -> None:
    """Let what libraries log come out like our own lines, from warnings on; more of it only where `debug` is set."""
    handler = logging.StreamHandler(out)
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[_as_an_event, *first],
        processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
    )
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO if least <= logging.DEBUG else max(least, logging.WARNING))
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.filters = [Seldom()]
    logging.getLogger("uvicorn.access").disabled = True


def _as_an_event(_: object, __: str, event: EventDict) -> EventDict:
    """A library's sentence as a field: it varies, and events do not."""
    record: logging.LogRecord = event["_record"]
    return {**event, "event": "library log", "part": record.name, "message": event["event"]}


def _without_secret_fields(_: object, __: str, event: EventDict) -> EventDict:
    """Blot out fields that are named like a secret, in maps within fields too."""
    return _blotted(event)


def _blotted(fields: MutableMapping[str, object]) -> EventDict:
    """The same fields, without what is secret by its name."""
    return {
        name: HIDDEN if SECRET_FIELD.search(str(name)) else _blotted(value) if isinstance(value, dict) else value
        for name, value in fields.items()
    }


def _blotter(secrets: Iterable[str]) -> Processor:
    """A last look at the finished line: no known secret leaves, in none of the spellings that it may come in."""
    known = {secret for secret in secrets if len(secret) >= SHORTEST}
    spellings = known | {quote(s, safe="") for s in known} | {json.dumps(s)[1:-1] for s in known}
    spellings |= {json.dumps(s, ensure_ascii=False)[1:-1] for s in known} | {repr(s)[1:-1] for s in known}
    exact = re.compile("|".join(re.escape(s) for s in sorted(spellings, key=len, reverse=True)) or r"(?!)")

    def blot(_: object, __: str, line: EventDict) -> str:
        text = exact.sub(HIDDEN, str(line))
        for pattern, shown in PRIVATE:
            text = pattern.sub(shown, text)
        return text

    return blot
