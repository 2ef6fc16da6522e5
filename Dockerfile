# One image: the app, its worker and its commands.   docker compose up   starts it with all it needs.
FROM python:3.12-slim-bookworm

# libzbar0 reads barcodes in photographs.
RUN apt-get update \
    && apt-get install -y --no-install-recommends libzbar0 \
    && rm -rf /var/lib/apt/lists/*

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

WORKDIR /srv/trueshelf
COPY requirements.lock ./
RUN pip install --require-hashes -r requirements.lock

COPY wsgi.py LICENSE NOTICE ./
COPY app app
COPY templates templates
COPY static static
COPY label_templates label_templates
# Compiled once, here: the folder is not writable later.
RUN python -m compileall -q app wsgi.py \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin trueshelf \
    && install -d -o trueshelf -g trueshelf -m 0750 /data

USER trueshelf
VOLUME /data
EXPOSE 8000

# Production refuses to start without keys of its own (see .env.example).
ENV TRUESHELF_MODE=production \
    TRUESHELF_DATA_DIR=/data

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://localhost:8000/healthz', timeout=4)"]

# exec: SIGTERM must reach the server, which then finishes what it has begun.
CMD ["sh", "-c", "flask --app wsgi init && exec flask --app wsgi serve --host 0.0.0.0 --port 8000"]
