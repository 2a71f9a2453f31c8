# Cabinet in one image: the static binary with its user interface inside, and
# nothing else but certificates. Build it with: docker build -t cabinet .

FROM node:20-bookworm-slim AS ui
WORKDIR /src/web
COPY web/package.json web/package-lock.json web/.npmrc ./
RUN npm ci --no-audit --no-fund
COPY docs/ /src/docs/
COPY web/ ./
RUN npm run gen && npm run build

FROM golang:1.26-bookworm AS server
ENV CGO_ENABLED=0
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
COPY --from=ui /src/web/dist/ web/dist/
# timetzdata: business calendars need the zones, and the last image has no files.
RUN go build -trimpath -tags timetzdata -ldflags '-s -w' -o /out/cabinet ./cmd/cabinet
RUN mkdir -p /out/data /out/tmp && chmod 1777 /out/tmp

FROM scratch
COPY --from=server /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/
COPY --from=server /out/tmp /tmp
COPY --from=server --chown=65532:65532 /out/data /data
COPY --from=server /out/cabinet /cabinet
# A number, because there is no /etc/passwd; it lets a cluster check "not root".
USER 65532:65532
ENV CABINET_DATA=/data CABINET_ADDR=0.0.0.0:8080
VOLUME /data
EXPOSE 8080
ENTRYPOINT ["/cabinet"]
CMD ["serve"]
