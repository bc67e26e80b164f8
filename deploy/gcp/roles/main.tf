# A role of a Google Cloud organisation that reads the configuration of ML resources and nothing else, granted on the
# organisation to who scans. A role of a project could not see what folders and the organisation grant.

terraform {
  required_version = ">= 1.5"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}

variable "organization" {
  description = "The number of the organisation."
  type        = string
}

variable "member" {
  description = "Who scans, as serviceAccount:EMAIL."
  type        = string
}

locals {
  permissions = jsondecode(file("${path.module}/../../permissions.json")).gcp
}

resource "google_organization_iam_custom_role" "reader" {
  org_id      = var.organization
  role_id     = "mlposture_reader"
  title       = "mlposture reader"
  description = "Reads the configuration of ML resources."
  permissions = local.permissions
}

resource "google_organization_iam_member" "reader" {
  org_id = var.organization
  role   = google_organization_iam_custom_role.reader.id
  member = var.member
}
