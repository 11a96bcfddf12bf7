data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  usage_image_index = "image"
}

# Who an image is shared with, and which alerts were sent.
module "shares" {
  source = "../table"

  name                = "${var.name_prefix}-shares"
  hash_key            = "image_id"
  range_key           = "principal"
  ttl_attribute       = "expires_at"
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
  tags                = var.tags
}

# What the consumer accounts run on. Its partition key is the account, so that each can be confined to its own rows.
module "usage" {
  source = "../table"

  name      = "${var.name_prefix}-usage"
  hash_key  = "account_id"
  range_key = "resource"
  indexes = {
    (local.usage_image_index) = { hash_key = "image_id", range_key = "account_id" }
  }
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.kms_key_arn
  tags                = var.tags
}

module "share_recorder" {
  source = "../function"

  name_prefix       = var.name_prefix
  name              = "share-recorder"
  description       = "Records who each image of this account is shared with"
  package_directory = var.package_directory
  policy            = data.aws_iam_policy_document.share_recorder.json
  environment       = { SHARES_TABLE = module.shares.name }
  rules             = local.image_rules.share_recorder

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

module "deregistration_checker" {
  source = "../function"

  name_prefix       = var.name_prefix
  name              = "deregistration-checker"
  description       = "Alerts the accounts that still use an image they lose"
  package_directory = var.package_directory
  policy            = data.aws_iam_policy_document.deregistration_checker.json

  environment = {
    SHARES_TABLE                    = module.shares.name
    USAGE_TABLE                     = module.usage.name
    USAGE_IMAGE_INDEX               = local.usage_image_index
    EMAIL_PARAMETER_PREFIX          = local.email_parameter_prefix
    MEMBERSHIP_PARAMETER_PREFIX     = local.membership_parameter_prefix
    ADMINISTRATOR_ADDRESS_PARAMETER = aws_ssm_parameter.administrator.name
    ALERT_SENDER                    = var.alert_sender
    ALERT_TOPIC_ARN                 = aws_sns_topic.alerts.arn
    MAXIMUM_SWEEP_AGE_HOURS         = tostring(var.maximum_sweep_age_hours)
    DEPARTED_AFTER_DAYS             = tostring(var.departed_after_days)
    GUARD                           = var.guard
    GUARD_TAG                       = var.guard_tag
  }

  rules         = merge(local.image_rules.deregistration_checker, local.checker_schedules)
  metric_alarms = local.checker_alarms

  architecture         = var.architecture
  memory_size          = var.memory_size
  timeout              = var.timeout
  reserved_concurrency = var.reserved_concurrency
  log_retention_days   = var.log_retention_days
  log_level            = var.log_level
  tracing              = var.tracing
  kms_key_arn          = var.kms_key_arn
  kms_services         = ["dynamodb", "sns", "ssm"]
  alarm_actions        = var.alarm_actions
  tags                 = var.tags
}

# The creator as a user of its own images: a consumer like any other, in the same account.
module "consumer" {
  source = "../ami_consumer"
  count  = var.consumer ? 1 : 0

  name_prefix            = var.name_prefix
  creator_account_id     = local.account
  cross_account_role_arn = aws_iam_role.consumer[local.account].arn
  usage_table_name       = module.usage.name
  shares_table_name      = module.shares.name

  tombstone_days          = var.tombstone_days
  image_parameter_pattern = var.image_parameter_pattern
  image_parameter_arns    = var.image_parameter_arns
  sweep                   = var.sweep
  sweep_interval_hours    = var.sweep_interval_hours
  dashboard               = var.dashboard
  deletion_protection     = var.deletion_protection

  package_directory    = var.package_directory
  architecture         = var.architecture
  memory_size          = var.memory_size
  timeout              = var.tracker_timeout
  reserved_concurrency = var.reserved_concurrency
  log_retention_days   = var.log_retention_days
  log_level            = var.log_level
  tracing              = var.tracing
  kms_key_arn          = var.kms_key_arn
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
