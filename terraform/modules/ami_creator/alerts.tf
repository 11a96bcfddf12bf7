locals {
  email_parameter_prefix      = "${var.ssm_prefix}/emails"
  membership_parameter_prefix = "${var.ssm_prefix}/memberships"

  # Addresses are confidential, account ids are not.
  email_accounts = nonsensitive(toset(var.account_email_mapping[*].account))
  emails = {
    for account in local.email_accounts : account => distinct(flatten([
      for entry in var.account_email_mapping : compact(concat([entry.email], entry.emails)) if entry.account == account
    ]))
  }

  memberships = {
    for account in toset(var.account_memberships[*].account) : account => distinct(flatten([
      for entry in var.account_memberships : entry.arns if entry.account == account
    ]))
  }
}

resource "aws_ssm_parameter" "emails" {
  for_each = local.email_accounts

  name        = "${local.email_parameter_prefix}/${each.value}"
  description = "Addresses, separated by commas, that are alerted for account ${each.value}"
  type        = "SecureString"
  key_id      = var.kms_key_arn
  value       = join(",", local.emails[each.value])
  tags        = var.tags
}

resource "aws_ssm_parameter" "administrator" {
  name        = "${var.ssm_prefix}/administrator"
  description = "Address that gets the alerts nobody else can get"
  type        = "SecureString"
  key_id      = var.kms_key_arn
  value       = var.administrator_address
  tags        = var.tags
}

resource "aws_ssm_parameter" "memberships" {
  # checkov:skip=CKV2_AWS_34: The ids of organizations and units are no secret.
  for_each = local.memberships

  name        = "${local.membership_parameter_prefix}/${each.key}"
  description = "Organization and organizational units of account ${each.key}"
  type        = "StringList"
  value       = join(",", each.value)
  tags        = var.tags
}

resource "aws_sns_topic" "alerts" {
  name              = "${var.name_prefix}-alerts"
  kms_master_key_id = coalesce(var.kms_key_arn, "alias/aws/sns")
  tags              = var.tags
}

resource "aws_sns_topic_subscription" "alerts" {
  for_each = var.alert_subscriptions

  topic_arn = aws_sns_topic.alerts.arn
  protocol  = each.value.protocol
  endpoint  = each.value.endpoint
}

resource "aws_sesv2_email_identity" "sender" {
  count = var.create_ses_identity ? 1 : 0

  email_identity = var.alert_sender
  tags           = var.tags
}
