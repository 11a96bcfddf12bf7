resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.rules

  name                = "${local.name}-${each.key}"
  description         = each.value.description
  event_pattern       = each.value.event_pattern
  schedule_expression = each.value.schedule_expression
  tags                = var.tags
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.rules

  rule      = aws_cloudwatch_event_rule.this[each.key].name
  target_id = var.name
  arn       = aws_lambda_function.this.arn
  input     = each.value.input

  dead_letter_config {
    arn = aws_sqs_queue.dead_letters.arn
  }

  retry_policy {
    maximum_event_age_in_seconds = var.maximum_event_age
    maximum_retry_attempts       = 185
  }
}

resource "aws_lambda_permission" "this" {
  for_each = var.rules

  statement_id  = each.key
  action        = "lambda:InvokeFunction"
  function_name = aws_lambda_function.this.function_name
  principal     = "events.amazonaws.com"
  source_arn    = aws_cloudwatch_event_rule.this[each.key].arn
}
