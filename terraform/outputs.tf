output "creator" {
  description = "The creator: tables, topic, functions, and the role of each consumer account."
  value       = module.creator
}

output "consumers" {
  description = "The consumers: mapping table and function of each."
  value = {
    production  = module.production
    development = module.development
  }
}

output "check_command" {
  description = "Command that asks who uses an image, alerting nobody; write the image's id in place of ami-…"
  value       = module.creator.check_command
}
