output "service_token" {
  description = "What templates put into the resource's ServiceToken (`invocation_mode` direct), or hand to the CDK's Provider as onEventHandler (provider-framework)."
  value       = module.image_distribution.function_arn
}

output "table_name" {
  description = "Table with what is managed: originals, templates' properties, answers."
  value       = module.records.name
}

output "function" {
  description = "The function: name, arn, role_arn, log_group_name, dead_letter_queue_url, alarm_arns."
  value       = module.image_distribution
}

output "parameter_prefix" {
  description = "Path below which the function reads and watches lists of accounts and regions."
  value       = var.parameter_prefix
}
