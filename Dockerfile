# syntax=docker/dockerfile:1

FROM python:3.11-slim AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never
WORKDIR /app
RUN pip install --no-cache-dir "uv>=0.8,<1"
COPY pyproject.toml ./
RUN uv sync --no-dev

FROM python:3.11-slim
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
