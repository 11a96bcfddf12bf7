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
  values = { account_id = "222222222222" }
}

override_module {
  target = module.mapping
  outputs = {
    name = "ami-steward-mapping"
    arn  = "arn:aws:dynamodb:eu-central-1:222222222222:table/ami-steward-mapping"
  }
}

override_module {
  target = module.usage_tracker
  outputs = {
    function_name = "ami-steward-usage-tracker"
    alarm_arns    = { errors = "arn:aws:cloudwatch:eu-central-1:222222222222:alarm:ami-steward-usage-tracker-errors" }
  }
}

override_resource {
  target = aws_cloudwatch_dashboard.this
}

override_module {
  target = module.trail
  outputs = {
    arn = "arn:aws:cloudtrail:eu-central-1:222222222222:trail/ami-steward"
  }
}

variables {
  creator_account_id     = "111111111111"
  cross_account_role_arn = "arn:aws:iam::111111111111:role/ami-steward-usage-eu-central-1-222222222222"
  usage_table_name       = "ami-steward-usage"
  shares_table_name      = "ami-steward-shares"
  package_directory      = "../../tests/packages"
}

run "policy" {
  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.usage_tracker.json).Statement : statement.Sid => statement.Resource } == {
      RecordUsageInCreatorAccount = "arn:aws:iam::111111111111:role/ami-steward-usage-eu-central-1-222222222222"
      KeepMapping                 = "arn:aws:dynamodb:eu-central-1:222222222222:table/ami-steward-mapping"
      CompareMapping              = "arn:aws:dynamodb:eu-central-1:222222222222:table/ami-steward-mapping"
      LookUpImages                = "*"
      ListWhatIsThere             = "*"
      LetReferencesBeChecked      = "*"
      FollowParentImages          = "arn:aws:imagebuilder:eu-central-1:111111111111:image/*"
      ListNodeGroups              = "arn:aws:eks:eu-central-1:222222222222:cluster/*"
      ReadNodeGroups              = "arn:aws:eks:eu-central-1:222222222222:nodegroup/*"
      ReadContainerRecipes        = "arn:aws:imagebuilder:eu-central-1:222222222222:container-recipe/*"
      ReadRecipes                 = "arn:aws:imagebuilder:eu-central-1:222222222222:image-recipe/*"
      ResolveImageParameters = [
        "arn:aws:ssm:eu-central-1::parameter/aws/service/*",
        "arn:aws:ssm:eu-central-1:222222222222:parameter/*",
        "arn:aws:ssm:eu-central-1:111111111111:parameter/*",
      ]
      ReadNoSecrets = "*"
    }
    error_message = "The tracker may touch other resources than its own."
  }

  assert {
    condition     = one([for statement in jsondecode(data.aws_iam_policy_document.usage_tracker.json).Statement : "${statement.Effect} ${statement.Action}" if statement.Sid == "ReadNoSecrets"]) == "Deny kms:Decrypt"
    error_message = "The tracker can read SecureStrings."
  }

  assert {
    condition = alltrue([
      for action in flatten([for statement in jsondecode(data.aws_iam_policy_document.usage_tracker.json).Statement : statement.Action if contains(["LookUpImages", "ListWhatIsThere", "LetReferencesBeChecked", "ListNodeGroups", "ReadNodeGroups", "ReadContainerRecipes", "ReadRecipes", "FollowParentImages"], statement.Sid)]) :
      can(regex(":(Describe|Get|List)", action))
    ])
    error_message = "The tracker can do more than look."
  }
}

run "rules" {
  assert {
    condition = toset(flatten([for rule in local.usage_tracker_rules : try(jsondecode(rule.event_pattern).detail.eventName, [])])) == toset([
      "RunInstances", "TerminateInstances", "CreateLaunchTemplate", "CreateLaunchTemplateVersion", "DeleteLaunchTemplate",
      "DeleteLaunchTemplateVersions", "CreateLaunchConfiguration", "DeleteLaunchConfiguration",
    ])
    error_message = "The tracker is told of other calls than those that make or remove users of images."
  }

  assert {
    condition     = alltrue([for rule in local.usage_tracker_rules : try(jsondecode(rule.event_pattern).detail.errorCode, [{ exists = false }]) == [{ exists = false }]])
    error_message = "The tracker is told of calls that failed."
  }

  assert {
    condition     = jsondecode(local.usage_tracker_rules.terminations.event_pattern).detail.state == ["terminated"]
    error_message = "The tracker is not told of instances that ended by themselves."
  }

  assert {
    condition = jsondecode(local.usage_tracker_rules.parameters.event_pattern).detail == {
      operation = ["Create", "Update", "Delete"], type = ["String"], dataType = ["aws:ec2:image", { exists = false }], exception = [{ exists = false }]
    }
    error_message = "The tracker is told of other changes of parameters than those that may name another image."
  }
}

run "sweep" {
  assert {
    condition     = local.sweep_rules.sweep.schedule_expression == "rate(5 minutes)" && jsondecode(local.sweep_rules.sweep.input) == { sweep = {} }
    error_message = "The function is not asked every few minutes whether a sweep is due."
  }

  assert {
    condition     = keys(local.sweep_alarms) == ["sweep-skipped"]
    error_message = "Nobody hears of what a sweep could not list."
  }

  assert {
    condition     = local.sweep_alarms.sweep-skipped.missing == "ignore" && local.sweep_alarms.sweep-skipped.period == 300
    error_message = "The alarm ends between two sweeps although the last one was incomplete, or lasts although the last one was complete."
  }
}

