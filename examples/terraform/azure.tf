locals {
  group = "rg-retina"
}

module "workspaces" {
  for_each = {
    dev   = { name = "ws-retina-dev", storage = azurerm_storage_account.retina["nwretinadev"].id }
    pilot = { name = "ws-pilot", storage = null }
  }
  source = "./modules/workspace"

  name       = each.value.name
  group      = local.group
  storage_id = each.value.storage
  computes   = each.key == "dev" ? ["ci-open", "ci-plain"] : []
}

resource "azurerm_storage_account" "retina" {
  for_each = toset(["nwretinadev", "nwretinaold"])

  name                            = each.key
  resource_group_name             = local.group
  location                        = "westeurope"
  account_tier                    = "Standard"
  account_replication_type        = "LRS"
  min_tls_version                 = "TLS1_0"
  https_traffic_only_enabled      = false
  allow_nested_items_to_be_public = true

  blob_properties {
    versioning_enabled = false
  }
}

resource "azurerm_cognitive_account" "openai" {
  name                = "openai-open"
  resource_group_name = local.group
  location            = "westeurope"
  kind                = "OpenAI"
  sku_name            = "S0"
  local_auth_enabled  = true
}

# No resource of azurerm is an online endpoint.
resource "azapi_resource" "retina" {
  type      = "Microsoft.MachineLearningServices/workspaces/onlineEndpoints@2024-10-01"
  name      = "retina-open"
  parent_id = module.workspaces["dev"].id
  location  = "westeurope"

  body = {
    properties = {
      authMode            = "Key"
      publicNetworkAccess = "Enabled"
    }
  }
}
