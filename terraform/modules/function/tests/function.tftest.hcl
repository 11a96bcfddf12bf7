# The real provider, without a server: every resource is overridden, so that nothing is made, while policy documents are
# those that the provider really writes.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "111111111111" }
}

override_resource {
  target = aws_cloudwatch_log_group.this
  values = { arn = "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/ami-steward-usage-tracker" }
}

override_resource {
  target = aws_sqs_queue.dead_letters
  values = { arn = "arn:aws:sqs:eu-central-1:111111111111:ami-steward-usage-tracker-dead-letters" }
}

override_resource {
  target = aws_cloudwatch_event_rule.this
  values = { arn = "arn:aws:events:eu-central-1:111111111111:rule/ami-steward-usage-tracker-rule" }
}

override_resource {
  target = aws_cloudwatch_event_target.this
}

override_resource {
  target = aws_cloudwatch_metric_alarm.this
}

override_resource {
  target = aws_iam_role.this
  values = { arn = "arn:aws:iam::111111111111:role/ami-steward-usage-tracker-eu-central-1" }
}

override_resource {
  target = aws_iam_role_policy.this
}

override_resource {
  target = aws_lambda_function.this
  values = { arn = "arn:aws:lambda:eu-central-1:111111111111:function:ami-steward-usage-tracker" }
}

override_resource {
  target = aws_lambda_function_event_invoke_config.this
}

override_resource {
  target = aws_lambda_permission.this
}

override_resource {
  target = aws_sqs_queue_policy.dead_letters
}

variables {
  name_prefix        = "ami-steward"
  name               = "usage-tracker"
  description        = "A test"
  package_directory  = "../../tests/packages"
  policy             = "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Sid\":\"Work\",\"Effect\":\"Allow\",\"Action\":\"ec2:DescribeImages\",\"Resource\":\"*\"}]}"
  environment        = { MAPPING_TABLE = "ami-steward-mapping" }
  architecture       = "arm64"
  memory_size        = 256
  timeout            = 60
  log_retention_days = 365
  log_level          = "INFO"
  tracing            = "PassThrough"
  rules = {
    calls = { description = "Calls", event_pattern = "{\"source\":[\"aws.ec2\"]}" }
    sweep = { description = "Sweep", schedule_expression = "rate(1 day)", input = "{\"sweep\":true}" }
  }
}

run "function" {
  assert {
    condition     = aws_lambda_function.this.function_name == "ami-steward-usage-tracker" && aws_lambda_function.this.runtime == "provided.al2023" && aws_lambda_function.this.handler == "bootstrap"
    error_message = "The function has another name, runtime or handler."
  }

  assert {
    condition     = aws_lambda_function.this.source_code_hash == filebase64sha256("../../tests/packages/usage-tracker.zip") && one(aws_lambda_function.this.architectures) == "arm64"
    error_message = "The function runs another package or architecture."
  }

  assert {
    condition     = aws_lambda_function.this.logging_config[0].log_format == "JSON" && aws_lambda_function.this.logging_config[0].log_group == "/aws/lambda/ami-steward-usage-tracker"
    error_message = "The function does not log JSON to its own group."
  }

  assert {
    condition     = aws_lambda_function.this.reserved_concurrent_executions == -1
    error_message = "Concurrency is reserved though nobody asked."
  }

  assert {
    condition     = aws_iam_role.this.name == "ami-steward-usage-tracker-eu-central-1"
    error_message = "The role's name does not tell regions apart."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 365
    error_message = "Logs are kept for another time."
  }
}

run "policy" {
  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.this.json).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      Work            = ["ec2:DescribeImages", "*"]
      Log             = [["logs:PutLogEvents", "logs:CreateLogStream"], "arn:aws:logs:eu-central-1:111111111111:log-group:/aws/lambda/ami-steward-usage-tracker:*"]
      KeepDeadLetters = ["sqs:SendMessage", "arn:aws:sqs:eu-central-1:111111111111:ami-steward-usage-tracker-dead-letters"]
    }
    error_message = "The role may do more or less than the function's work, logging and keeping dead letters."
  }
}

run "tracing_and_key" {
  variables {
    tracing      = "Active"
    kms_key_arn  = "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    kms_services = ["dynamodb"]
  }

  assert {
    condition     = toset(jsondecode(data.aws_iam_policy_document.this.json).Statement[*].Sid) == toset(["Work", "Log", "KeepDeadLetters", "Trace", "UseKeyThroughServices", "DecryptEnvironment"])
    error_message = "Tracing and the key need a permission each."
  }

  assert {
    condition = one([for statement in jsondecode(data.aws_iam_policy_document.this.json).Statement : statement.Condition if statement.Sid == "UseKeyThroughServices"]) == {
      StringLike = { "kms:ViaService" = ["sqs.eu-central-1.amazonaws.com*", "dynamodb.eu-central-1.amazonaws.com*"] }
    }
    error_message = "The key may be used in other ways than through the services."
  }

  assert {
    condition     = alltrue([for arn in [aws_lambda_function.this.kms_key_arn, aws_cloudwatch_log_group.this.kms_key_id, aws_sqs_queue.dead_letters.kms_master_key_id] : arn == var.kms_key_arn])
    error_message = "Something is not encrypted with the key."
  }
}

