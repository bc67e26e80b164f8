# A nightly scan: a job of Container Apps, which writes its reports into a container of a storage account. The configuration
# is a blob of that container, mlposture.toml, whose output and store name the container, too. What it may read is granted by
# ../roles.

terraform {
  required_version = ">= 1.5"
  required_providers {
    azurerm = {
      source  = "hashicorp/azurerm"
      version = ">= 4.0"
    }
  }
}

provider "azurerm" {
  features {}
}

variable "resource_group" {
  description = "The resource group that the job runs in."
  type        = string
}

variable "location" {
  description = "Its location."
  type        = string
  default     = "westeurope"
}

variable "image" {
  description = "The image, by its digest."
  type        = string
}

variable "storage_account_id" {
  description = "The resource id of the storage account, with versions kept."
  type        = string
}

variable "container" {
  description = "The container of the configuration and the reports."
  type        = string
}

variable "schedule" {
  description = "When, as of cron, in UTC."
  type        = string
  default     = "17 5 * * *"
}

variable "notify_vault_id" {
  description = "The resource id of a Key Vault with role-based access, in which the following secrets are; empty for none."
  type        = string
  default     = ""
}

variable "notify_url_secret" {
  description = "The identifier, without a version, of the secret with the address that is told what is new; empty for nobody."
  type        = string
  default     = ""
}

variable "notify_key_secret" {
  description = "That of the secret with the key that this is signed with."
  type        = string
  default     = ""
}

locals {
  account = basename(var.storage_account_id)
  given   = { MLPOSTURE_NOTIFY_URL = var.notify_url_secret, MLPOSTURE_NOTIFY_KEY = var.notify_key_secret }
  notify  = { for variable, secret in local.given : variable => secret if secret != "" }
}

resource "azurerm_user_assigned_identity" "scanner" {
  name                = "mlposture"
  resource_group_name = var.resource_group
  location            = var.location
}

resource "azurerm_role_assignment" "reports" {
  scope                = "${var.storage_account_id}/blobServices/default/containers/${var.container}"
  role_definition_name = "Storage Blob Data Contributor"
  principal_id         = azurerm_user_assigned_identity.scanner.principal_id
}

resource "azurerm_role_assignment" "notify" {
  for_each             = toset(compact([var.notify_vault_id]))
  scope                = each.value
  role_definition_name = "Key Vault Secrets User"
  principal_id         = azurerm_user_assigned_identity.scanner.principal_id
}

resource "azurerm_container_app_environment" "scans" {
  name                = "mlposture"
  resource_group_name = var.resource_group
  location            = var.location
}

resource "azurerm_container_app_job" "scan" {
  name                         = "mlposture"
  resource_group_name          = var.resource_group
  location                     = var.location
  container_app_environment_id = azurerm_container_app_environment.scans.id
  depends_on                   = [azurerm_role_assignment.notify] # the job reads them as the scanner
  replica_timeout_in_seconds   = 14400
  replica_retry_limit          = 0 # exit codes that trying again does not change are most of them

  identity {
    type         = "UserAssigned"
    identity_ids = [azurerm_user_assigned_identity.scanner.id]
  }

  dynamic "secret" {
    for_each = local.notify
    content {
      name                = lower(replace(secret.key, "_", "-"))
      key_vault_secret_id = secret.value
      identity            = azurerm_user_assigned_identity.scanner.id
    }
  }

  schedule_trigger_config {
    cron_expression          = var.schedule
    parallelism              = 1
    replica_completion_count = 1
  }

  template {
    container {
      name   = "mlposture"
      image  = var.image
      cpu    = 0.5
      memory = "1Gi"
      args   = ["scan", "--config", "az://${local.account}/${var.container}/mlposture.toml", "--time-limit", "3h", "--no-progress"]

      env {
        name  = "AZURE_CLIENT_ID" # which managed identity
        value = azurerm_user_assigned_identity.scanner.client_id
      }

      dynamic "env" {
        for_each = local.notify
        content {
          name        = env.key
          secret_name = lower(replace(env.key, "_", "-"))
        }
      }

      volume_mounts {
        name = "scratch"
        path = "/tmp"
      }
    }

    volume {
      name         = "scratch"
      storage_type = "EmptyDir"
    }
  }
}

output "principal_id" {
  description = "Who scans: `principal_id` of ../roles."
  value       = azurerm_user_assigned_identity.scanner.principal_id
}
