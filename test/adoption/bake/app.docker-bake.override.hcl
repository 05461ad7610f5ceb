target "app" {
  contexts = { "node:22" = "docker-image://ghcr.io/acme/node:22" } # trailing
}
