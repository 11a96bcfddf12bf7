output "provider_role_arn" {
  description = "ARN of the provider role, for `source-account.assume-role`; null without provider_role."
  value       = one([for name, role in aws_iam_role.this : role.arn if name == "provider"])
}

output "consumer_role_arn" {
  description = "ARN of the consumer role, for `target-accounts[].assume-role`; null without consumer_role."
  value       = one([for name, role in aws_iam_role.this : role.arn if name == "consumer"])
}
