variable "name" {
  type = string
}

variable "config" {
  type = string
}

variable "model" {
  type = string
}

variable "instance_count" {
  type = number
}

resource "aws_sagemaker_endpoint_configuration" "this" {
  name = var.config

  production_variants {
    variant_name           = "main"
    model_name             = var.model
    instance_type          = "ml.m5.large"
    initial_instance_count = var.instance_count
  }
}

resource "aws_sagemaker_endpoint" "this" {
  name                 = var.name
  endpoint_config_name = aws_sagemaker_endpoint_configuration.this.name
}
