# One image for web, worker, beat and one-shot commands; docker-compose.yml says which is which.
FROM python:3.12-slim-bookworm AS build
COPY requirements.txt /tmp/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements.txt

FROM python:3.12-slim-bookworm
# pg_dump and pg_restore for `manage.py backup`; their version must not be below the server's (15)
RUN apt-get update && apt-get install -y --no-install-recommends postgresql-client-15 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --create-home --home-dir /data minewatch
COPY --from=build /venv /venv
WORKDIR /app
COPY manage.py pyproject.toml ./
COPY minewatch minewatch
COPY core core
COPY agencies agencies
COPY duties duties
COPY ledgers ledgers
COPY cases cases
COPY reports reports
COPY templates templates
COPY static static
ARG RELEASE=dev
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    MINEWATCH_HOME=/data MINEWATCH_STATIC=/app/static-collected MINEWATCH_COLLECTED=1 MINEWATCH_RELEASE=$RELEASE
RUN MINEWATCH_HOME=/tmp/build python manage.py collectstatic --noinput -v 0 && rm -rf /tmp/build
USER minewatch
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "minewatch.wsgi:application", "-k", "gthread", "-w", "2", "--threads", "4", \
     "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--graceful-timeout", "10", \
     "--access-logfile", "-", "-b", "0.0.0.0:8000"]
