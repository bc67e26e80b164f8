# A nightly scan: Cloud Scheduler starts a job of Cloud Run, which writes its reports into a bucket. The configuration is an
# object of that bucket, mlposture.toml, whose output and store name the bucket, too. What it may read is granted by ../roles.

terraform {
  required_version = ">= 1.5"
  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 5.0"
    }
  }
}

variable "project" {
  description = "The project that the job runs in."
  type        = string
}

variable "region" {
  description = "A region that has Cloud Run and Cloud Scheduler."
  type        = string
  default     = "europe-west4"
}

variable "image" {
  description = "The image, by its digest."
  type        = string
}

variable "bucket" {
  description = "The bucket of the configuration and the reports, with versions kept."
  type        = string
}

variable "schedule" {
  description = "When, as of cron, in UTC."
  type        = string
  default     = "17 5 * * *"
}

variable "notify_url_secret" {
  description = "The secret of Secret Manager, in this project, with the address that is told what is new; empty for nobody."
  type        = string
  default     = ""
}

variable "notify_key_secret" {
  description = "The secret with the key that this is signed with."
  type        = string
  default     = ""
}

locals {
  given  = { MLPOSTURE_NOTIFY_URL = var.notify_url_secret, MLPOSTURE_NOTIFY_KEY = var.notify_key_secret }
  notify = { for variable, secret in local.given : variable => secret if secret != "" }
}

resource "google_service_account" "scanner" {
  project      = var.project
  account_id   = "mlposture"
  display_name = "mlposture: scans"
}

resource "google_service_account" "starter" {
  project      = var.project
  account_id   = "mlposture-starter"
  display_name = "mlposture: starts scans"
}

resource "google_storage_bucket_iam_member" "reports" {
  bucket = var.bucket
  role   = "roles/storage.objectUser" # to replace a report, its object is read, made and deleted
  member = google_service_account.scanner.member
}

resource "google_secret_manager_secret_iam_member" "notify" {
  for_each  = local.notify
  project   = var.project
  secret_id = each.value
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.scanner.member
}

resource "google_cloud_run_v2_job" "scan" {
  depends_on          = [google_secret_manager_secret_iam_member.notify] # Cloud Run reads them as the scanner
  name                = "mlposture"
  project             = var.project
  location            = var.region
  deletion_protection = false

  template {
    template {
      service_account = google_service_account.scanner.email
      timeout         = "14400s"
      max_retries     = 0 # exit codes that trying again does not change are most of them

      containers {
        image = var.image
        args  = ["scan", "--config", "gs://${var.bucket}/mlposture.toml", "--time-limit", "3h", "--no-progress"]

        dynamic "env" {
          for_each = local.notify
          content {
            name = env.key
            value_source {
              secret_key_ref {
                secret  = env.value
                version = "latest"
              }
            }
          }
        }

        resources {
          limits = {
            cpu    = "1"
            memory = "2Gi" # files in /tmp count
          }
        }
      }
    }
  }
}

resource "google_cloud_run_v2_job_iam_member" "starter" {
  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_job.scan.name
  role     = "roles/run.invoker"
  member   = google_service_account.starter.member
}

resource "google_cloud_scheduler_job" "scan" {
  name      = "mlposture"
  project   = var.project
  region    = var.region
  schedule  = var.schedule
  time_zone = "Etc/UTC"

  http_target {
    http_method = "POST"
    uri         = "https://run.googleapis.com/v2/${google_cloud_run_v2_job.scan.id}:run"

    oauth_token {
      service_account_email = google_service_account.starter.email
    }
  }
}

output "member" {
  description = "Who scans: `member` of ../roles."
  value       = google_service_account.scanner.member
}
