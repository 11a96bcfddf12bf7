output "account_id" {
  description = "Account that owns and shares the images; a consumer's creator_account_id."
  value       = local.account
}

output "consumer_role_arns" {
  description = "Role each consumer account records its usage with, by account id; a consumer's cross_account_role_arn."
  value       = { for account, role in aws_iam_role.consumer : account => role.arn }
}

output "usage_table_name" {
  description = "Table of what the consumer accounts use."
  value       = module.usage.name
}

output "shares_table_name" {
  description = "Table of who each image is shared with, and of the alerts sent."
  value       = module.shares.name
}

output "alert_topic_arn" {
  description = "SNS topic that gets every alert as JSON."
  value       = aws_sns_topic.alerts.arn
}

output "email_parameter_prefix" {
  description = "SSM path of the accounts' addresses: `<path>/<account id>`, SecureString, separated by commas."
  value       = local.email_parameter_prefix
}

output "membership_parameter_prefix" {
  description = "SSM path of the accounts' organizations and units: `<path>/<account id>`, StringList."
  value       = local.membership_parameter_prefix
}

output "functions" {
  description = "The functions: name, arn, role_arn, log_group_name, dead_letter_queue_url, alarm_arns of each."
  value = merge(
    {
      share-recorder         = module.share_recorder
      deregistration-checker = module.deregistration_checker
    },
    { for consumer in module.consumer : "usage-tracker" => consumer.function },
  )
}

output "check_command" {
  description = "Command that asks who uses an image, alerting nobody; put in the image's id (AWS CLI 2)."
  value       = "aws lambda invoke --region ${local.region} --function-name ${module.deregistration_checker.function_name} --cli-binary-format raw-in-base64-out --payload '{\"check\":\"ami-0123456789abcdef0\"}' /dev/stdout"
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard, null without it."
  value       = one(aws_cloudwatch_dashboard.this[*].dashboard_name)
}

output "trail_arn" {
  description = "ARN of the trail, null without create_trail."
  value       = one(module.trail[*].arn)
}
