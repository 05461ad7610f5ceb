terraform { required_version = ">= 1.5" }
# image = "nope:1"
resource "docker_image" "web" {
  name = "nginx:1.27"
}
resource "docker_container" "web" {
  name  = "web"
  image = docker_image.web.image_id
}
resource "kubernetes_deployment" "app" {
  metadata { name = "app" }
  spec {
    template {
      spec {
        container {
          name  = "app"
          image = "ghcr.io/acme/app:1" // inline
        }
        container {
          image = "redis:${var.redis_version}"
        }
      }
    }
  }
}
