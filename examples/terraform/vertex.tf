resource "google_vertex_ai_endpoint" "chargeback" {
  name         = "1000000000000000002"
  display_name = "chargeback-legacy"
  location     = "europe-west4"

  predict_request_response_logging_config {
    enabled       = false
    sampling_rate = 0.1
  }
}

resource "google_workbench_instance" "analysis" {
  name            = "adhoc-analysis"
  location        = "europe-west4-a"
  instance_owners = [google_service_account.people["us-workbench"].email]

  gce_setup {
    machine_type         = "e2-standard-4"
    disable_public_ip    = false
    enable_ip_forwarding = true

    boot_disk {
      disk_size_gb = 150
    }

    metadata = {
      "notebook-disable-root" = "false"
      "serial-port-enable"    = "true"
    }

    shielded_instance_config {
      enable_secure_boot = false
    }
  }
}

resource "google_storage_bucket" "data" {
  for_each = {
    example-fraud-data   = true
    example-fraud-public = false
  }

  name                        = each.key
  location                    = "EU"
  uniform_bucket_level_access = each.value

  versioning {
    enabled = each.value
  }
}

resource "google_storage_bucket_iam_member" "everyone" {
  bucket = google_storage_bucket.data["example-fraud-public"].name
  role   = "roles/storage.objectViewer"
  member = "allUsers"
}

resource "google_service_account" "people" {
  for_each = toset(["chargeback-serving", "us-workbench"])

  account_id = each.key
}

resource "google_service_account_key" "serving" {
  service_account_id = google_service_account.people["chargeback-serving"].name
}

resource "google_project_iam_member" "editor" {
  project = "example-fraud-prod"
  role    = "roles/editor"
  member  = google_service_account.people["chargeback-serving"].member
}

module "staging" {
  source  = "registry.northwind.example/northwind/bucket/google"
  version = "1.0.4"
  count   = 1

  name = "example-fraud-staging"
}
