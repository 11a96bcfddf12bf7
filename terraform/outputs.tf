output "creator" {
  description = "The creator account: its tables, topic, functions and the queues with the events they could not handle."
  value = {
    account_id         = module.creator.account_id
    shares_table       = module.creator.shares_table_name
    usage_table        = module.creator.usage_table_name
    alert_topic_arn    = module.creator.alert_topic_arn
    consumer_role_arns = module.creator.consumer_role_arns
    functions          = { for name, function in module.creator.functions : name => function.function_name }
    dead_letter_queues = { for name, function in module.creator.functions : name => function.dead_letter_queue_url }
  }
}

output "consumers" {
  description = "The consumer accounts: table, function and the queue with the events it could not handle."
  value = {
    for name, consumer in { production = module.production, development = module.development } : name => {
      account_id                       = consumer.account_id
      mapping_table                    = consumer.mapping_table_name
      function                         = consumer.function.function_name
      dead_letter_queue                = consumer.function.dead_letter_queue_url
    }
  }
}

output "check_command" {
  description = "Command that asks who uses an image, alerting nobody; put in the image's id."
  value       = module.creator.check_command
}

output "image_distribution_service_token" {
  description = "ServiceToken of the custom resource for Image Builder distribution configurations; null where it is not deployed."
  value       = one(module.image_distribution[*].service_token)
}
