module "service" {
  source = "./service"
  image  = "ghcr.io/acme/app:1.2"
}
locals {
  image = "registry.example.com/team/app"
  note  = "image = \"nope:1\""
  list  = [{ image = "nginx:1.27@sha256:1111111111111111111111111111111111111111111111111111111111111111" }]
}
resource "google_cloud_run_v2_service" "run" {
  template { containers { image = "us-docker.pkg.dev/cloudrun/container/hello" } }
}
