# syntax=docker/dockerfile:1
# One image for the five services and the edge: what runs is the command. docker-compose.yml and deploy/kubernetes say which.
#
#   docker build -t orderbuddy .

FROM python:3.11-slim-bookworm AS packages
# All of it from wheels but http-ece, which has none and is Python alone: nothing is compiled, no stage needs a compiler.
COPY requirements.runtime.lock /
RUN python -m venv --without-pip /opt/venv \
 && pip --python /opt/venv install --no-cache-dir --disable-pip-version-check --no-deps --only-binary :all: --no-binary http-ece -r /requirements.runtime.lock

FROM python:3.11-slim-bookworm
# Nobody's own: no login, no home, no password. Kubernetes wants the number.
RUN groupadd --system --gid 10001 orderbuddy \
 && useradd --system --uid 10001 --gid orderbuddy --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin orderbuddy
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/orderbuddy
COPY gen/ gen/
COPY services/ services/
COPY edge/ edge/
# What whoever runs it calls by hand, or once: docs/operating.md.
COPY tools/__init__.py tools/preflight.py tools/found_database.py tools/seal_credentials.py tools/assertion.py tools/
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONPATH=/srv/orderbuddy:/srv/orderbuddy/gen \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ORDERBUDDY_PROFILE=production
# Compiled here, because the file system is read-only where it runs. By hash: the files' times are those of the build.
RUN python -m compileall -q --invalidation-mode unchecked-hash /srv/orderbuddy /opt/venv/lib
USER 10001:10001
EXPOSE 8000 50051 50052 50053 50054 50055
ENTRYPOINT ["python", "-m"]
CMD ["edge"]
# Of the edge; services have `grpc://127.0.0.1:PORT` in its place, in docker-compose.yml.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-m", "services.kit.healthcheck", "http://127.0.0.1:8000/readyz"]
