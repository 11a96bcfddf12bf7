output "account_id" {
  description = "Account that is watched."
  value       = local.account
}

output "mapping_table_name" {
  description = "Table that says which image each resource of this account was made from."
  value       = module.mapping.name
}

output "function" {
  description = "The usage tracker: name, arn, role_arn, log_group_name, dead_letter_queue_url, alarm_arns."
  value       = module.usage_tracker
}

output "sweep_command" {
  description = "Command that begins a sweep now, whenever the last one was (AWS CLI 2)."
  value       = "aws lambda invoke --region ${local.region} --function-name ${module.usage_tracker.function_name} --cli-binary-format raw-in-base64-out --payload '{\"sweep\":{\"force\":true}}' /dev/stdout"
}

output "dashboard_name" {
  description = "Name of the CloudWatch dashboard, null without it."
  value       = one(aws_cloudwatch_dashboard.this[*].dashboard_name)
}

output "trail_arn" {
  description = "ARN of the trail, null without create_trail."
  value       = one(module.trail[*].arn)
}
