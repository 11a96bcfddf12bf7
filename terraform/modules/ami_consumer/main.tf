data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name
}

# What this account runs on: which image each instance, launch template version and launch configuration was made from.
module "mapping" {
  source = "../table"

  name                = "${var.name_prefix}-mapping"
  hash_key            = "resource_id"
  range_key           = "part"
  ttl_attribute       = "expires_at"
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
  tags                = var.tags
}

module "usage_tracker" {
  source = "../function"

  name_prefix       = var.name_prefix
  name              = "usage-tracker"
  description       = "Records which images of account ${var.creator_account_id} this account uses"
  package_directory = var.package_directory
  policy            = data.aws_iam_policy_document.usage_tracker.json

  environment = {
    CREATOR_ACCOUNT_ID     = var.creator_account_id
    CROSS_ACCOUNT_ROLE_ARN = var.cross_account_role_arn
    USAGE_TABLE            = var.usage_table_name
    SHARES_TABLE           = var.shares_table_name
    MAPPING_TABLE          = module.mapping.name
    TOMBSTONE_DAYS         = tostring(var.tombstone_days)
    SWEEP_INTERVAL_HOURS   = tostring(var.sweep_interval_hours)
  }

  rules         = merge(local.usage_tracker_rules, local.sweep_rules)
  metric_alarms = local.sweep_alarms

  architecture         = var.architecture
  memory_size          = var.memory_size
  timeout              = var.timeout
  reserved_concurrency = var.reserved_concurrency
  log_retention_days   = var.log_retention_days
  log_level            = var.log_level
  tracing              = var.tracing
  kms_key_arn          = var.kms_key_arn
  kms_services         = ["dynamodb"]
  alarm_actions        = var.alarm_actions
  tags                 = var.tags
}

module "trail" {
  source = "../trail"
  count  = var.create_trail ? 1 : 0

  name_prefix    = var.name_prefix
  retention_days = var.trail_retention_days
  force_destroy  = !var.deletion_protection
  kms_key_arn    = var.kms_key_arn
  tags           = var.tags
}
