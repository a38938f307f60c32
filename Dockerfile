# The gateway as an image without a project: mount one at /srv/portico, or copy it there in an image
# of your own. docs/operation/deployment.md has both.

FROM swift:6.3-bookworm AS build
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpq-dev libssl-dev libyaml-dev pkg-config zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY . .
RUN swift build -c release --product portico --static-swift-stdlib --no-color-diagnostics \
    && install -Ds .build/release/portico /image/portico

FROM debian:bookworm-slim
# libpq, libyaml, OpenSSL and zlib are what the program links; ca-certificates is for a JWKS.
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates libpq5 libssl3 libyaml-0-2 zlib1g \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 portico \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /srv/portico --shell /usr/sbin/nologin portico \
    && install -d -o portico -g portico /srv/portico /var/lib/portico
COPY --from=build /image/portico /usr/local/bin/portico
USER 10001:10001
WORKDIR /srv/portico
ENV PORTICO_HOST=0.0.0.0 PORTICO_PORT=8080
EXPOSE 8080
# The process answers; whether the database does is what /readyz says, and no reason to restart.
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["bash", "-c", "exec 3<>/dev/tcp/127.0.0.1/$PORTICO_PORT && printf 'GET /healthz HTTP/1.1\\r\\nHost: localhost\\r\\nConnection: close\\r\\n\\r\\n' >&3 && read -r _ status _ <&3 && [ \"$status\" = 200 ]"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["portico"]
CMD ["serve"]
