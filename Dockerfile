# syntax=docker/dockerfile:1
# Two images: `controller` (the default) and `speech`, which also has the embedded engine and its models.
ARG BASE_IMAGE=node:24-bookworm-slim

FROM ${BASE_IMAGE} AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --omit=optional

FROM ${BASE_IMAGE} AS speech-packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
COPY hack/models.ts hack/
COPY hack/models/ hack/models/
COPY src/ src/
RUN CALLSCRIBE_CACHE=/app/cache node hack/models.ts

FROM ${BASE_IMAGE} AS base
WORKDIR /app
ENV NODE_ENV=production PATH=/app/bin:$PATH
COPY package.json LICENSE ./
COPY bin/ bin/
COPY deploy/crds/ deploy/crds/
COPY src/ src/
# Numeric, so that Kubernetes can verify runAsNonRoot.
USER 65532:65532
ENTRYPOINT ["/app/bin/callscribe"]

FROM base AS speech
COPY --from=speech-packages /app/node_modules/ node_modules/
COPY --from=speech-packages /app/cache/ cache/
ENV CALLSCRIBE_CACHE=/app/cache
EXPOSE 9900
CMD ["speech-server"]

FROM base AS controller
COPY --from=packages /app/node_modules/ node_modules/
EXPOSE 8080 8081
CMD ["controller"]
