# Any Python image from 3.11 on does, on amd64 and arm64 alike; pin a digest with --build-arg BASE=python@sha256:…
ARG BASE=python:3.13-slim-bookworm

FROM ${BASE} AS build
WORKDIR /src
RUN python -m venv /opt/psfbot
# requirements.lock is optional (`make lock` writes it); the pattern lets COPY pass without it.
COPY pyproject.toml requirements.loc[k] ./
RUN if [ -f requirements.lock ]; then \
      /opt/psfbot/bin/pip install --no-cache-dir --require-hashes --requirement requirements.lock; \
    fi
COPY README.md LICENSE catalog.yaml ./
COPY psfbot psfbot
COPY plugins plugins
RUN /opt/psfbot/bin/pip wheel --no-cache-dir --no-deps --wheel-dir dist . \
 && /opt/psfbot/bin/pip install --no-cache-dir dist/*.whl

FROM ${BASE}
LABEL org.opencontainers.image.title="psfbot" \
      org.opencontainers.image.description="Service catalog and on-call ChatOps bot" \
      org.opencontainers.image.source="https://github.com/psf/psfbot" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /var/lib/psfbot --shell /usr/sbin/nologin psfbot \
 && install --directory --owner psfbot --group psfbot /srv/psfbot /var/lib/psfbot
COPY --from=build /opt/psfbot /opt/psfbot
ENV PATH=/opt/psfbot/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PSFBOT_HOST=0.0.0.0 \
    PSFBOT_PORT=8080 \
    PSFBOT_LOG_FORMAT=json \
    PSFBOT_DATABASE_URL=sqlite:////var/lib/psfbot/psfbot.sqlite3 \
    PSFBOT_IRC_STATE_DIR=/var/lib/psfbot/irc
# A catalog.yaml mounted here goes before the copy inside the wheel.
WORKDIR /srv/psfbot
USER 10001:10001
VOLUME ["/var/lib/psfbot"]
EXPOSE 8080
# Without a proxy: HTTP_PROXY must not send the question about ourselves elsewhere.
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 CMD ["python", "-c", "\
import os, urllib.request as web\n\
ask = web.build_opener(web.ProxyHandler({})).open\n\
ask('http://127.0.0.1:' + os.environ['PSFBOT_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["psfbot"]
CMD ["run"]
