variable "name" {
  type = string
}

variable "group" {
  type = string
}

variable "storage_id" {
  type = string
}

variable "computes" {
  type = list(string)
}

resource "azurerm_machine_learning_workspace" "this" {
  name                          = var.name
  resource_group_name           = var.group
  location                      = "westeurope"
  application_insights_id       = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-retina/providers/Microsoft.Insights/components/retina"
  key_vault_id                  = "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg-retina/providers/Microsoft.KeyVault/vaults/retina"
  storage_account_id            = var.storage_id
  public_network_access_enabled = true

  identity {
    type = "SystemAssigned"
  }
}

resource "azurerm_machine_learning_compute_instance" "this" {
  count = length(var.computes)

  name                          = var.computes[count.index]
  machine_learning_workspace_id = azurerm_machine_learning_workspace.this.id
  virtual_machine_size          = "STANDARD_DS3_V2"
  local_auth_enabled            = true
  node_public_ip_enabled        = true

  ssh {
    public_key = file("${path.module}/key.pub")
  }
}

output "id" {
  value = azurerm_machine_learning_workspace.this.id
}
