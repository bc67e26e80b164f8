# What makes a part of the three AI systems of Northwind Example (invented). Its state, terraform.tfstate, has the ids of
# the simulated clouds: `mlposture evaluate … --tfstate examples/terraform/terraform.tfstate` shows the lines below.
terraform {
  required_providers {
    aws     = { source = "hashicorp/aws" }
    azurerm = { source = "hashicorp/azurerm" }
    azapi   = { source = "azure/azapi" }
    google  = { source = "hashicorp/google" }
  }
}

provider "aws" {
  region = "eu-west-1"
}

provider "google" {
  project = "example-fraud-prod"
}

provider "azurerm" {
  subscription_id = "00000000-0000-0000-0000-000000000001"
  features {}
}
