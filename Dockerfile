# Two images: `controller` (the default), and `speech-server` with the embedded engine and its models. Both have Node, the libraries
# that it is linked with, callscribe and nothing else: no shell, no package manager. See docs/image.md.
ARG BASE_IMAGE=docker.io/library/node:24.21.0-bookworm-slim

FROM ${BASE_IMAGE} AS packages
# Another registry than npm's own, where there is one.
ARG NPM_CONFIG_REGISTRY
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --ignore-scripts
COPY LICENSE ./
COPY deploy/crds/ deploy/crds/
COPY hack/ hack/
COPY src/ src/

FROM packages AS controller-files
ARG SOURCE_DATE_EPOCH=0
RUN node hack/image/assemble.ts controller /rootfs

FROM scratch AS controller
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="callscribe" \
      org.opencontainers.image.description="Kubernetes operator that turns recorded Genesys Cloud calls into text." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=controller-files /rootfs/ /
ENV NODE_ENV=production PATH=/usr/local/bin
# Numeric, so that Kubernetes can verify runAsNonRoot.
USER 65532:65532
EXPOSE 8080 8081
ENTRYPOINT ["callscribe"]
CMD ["controller"]

FROM packages AS speech-server-files
ARG SOURCE_DATE_EPOCH=0
RUN CALLSCRIBE_CACHE=/app/cache node hack/models.ts && node hack/image/assemble.ts speech-server /rootfs

FROM scratch AS speech-server
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="callscribe speech server" \
      org.opencontainers.image.description="The embedded speech engine of callscribe behind the generic speech contract." \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
COPY --from=speech-server-files /rootfs/ /
ENV NODE_ENV=production PATH=/usr/local/bin CALLSCRIBE_CACHE=/app/cache
USER 65532:65532
EXPOSE 9900
ENTRYPOINT ["callscribe"]
CMD ["speech-server"]

# What is built where no target is named.
FROM controller
