# syntax=docker/dockerfile:1

# The digest of the base image is not named here, because it was not known where this file was written. Find it with
# `docker buildx imagetools inspect python:3.11-slim` and pin it:
# docker build --build-arg PYTHON_IMAGE=python:3.11-slim@sha256:…
ARG PYTHON_IMAGE=python:3.11-slim

FROM ${PYTHON_IMAGE} AS build
WORKDIR /app
COPY requirements-docker.txt ./
RUN python -m venv .venv \
    && .venv/bin/pip install --no-cache-dir --require-hashes --only-binary :all: -r requirements-docker.txt

FROM ${PYTHON_IMAGE}
# Nothing is written outside /data: the database, and NiceGUI's store of visitors.
ENV PATH=/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    HOST=0.0.0.0 \
    PORT=8080 \
    DATABASE_URL=sqlite+aiosqlite:////data/guftagu.db \
    NICEGUI_STORAGE_PATH=/data/visitors
RUN useradd --system --uid 10001 --home-dir /data --create-home guftagu
COPY --from=build /app/.venv /app/.venv
COPY . /app
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=4)"]
CMD ["python", "/app/main.py"]
