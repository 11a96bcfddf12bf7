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

output "trail_arn" {
  description = "ARN of the trail, null without create_trail."
  value       = one(module.trail[*].arn)
}