run "without_sweep" {
  variables {
    sweep = false
  }

  assert {
    condition     = local.sweep_rules == {} && local.sweep_alarms == {}
    error_message = "The function sweeps though nobody wants it to."
  }

  assert {
    condition     = length(setintersection(jsondecode(data.aws_iam_policy_document.usage_tracker.json).Statement[*].Sid, ["CompareMapping", "ListWhatIsThere", "LetReferencesBeChecked", "ListNodeGroups", "ReadNodeGroups", "ReadContainerRecipes", "ReadRecipes", "FollowParentImages"])) == 0
    error_message = "The function may do what only a sweep needs."
  }
}

run "dashboard" {
  assert {
    condition     = one(aws_cloudwatch_dashboard.this).dashboard_name == "ami-steward-consumer-eu-central-1"
    error_message = "The dashboard's name does not tell regions apart."
  }

  assert {
    condition     = length(jsondecode(one(aws_cloudwatch_dashboard.this).dashboard_body).widgets) == 8
    error_message = "The dashboard lacks a chart."
  }

  assert {
    condition = toset(flatten([for widget in jsondecode(one(aws_cloudwatch_dashboard.this).dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : metric[1]]])) == toset([
      "SweepResources", "SweepReleased", "SweepRevived", "SweepSkippedSections", "SweepDuration", "Invocations", "Errors", "Throttles", "Duration",
    ])
    error_message = "The dashboard shows other metrics."
  }
}

run "without_dashboard" {
  variables {
    dashboard = false
  }

  assert {
    condition     = length(aws_cloudwatch_dashboard.this) == 0 && output.dashboard_name == null
    error_message = "There is a dashboard nobody asked for."
  }
}

run "outputs" {
  assert {
    condition     = output.account_id == "222222222222" && output.mapping_table_name == "ami-steward-mapping" && output.trail_arn == null && output.dashboard_name == "ami-steward-consumer-eu-central-1"
    error_message = "The outputs name another account, another table, another dashboard, or a trail nobody asked for."
  }
}

run "parameters_of_one_path" {
  variables {
    image_parameter_pattern = "images/*"
  }

  assert {
    condition     = contains(one([for statement in jsondecode(data.aws_iam_policy_document.usage_tracker.json).Statement : statement.Resource if statement.Sid == "ResolveImageParameters"]), "arn:aws:ssm:eu-central-1:222222222222:parameter/images/*")
    error_message = "The pattern does not confine the parameters."
  }
}

run "parameters_of_other_accounts" {
  variables {
    image_parameter_pattern = "images/*"
    image_parameter_arns    = ["arn:aws:ssm:eu-central-1:555555555555:parameter/golden/web", "arn:aws:ssm:eu-central-1:666666666666:parameter/golden/*"]
  }

  assert {
    condition = toset(one([for statement in jsondecode(data.aws_iam_policy_document.usage_tracker.json).Statement : statement.Resource if statement.Sid == "ResolveImageParameters"])) == toset([
      "arn:aws:ssm:eu-central-1::parameter/aws/service/*",
      "arn:aws:ssm:eu-central-1:111111111111:parameter/images/*",
      "arn:aws:ssm:eu-central-1:222222222222:parameter/images/*",
      "arn:aws:ssm:eu-central-1:555555555555:parameter/golden/web",
      "arn:aws:ssm:eu-central-1:666666666666:parameter/golden/*",
    ])
    error_message = "The tracker may read other parameters than those of the pattern, of AWS and of the list."
  }
}

run "parameter_of_another_region" {
  command = plan

  variables {
    image_parameter_arns = ["arn:aws:ssm:us-east-1:555555555555:parameter/golden/web"]
  }

  expect_failures = [data.aws_iam_policy_document.usage_tracker]
}

run "parameters_of_any_account" {
  command = plan

  variables {
    image_parameter_arns = ["arn:aws:ssm:eu-central-1:*:parameter/golden/web"]
  }

  expect_failures = [var.image_parameter_arns]
}

run "trail" {
  variables {
    create_trail = true
  }

  assert {
    condition     = output.trail_arn == "arn:aws:cloudtrail:eu-central-1:222222222222:trail/ami-steward"
    error_message = "There is no trail."
  }
}

run "role_of_another_account" {
  command = plan

  variables {
    cross_account_role_arn = "arn:aws:iam::111111111111:role/ami-steward-usage-eu-central-1-333333333333"
  }

  expect_failures = [data.aws_iam_policy_document.usage_tracker]
}

run "role_of_another_region" {
  command = plan

  variables {
    cross_account_role_arn = "arn:aws:iam::111111111111:role/ami-steward-usage-us-east-1-222222222222"
  }

  expect_failures = [data.aws_iam_policy_document.usage_tracker]
}

run "invalid_inputs" {
  command = plan

  variables {
    creator_account_id      = "1111"
    cross_account_role_arn  = "ami-steward-usage"
    name_prefix             = "AMI"
    architecture            = "riscv"
    memory_size             = 64
    timeout                 = 901
    reserved_concurrency    = 0
    log_retention_days      = 8
    log_level               = "LOUD"
    tracing                 = "On"
    kms_key_arn             = "alias/key"
    alarm_actions           = ["on-call"]
    trail_retention_days    = 0
    tombstone_days          = 0.5
    image_parameter_pattern = "/images"
    image_parameter_arns    = ["arn:aws:ssm:eu-central-1:555555555555:parameter//images"]
    sweep_interval_hours    = 169
  }

  expect_failures = [
    var.creator_account_id, var.cross_account_role_arn, var.name_prefix, var.architecture, var.memory_size, var.timeout,
    var.reserved_concurrency, var.log_retention_days, var.log_level, var.tracing, var.kms_key_arn, var.alarm_actions,
    var.trail_retention_days, var.tombstone_days, var.image_parameter_pattern, var.image_parameter_arns, var.sweep_interval_hours,
  ]
}
