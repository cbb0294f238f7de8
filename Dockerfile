# docker build --tag miglint .
# docker run --rm --user "$(id -u):$(id -g)" --volume "$PWD:/work:ro" miglint check
#
# As the user who owns the files: git reads no repository of somebody else's.
FROM rust:1.95-alpine AS build
# hadolint ignore=DL3018
RUN apk add --no-cache gcc musl-dev
WORKDIR /build
COPY Cargo.toml Cargo.lock README.md ./
COPY src src
COPY rules rules
COPY benches benches
RUN cargo build --release --locked

FROM scratch
LABEL org.opencontainers.image.title="miglint" \
    org.opencontainers.image.description="Stops a bad database migration before it merges" \
    org.opencontainers.image.source="https://github.com/miglint/miglint" \
    org.opencontainers.image.licenses="MIT OR Apache-2.0"
COPY --from=build /build/target/release/miglint /bin/miglint
COPY LICENSE-MIT LICENSE-APACHE /
USER 65532:65532
WORKDIR /work
ENTRYPOINT ["/bin/miglint"]
CMD ["check"]
