resource "aws_ecs_task_definition" "app" {
  family = "app"
  container_definitions = jsonencode([
    {
      name  = "app"
      image = "httpd:2.4"
    },
    { name = "x", image = "busybox:1", essential = false },
    { name = "y", image : "busybox:2" },
    { "name" : "z", "image" : "busybox:3" },
  ])
}
resource "aws_lambda_function" "f" {
  image_uri = "ghcr.io/acme/fn:1"
  package_type = "Image"
}
data "docker_registry_image" "u" {
  name = "ubuntu:24.04"
}
