data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  name         = "${var.name_prefix}-${var.name}"
  function_arn = "arn:${local.partition}:lambda:${local.region}:${local.account}:function:${local.name}"
  package      = "${var.package_directory}/${var.name}.zip"
}

resource "aws_lambda_function" "this" {
  # checkov:skip=CKV_AWS_117: The function talks to public AWS endpoints only; a VPC would add NAT gateways or endpoints and protect nothing.
  # checkov:skip=CKV_AWS_272: The package is built from this repository and pinned by its hash; code signing needs a signing profile of the installer's own.
  function_name = local.name
  description   = var.description
  role          = aws_iam_role.this.arn

  filename         = local.package
  source_code_hash = fileexists(local.package) ? filebase64sha256(local.package) : null
  runtime          = "provided.al2023"
  handler          = "bootstrap"
  architectures    = [var.architecture]

  memory_size                    = var.memory_size
  timeout                        = var.timeout
  reserved_concurrent_executions = coalesce(var.reserved_concurrency, -1)
  kms_key_arn                    = var.kms_key_arn
  tags                           = var.tags

  environment {
    variables = var.environment
  }

  # An event that Lambda gives up on is kept as it came, like one that EventBridge could not deliver, so that both kinds
  # of dead letter can be sent again in one way.
  dead_letter_config {
    target_arn = aws_sqs_queue.dead_letters.arn
  }

  logging_config {
    log_format            = "JSON"
    application_log_level = var.log_level
    system_log_level      = "INFO"
    log_group             = aws_cloudwatch_log_group.this.name
  }

  tracing_config {
    mode = var.tracing
  }

  # Lambda refuses a function whose role may not yet write to the dead-letter queue.
  depends_on = [aws_iam_role_policy.this]

  lifecycle {
    precondition {
      condition     = fileexists(local.package)
      error_message = "There is no ${local.package}: run scripts/package ${var.name}, or set package_directory."
    }
  }
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_retry_attempts       = var.maximum_retry_attempts
  maximum_event_age_in_seconds = var.maximum_event_age
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.name}"
  retention_in_days = var.log_retention_days
  kms_key_id        = var.kms_key_arn
  tags              = var.tags
}
