locals {
  subnet = "subnet-0a1b2c3d4e5f60001"
  notebooks = {
    legacy-nb       = { role = aws_iam_role.ml[1].arn, internet = "Enabled", subnet = null }
    vpc-but-open-nb = { role = aws_iam_role.ml[0].arn, internet = "Enabled", subnet = local.subnet }
  }
}

resource "aws_sagemaker_notebook_instance" "team" {
  for_each = local.notebooks

  name                   = each.key
  role_arn               = each.value.role
  instance_type          = "ml.t3.medium"
  subnet_id              = each.value.subnet
  direct_internet_access = each.value.internet

  instance_metadata_service_configuration {
    minimum_instance_metadata_service_version = "1"
  }
}

resource "aws_sagemaker_notebook_instance" "research" {
  name                   = "research-nb"
  role_arn               = "arn:aws:iam::111122223333:role/service-role/sentiment-training"
  instance_type          = "ml.t3.medium"
  subnet_id              = local.subnet
  direct_internet_access = "Disabled"
  root_access            = "Disabled"
}

resource "aws_sagemaker_model" "ensemble" {
  name               = "sentiment-ensemble"
  execution_role_arn = aws_iam_role.ml[1].arn

  container {
    image          = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/preprocess:latest"
    model_data_url = "s3://northwind-example-public-demo/preprocess/model.tar.gz"
  }

  container {
    image          = "111122223333.dkr.ecr.eu-west-1.amazonaws.com/sentiment:1.4"
    model_data_url = "s3://northwind-example-deleted-models/classify/model.tar.gz"
  }
}

module "endpoints" {
  for_each = {
    chat               = { config = "chat-gpu-1", model = "chat-from-hub", count = 1 }
    sentiment-ensemble = { config = "sentiment-ensemble-1", model = aws_sagemaker_model.ensemble.name, count = 1 }
  }
  source = "./modules/endpoint"

  name           = each.key
  config         = each.value.config
  model          = each.value.model
  instance_count = each.value.count
}

resource "aws_iam_role" "ml" {
  count = 2

  name = ["data-science", "ml-admin"][count.index]
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { Service = "sagemaker.amazonaws.com" }
    }]
  })
}

resource "aws_iam_role_policy_attachment" "sagemaker" {
  role       = aws_iam_role.ml[0].name
  policy_arn = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"
}

resource "aws_iam_role_policy_attachment" "admin" {
  role       = aws_iam_role.ml[1].name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}

resource "aws_iam_role_policy" "pass" {
  name   = "pass-any-role"
  role   = aws_iam_role.ml[0].name
  policy = file("${path.module}/pass-any-role.json")
}

resource "aws_s3_bucket" "capture" {
  bucket = "northwind-example-capture"
}

resource "aws_s3_bucket_server_side_encryption_configuration" "capture" {
  bucket = aws_s3_bucket.capture.id

  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm = "AES256"
    }
  }
}

resource "aws_s3_bucket_versioning" "capture" {
  bucket = aws_s3_bucket.capture.id

  versioning_configuration {
    status = "Enabled"
  }
}

# Of a registry: what is in it belongs to others, and the line to change is this call.
module "training_data" {
  source  = "registry.northwind.example/northwind/s3-bucket/aws"
  version = "3.2.1"

  bucket = "northwind-example-training-data"
}