run "rules" {
  assert {
    condition     = aws_cloudwatch_event_rule.this["calls"].name == "ami-steward-usage-tracker-calls" && aws_cloudwatch_event_rule.this["sweep"].schedule_expression == "rate(1 day)"
    error_message = "A rule has another name or schedule."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this["calls"].input == null && aws_cloudwatch_event_target.this["sweep"].input == "{\"sweep\":true}"
    error_message = "A rule sends something else than the event or its input."
  }

  assert {
    condition = alltrue([for target in aws_cloudwatch_event_target.this :
    target.dead_letter_config[0].arn == aws_sqs_queue.dead_letters.arn && target.retry_policy[0].maximum_event_age_in_seconds == 21600])
    error_message = "An event that cannot be delivered gets lost."
  }

  assert {
    condition     = alltrue([for key, permission in aws_lambda_permission.this : permission.principal == "events.amazonaws.com" && permission.source_arn == aws_cloudwatch_event_rule.this[key].arn])
    error_message = "Others than the rules may invoke the function."
  }

  assert {
    condition     = toset(jsondecode(data.aws_iam_policy_document.dead_letters[0].json).Statement[0].Condition.ArnEquals["aws:SourceArn"]) == toset(["arn:aws:events:eu-central-1:111111111111:rule/ami-steward-usage-tracker-rule"])
    error_message = "Others than the rules may write to the queue."
  }
}

run "failures" {
  variables {
    alarm_actions = ["arn:aws:sns:eu-central-1:111111111111:on-call"]
  }

  assert {
    condition     = aws_lambda_function.this.dead_letter_config[0].target_arn == aws_sqs_queue.dead_letters.arn && aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 2
    error_message = "An event that the function cannot handle gets lost."
  }

  assert {
    condition     = aws_sqs_queue.dead_letters.sqs_managed_sse_enabled && aws_sqs_queue.dead_letters.message_retention_seconds == 1209600
    error_message = "Dead letters are not encrypted or not kept for as long as SQS can."
  }

  assert {
    condition     = { for key, alarm in aws_cloudwatch_metric_alarm.this : key => "${alarm.namespace} ${alarm.metric_name}" } == { errors = "AWS/Lambda Errors", throttles = "AWS/Lambda Throttles", dead-letters = "AWS/SQS ApproximateNumberOfMessagesVisible" }
    error_message = "Errors, throttles and dead letters have an alarm each."
  }

  assert {
    condition     = alltrue([for alarm in aws_cloudwatch_metric_alarm.this : one(alarm.alarm_actions) == "arn:aws:sns:eu-central-1:111111111111:on-call" && one(alarm.ok_actions) == "arn:aws:sns:eu-central-1:111111111111:on-call"])
    error_message = "Nobody hears of an alarm, or of its end."
  }
}

run "own_metrics" {
  variables {
    alarm_actions = ["arn:aws:sns:eu-central-1:111111111111:on-call"]
    metric_alarms = {
      sweep-age = { metric = "SweepAge", statistic = "Maximum", threshold = 48, period = 3600, missing = "missing", description = "Old" }
      gaps      = { metric = "Gaps", statistic = "Sum", description = "Gaps" }
      revived   = { metric = "SweepRevived", statistic = "Sum", periods = 48, datapoints = 2, missing = "ignore", description = "Revived" }
    }
  }

  assert {
    condition     = keys(aws_cloudwatch_metric_alarm.this) == ["dead-letters", "errors", "gaps", "revived", "sweep-age", "throttles"]
    error_message = "An alarm is missing."
  }

  assert {
    condition = (
      { for key in ["sweep-age", "gaps", "revived"] : key => "${aws_cloudwatch_metric_alarm.this[key].namespace} ${aws_cloudwatch_metric_alarm.this[key].metric_name} ${aws_cloudwatch_metric_alarm.this[key].statistic} > ${aws_cloudwatch_metric_alarm.this[key].threshold} in ${aws_cloudwatch_metric_alarm.this[key].period}, else ${aws_cloudwatch_metric_alarm.this[key].treat_missing_data}" } ==
      { sweep-age = "AMISteward SweepAge Maximum > 48 in 3600, else missing", gaps = "AMISteward Gaps Sum > 0 in 300, else notBreaching", revived = "AMISteward SweepRevived Sum > 0 in 300, else ignore" }
    )
    error_message = "An alarm watches another metric, or in another way."
  }

  assert {
    condition = { for key in ["sweep-age", "revived"] : key => "${coalesce(aws_cloudwatch_metric_alarm.this[key].datapoints_to_alarm, "all")} of ${aws_cloudwatch_metric_alarm.this[key].evaluation_periods}" } == {
      sweep-age = "all of 1"
      revived   = "2 of 48"
    }
    error_message = "An alarm goes off after another number of periods."
  }

  assert {
    condition     = one(aws_cloudwatch_metric_alarm.this["sweep-age"].insufficient_data_actions) == "arn:aws:sns:eu-central-1:111111111111:on-call" && length(aws_cloudwatch_metric_alarm.this["gaps"].insufficient_data_actions) == 0
    error_message = "Nobody hears that a metric's values stay away, or somebody does of one that has none for long."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.this["gaps"].dimensions == tomap({ FunctionName = "ami-steward-usage-tracker" })
    error_message = "An alarm watches another function's metric."
  }
}

run "metric_alarm_with_a_name_that_is_taken" {
  command = plan

  variables {
    metric_alarms = { errors = { metric = "Gaps", statistic = "Sum", description = "Gaps" } }
  }

  expect_failures = [var.metric_alarms]
}

run "without_rules" {
  variables {
    rules = {}
  }

  assert {
    condition     = length(aws_sqs_queue_policy.dead_letters) == 0
    error_message = "EventBridge may write to the queue of a function without rules."
  }
}

run "rule_with_pattern_and_schedule" {
  command = plan

  variables {
    rules = { both = { description = "Both", event_pattern = "{}", schedule_expression = "rate(1 day)" } }
  }

  expect_failures = [var.rules]
}

run "no_package" {
  command = plan

  variables {
    package_directory = "tests"
  }

  expect_failures = [aws_lambda_function.this]
}
