variable "TAG" { default = "latest" }
group "default" { targets = ["app"] }
// comment: docker-image://nope:1
target "app" {
  context = "."
  tags    = ["acme/app:${TAG}"]
  contexts = {
    base = "docker-image://alpine:3.20"
    tool = "docker-image://golang:${GO}"
    src  = "./src"
  }
  dockerfile-inline = <<EOT
ARG V=1
FROM nginx:${V}
EOT
}
