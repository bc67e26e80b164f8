# A role that reads the configuration of ML resources and nothing else, in every subscription below a management group,
# granted to who scans. It has no data actions.

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

variable "management_group_id" {
  description = "/providers/Microsoft.Management/managementGroups/NAME"
  type        = string
}

variable "principal_id" {
  description = "The object id of who scans: of the managed identity or service principal."
  type        = string
}

locals {
  permissions = jsondecode(file("${path.module}/../../permissions.json")).azure
}

resource "azurerm_role_definition" "reader" {
  name              = "mlposture reader"
  description       = "Reads the configuration of ML resources."
  scope             = var.management_group_id
  assignable_scopes = [var.management_group_id]

  permissions {
    actions = local.permissions
  }
}

resource "azurerm_role_assignment" "reader" {
  scope              = var.management_group_id
  role_definition_id = azurerm_role_definition.reader.role_definition_resource_id
  principal_id       = var.principal_id
}
