# PagerPal in a container: the service and what operators run beside it, on Deno's own image.
#
#   docker build --tag pagerpal .
#   docker run --read-only --publish 127.0.0.1:8000:8000 --volume pagerpal-data:/data pagerpal
#
# It runs as a user without rights, needs no capability, and writes to /data only. A mirror of the base image:
# --build-arg DENO_IMAGE=registry.example.com/denoland/deno:debian-2.9.6
ARG DENO_IMAGE=denoland/deno:debian-2.9.6

FROM ${DENO_IMAGE} AS build
ENV DENO_DIR=/deno-dir
WORKDIR /app
# The libraries change less often than the code: a layer of their own, exactly what deno.lock holds.
COPY deno.json deno.lock ./
RUN deno install --frozen
COPY . .
# A checkout may be for its owner's eyes only, and the process is somebody else.
RUN deno cache --frozen main.ts scripts/*.ts \
    && chmod -R a+rX . \
    && ln -s /data data

FROM ${DENO_IMAGE}
ENV DENO_DIR=/deno-dir \
    DENO_NO_UPDATE_CHECK=1 \
    HOST=0.0.0.0
# For the user `deno` of the base image. The database is data/pagerpal.db by default, and /app/data leads here.
RUN install --directory --owner=1993 --group=1993 --mode=0700 /data
VOLUME /data
# The rest belongs to root: the process cannot change what it runs.
COPY --from=build /deno-dir /deno-dir
COPY --from=build /app /app
WORKDIR /app
# By number, so that an orchestrator can see that it is not root.
USER 1993:1993
EXPOSE 8000
# Liveness. Starting Deno for it takes some hundredths of a second of processor time.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
  CMD ["deno", "run", "--no-config", "--no-lock", "--no-prompt", "--cached-only", "--allow-env=PORT", "--allow-net=127.0.0.1", "scripts/healthcheck.ts"]
# What `deno task start` runs, without a task runner between the engine's signals and the process.
CMD ["deno", "run", "--v8-flags=--max-semi-space-size=8,--heap-growing-percent=20", "-P=start", "--no-prompt", "--frozen", "--cached-only", "main.ts", "--listen"]
ARG VERSION=2.0.0-alpha.1
ARG REVISION=unknown
LABEL org.opencontainers.image.title="PagerPal" \
      org.opencontainers.image.description="A self-hosted pager: alerts in, the person on call paged, until somebody answers" \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
