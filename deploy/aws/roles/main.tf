# The role mlposture-reader in every account of an AWS organisation, which `mlposture scan aws --organization` assumes. A
# stack set puts it into each account, and into new ones by itself; the management account, which no stack set of the
# organisation reaches, has it from here. Apply it there. It reads configuration and nothing else.

terraform {
  required_version = ">= 1.5"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
  }
}

variable "scanner_arn" {
  description = "The role that scans and may assume these: ScannerRoleArn of schedule.yaml, or what a job or cluster signs in as."
  type        = string
}

variable "organizational_units" {
  description = "Where accounts get the role: the root of the organisation (r-...), or some units (ou-...)."
  type        = list(string)
}

variable "region" {
  description = "The region that the stacks are kept in. Roles have none."
  type        = string
  default     = "eu-west-1"
}

locals {
  name        = "mlposture-reader"
  permissions = jsondecode(file("${path.module}/../../permissions.json")).aws

  trust = {
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = var.scanner_arn }
    }]
  }

  policy = {
    Version = "2012-10-17"
    Statement = [{
      Sid      = "MlpostureRead"
      Effect   = "Allow"
      Action   = local.permissions
      Resource = "*" # what lists cannot be limited to a resource
    }]
  }
}

resource "aws_cloudformation_stack_set" "reader" {
  name             = local.name
  description      = "Reads the configuration of ML resources, for mlposture."
  permission_model = "SERVICE_MANAGED"
  capabilities     = ["CAPABILITY_NAMED_IAM"]

  auto_deployment {
    enabled                          = true
    retain_stacks_on_account_removal = false
  }

  template_body = jsonencode({
    Resources = {
      Reader = {
        Type = "AWS::IAM::Role"
        Properties = {
          RoleName                 = local.name
          AssumeRolePolicyDocument = local.trust
          Policies                 = [{ PolicyName = local.name, PolicyDocument = local.policy }]
        }
      }
    }
  })

  lifecycle {
    ignore_changes = [administration_role_arn] # the service sets it
  }
}

resource "aws_cloudformation_stack_set_instance" "reader" {
  stack_set_name            = aws_cloudformation_stack_set.reader.name
  stack_set_instance_region = var.region

  deployment_targets {
    organizational_unit_ids = var.organizational_units
  }
}

resource "aws_iam_role" "management" {
  name               = local.name
  assume_role_policy = jsonencode(local.trust)
}

resource "aws_iam_role_policy" "management" {
  name   = local.name
  role   = aws_iam_role.management.id
  policy = jsonencode(local.policy)
}
