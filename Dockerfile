# A small image that runs the service as an ordinary user; data and the secret key live in /data.
FROM python:3.13-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 ONSET_DATA=/data ONSET_ENV=production

RUN useradd --uid 10001 --home-dir /srv --no-create-home onset \
    && install --directory --owner onset --mode 0700 /data

WORKDIR /srv
COPY requirements.lock ./
RUN python -m pip install --no-cache-dir --no-deps --require-hashes -r requirements.lock
COPY alembic.ini ./
COPY migrations ./migrations
COPY app ./app

USER onset
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["python", "-m", "app.cli", "serve", "--host", "0.0.0.0"]
