locals {
  alarms = merge(local.service_alarms, local.metric_alarms)

  # What the function measures itself, in the embedded metric format.
  metric_alarms = {
    for key, alarm in var.metric_alarms : key => merge(alarm, {
      namespace  = "AMISteward"
      dimensions = { FunctionName = aws_lambda_function.this.function_name }
    })
  }

  service_alarms = {
    errors = {
      namespace   = "AWS/Lambda"
      metric      = "Errors"
      statistic   = "Sum"
      dimensions  = { FunctionName = aws_lambda_function.this.function_name }
      description = "${local.name} failed. Its log group says why; Lambda tries again ${var.maximum_retry_attempts} times, then the event goes to the dead-letter queue."
    }
    throttles = {
      namespace   = "AWS/Lambda"
      metric      = "Throttles"
      statistic   = "Sum"
      dimensions  = { FunctionName = aws_lambda_function.this.function_name }
      description = "${local.name} was throttled: its reserved concurrency or the account's is used up. Events wait up to ${var.maximum_event_age} seconds."
    }
    dead-letters = {
      namespace   = "AWS/SQS"
      metric      = "ApproximateNumberOfMessagesVisible"
      statistic   = "Maximum"
      dimensions  = { QueueName = aws_sqs_queue.dead_letters.name }
      description = "Events for ${local.name} were given up. Each message is an event as it came: invoke the function with it once the cause is gone. One of a schedule, which has come again since, may be deleted."
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "this" {
  for_each = local.alarms

  alarm_name          = "${local.name}-${each.key}"
  alarm_description   = each.value.description
  namespace           = each.value.namespace
  metric_name         = each.value.metric
  dimensions          = each.value.dimensions
  statistic           = each.value.statistic
  period              = try(each.value.period, 300)
  evaluation_periods  = try(each.value.periods, 1)
  datapoints_to_alarm = try(each.value.datapoints, null)
  comparison_operator = "GreaterThanThreshold"
  threshold           = try(each.value.threshold, 0)
  treat_missing_data  = try(each.value.missing, "notBreaching")
  alarm_actions       = var.alarm_actions
  ok_actions          = var.alarm_actions
  # An alarm begins with insufficient data, of which nobody is told: only when values that there were stay away.
  insufficient_data_actions = try(each.value.missing, "notBreaching") == "missing" ? var.alarm_actions : []
  tags                      = var.tags
}
