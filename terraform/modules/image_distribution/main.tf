data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  configuration_arns = coalesce(var.distribution_configuration_arns, ["arn:${local.partition}:imagebuilder:${local.region}:${local.account}:distribution-configuration/*"])
}

# What each configuration was before its stack took charge of it, which template it follows, and the answers given.
module "records" {
  source = "../table"

  name                = "${var.name_prefix}-image-distribution"
  hash_key            = "kind"
  range_key           = "id"
  ttl_attribute       = "expires_at"
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
  tags                = var.tags
}

module "image_distribution" {
  source = "../function"

  name_prefix       = var.name_prefix
  name              = "image-distribution"
  description       = "CloudFormation custom resource for EC2 Image Builder distribution configurations"
  package_directory = var.package_directory
  policy            = data.aws_iam_policy_document.image_distribution.json

  environment = merge(
    {
      RECORDS_TABLE   = module.records.name
      INVOCATION_MODE = var.invocation_mode
    },
    var.organizations_role_arn == null ? {} : { ORGANIZATIONS_ROLE_ARN = var.organizations_role_arn },
  )

  rules = local.rules

  # CloudFormation waits for an answer for an hour at most; a request that old must not be worked off any more.
  maximum_event_age = 3600

  architecture       = var.architecture
  memory_size        = var.memory_size
  timeout            = var.timeout
  log_retention_days = var.log_retention_days
  log_level          = var.log_level
  tracing            = var.tracing
  kms_key_arn        = var.kms_key_arn
  kms_services       = ["dynamodb"]
  alarm_actions      = var.alarm_actions
  tags               = var.tags
}
