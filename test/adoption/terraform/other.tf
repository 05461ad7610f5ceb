variable "image" {
  type    = string
  default = "nope"
}
resource "aws_instance" "web" {
  ami = "ami-123"
}
resource "hcloud_server" "s" {
  image = "ubuntu-24.04"
}
resource "google_compute_instance" "vm" {
  boot_disk { initialize_params { image = "debian-cloud/debian-12" } }
}
