# The account that owns and shares the images.
module "creator" {
  source    = "./modules/ami_creator"
  providers = { aws = aws.creator }

  consumer_account_ids   = values(var.consumers)[*].account_id
  account_email_mapping  = var.account_email_mapping
  account_memberships    = var.account_memberships
  alert_sender           = var.alert_sender
  administrator_address  = var.administrator_address
  create_ses_identity    = var.create_ses_identity
  ses_identities         = var.ses_identities
  ses_configuration_sets = var.ses_configuration_sets
  alert_subscriptions    = var.alert_subscriptions
  ssm_prefix             = var.ssm_prefix
  consumer               = var.consumer

  image_parameter_pattern = var.image_parameter_pattern
  image_parameter_arns    = var.image_parameter_arns
  sweep                   = var.sweep
  sweep_interval_hours    = var.sweep_interval_hours
  maximum_sweep_age_hours = var.maximum_sweep_age_hours
  tracker_timeout         = var.tracker_timeout
  departed_after_days     = var.departed_after_days
  guard                   = var.guard
  guard_tag               = var.guard_tag
  dashboard               = var.dashboard

  name_prefix         = var.name_prefix
  package_directory   = var.package_directory
  architecture        = var.architecture
  memory_size         = var.memory_size
  timeout             = var.timeout
  log_retention_days  = var.log_retention_days
  log_level           = var.log_level
  create_trail        = var.create_trail
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.creator.kms_key_arn
  alarm_actions       = var.creator.alarm_actions
  tags                = var.tags
}

# Where Image Builder distributes the images: a CloudFormation custom resource, in the account of the pipelines.
module "image_distribution" {
  source    = "./modules/image_distribution"
  providers = { aws = aws.creator }
  count     = var.image_distribution == null ? 0 : 1

  distribution_configuration_arns = var.image_distribution.distribution_configuration_arns
  invocation_mode                 = var.image_distribution.invocation_mode
  schedule_expression             = var.image_distribution.schedule_expression
  parameter_names                 = var.image_distribution.parameter_names
  organizational_units            = var.image_distribution.organizational_units
  organizations_role_arn          = var.image_distribution.organizations_role_arn
  verify                          = var.image_distribution.verify

  name_prefix         = var.name_prefix
  parameter_prefix    = "${var.ssm_prefix}/distribution"
  package_directory   = var.package_directory
  architecture        = var.architecture
  memory_size         = var.memory_size
  timeout             = var.image_distribution.timeout
  log_retention_days  = var.log_retention_days
  log_level           = var.log_level
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.creator.kms_key_arn
  alarm_actions       = var.creator.alarm_actions
  tags                = var.tags
}

# The accounts that use them: one block each, and one provider in provider.tf.
module "production" {
  source    = "./modules/ami_consumer"
  providers = { aws = aws.production }

  creator_account_id     = module.creator.account_id
  cross_account_role_arn = module.creator.consumer_role_arns[var.consumers["production"].account_id]
  usage_table_name       = module.creator.usage_table_name
  shares_table_name      = module.creator.shares_table_name

  image_parameter_pattern = var.image_parameter_pattern
  image_parameter_arns    = var.image_parameter_arns
  sweep                   = var.sweep
  sweep_interval_hours    = var.sweep_interval_hours
  dashboard               = var.dashboard

  name_prefix         = var.name_prefix
  package_directory   = var.package_directory
  architecture        = var.architecture
  memory_size         = var.memory_size
  timeout             = var.tracker_timeout
  log_retention_days  = var.log_retention_days
  log_level           = var.log_level
  create_trail        = var.create_trail
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.consumers["production"].kms_key_arn
  alarm_actions       = var.consumers["production"].alarm_actions
  tags                = var.tags
}

module "development" {
  source    = "./modules/ami_consumer"
  providers = { aws = aws.development }

  creator_account_id     = module.creator.account_id
  cross_account_role_arn = module.creator.consumer_role_arns[var.consumers["development"].account_id]
  usage_table_name       = module.creator.usage_table_name
  shares_table_name      = module.creator.shares_table_name

  image_parameter_pattern = var.image_parameter_pattern
  image_parameter_arns    = var.image_parameter_arns
  sweep                   = var.sweep
  sweep_interval_hours    = var.sweep_interval_hours
  dashboard               = var.dashboard

  name_prefix         = var.name_prefix
  package_directory   = var.package_directory
  architecture        = var.architecture
  memory_size         = var.memory_size
  timeout             = var.tracker_timeout
  log_retention_days  = var.log_retention_days
  log_level           = var.log_level
  create_trail        = var.create_trail
  deletion_protection = var.deletion_protection
  kms_key_arn         = var.consumers["development"].kms_key_arn
  alarm_actions       = var.consumers["development"].alarm_actions
  tags                = var.tags
}
