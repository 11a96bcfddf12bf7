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

override_module {
  target = module.shares
  outputs = {
    name = "ami-steward-shares"
    arn  = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-shares"
  }
}

override_module {
  target = module.usage
  outputs = {
    name = "ami-steward-usage"
    arn  = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-usage"
  }
}

override_module {
  target = module.share_recorder
  outputs = {
    function_name = "ami-steward-share-recorder"
    alarm_arns    = { errors = "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:ami-steward-share-recorder-errors" }
  }
}

override_module {
  target = module.deregistration_checker
  outputs = {
    function_name = "ami-steward-deregistration-checker"
    alarm_arns    = { errors = "arn:aws:cloudwatch:eu-central-1:111111111111:alarm:ami-steward-deregistration-checker-errors" }
  }
}

override_resource {
  target = aws_cloudwatch_dashboard.this
}

override_module {
  target  = module.consumer
  outputs = { function = { function_name = "ami-steward-usage-tracker" } }
}

override_module {
  target  = module.trail
  outputs = { arn = "arn:aws:cloudtrail:eu-central-1:111111111111:trail/ami-steward" }
}

override_resource {
  target = aws_sns_topic.alerts
  values = { arn = "arn:aws:sns:eu-central-1:111111111111:ami-steward-alerts" }
}

override_resource {
  target = aws_iam_role.consumer
}

override_resource {
  target = aws_iam_role_policy.consumer
}

override_resource {
  target = aws_sesv2_email_identity.sender
}

override_resource {
  target = aws_sns_topic_subscription.alerts
}

override_resource {
  target = aws_ssm_parameter.administrator
}

override_resource {
  target = aws_ssm_parameter.emails
}

override_resource {
  target = aws_ssm_parameter.memberships
}

variables {
  package_directory     = "../../tests/packages"
  alert_sender          = "ami-steward@example.com"
  administrator_address = "platform@example.com"
  account_email_mapping = [
    { account = "222222222222", email = "production@example.com" },
    { account = "333333333333", emails = ["development@example.com", "development@example.com"] },
    { account = "222222222222", email = "on-call@example.com", emails = ["production@example.com", "owner@example.com"] },
  ]
}

run "addresses" {
  assert {
    condition = { for account, parameter in aws_ssm_parameter.emails : parameter.name => nonsensitive(parameter.value) } == {
      "/ami-steward/emails/222222222222" = "production@example.com,on-call@example.com,owner@example.com"
      "/ami-steward/emails/333333333333" = "development@example.com"
    }
    error_message = "Entries of one account are not merged into one parameter."
  }

  assert {
    condition     = nonsensitive(aws_ssm_parameter.administrator.value) == "platform@example.com" && aws_ssm_parameter.administrator.name == "/ami-steward/administrator"
    error_message = "The administrator's address is not where the checker looks."
  }

  assert {
    condition     = alltrue([for parameter in concat(values(aws_ssm_parameter.emails), [aws_ssm_parameter.administrator]) : parameter.type == "SecureString"])
    error_message = "An address is stored in the clear."
  }

  assert {
    condition     = length(aws_ssm_parameter.memberships) == 0 && length(aws_sesv2_email_identity.sender) == 0 && length(aws_sns_topic_subscription.alerts) == 0
    error_message = "Something exists that nobody asked for."
  }
}

run "memberships" {
  variables {
    ssm_prefix = "/images/steward"
    account_memberships = [
      { account = "222222222222", arns = ["arn:aws:organizations::111111111111:organization/o-abcdefghij"] },
      { account = "222222222222", arns = ["arn:aws:organizations::111111111111:ou/o-abcdefghij/ou-ab12-cdefghij", "arn:aws:organizations::111111111111:organization/o-abcdefghij"] },
    ]
  }

  assert {
    condition     = { for parameter in aws_ssm_parameter.memberships : parameter.name => "${parameter.type} ${nonsensitive(parameter.value)}" } == { "/images/steward/memberships/222222222222" = "StringList arn:aws:organizations::111111111111:organization/o-abcdefghij,arn:aws:organizations::111111111111:ou/o-abcdefghij/ou-ab12-cdefghij" }
    error_message = "Memberships of one account are not merged into one parameter under the prefix."
  }
}

run "one_role_for_each_consumer" {
  variables {
    consumer = true
  }

  assert {
    condition     = toset(values(aws_iam_role.consumer)[*].name) == toset(["ami-steward-usage-eu-central-1-111111111111", "ami-steward-usage-eu-central-1-222222222222", "ami-steward-usage-eu-central-1-333333333333"])
    error_message = "Every account with an address, and the creator itself when it is a consumer, has a role."
  }

  assert {
    condition = alltrue([for account, document in data.aws_iam_policy_document.consumer_trust :
      jsondecode(document.json).Statement[0].Principal.AWS == "arn:aws:iam::${account}:root" &&
    jsondecode(document.json).Statement[0].Condition == { ArnEquals = { "aws:PrincipalArn" = "arn:aws:iam::${account}:role/ami-steward-usage-tracker-eu-central-1" } }])
    error_message = "A role trusts somebody else than the usage tracker of its account."
  }

  assert {
    condition = alltrue([for account, document in data.aws_iam_policy_document.consumer :
      jsonencode({ for statement in jsondecode(document.json).Statement : statement.Sid => { actions = flatten([statement.Action]), resource = statement.Resource, condition = statement.Condition } }) == jsonencode({
        WriteOwnUsage = {
          actions  = ["dynamodb:UpdateItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
          resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-usage"
          condition = {
            "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = account }
            Null                        = { "dynamodb:LeadingKeys" = "false" }
          }
        }
        ReadOwnUsage = {
          actions  = ["dynamodb:Query"]
          resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-usage"
          condition = {
            "ForAllValues:StringEquals" = { "dynamodb:LeadingKeys" = account }
            Null                        = { "dynamodb:LeadingKeys" = "false" }
          }
        }
        LookUpShare = {
          actions  = ["dynamodb:GetItem"]
          resource = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-shares"
          condition = {
            "ForAllValues:StringEquals" = { "dynamodb:Attributes" = ["image_id", "principal", "status"] }
            StringEquals                = { "dynamodb:Select" = "SPECIFIC_ATTRIBUTES" }
          }
        }
    })])
    error_message = "A role may do more or less than write its account's rows and look up a share."
  }

  assert {
    condition     = contains(keys(output.functions), "usage-tracker")
    error_message = "The creator is a consumer without a usage tracker."
  }
}

run "named_consumers_only" {
  variables {
    consumer_account_ids = ["444444444444"]
  }

  assert {
    condition     = keys(output.consumer_role_arns) == ["444444444444"] && !contains(keys(output.functions), "usage-tracker")
    error_message = "Accounts get a role that are no consumers."
  }
}

run "checker" {
  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.deregistration_checker.json).Statement : statement.Sid => statement.Resource } == {
      RecordLossesAndAlerts = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-shares"
      ReadUsage             = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-usage/index/image"
      MeasureShares         = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-shares"
      DescribeTables        = ["arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-usage", "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-shares"]
      ReadAddressesAndMemberships = [
        "arn:aws:ssm:eu-central-1:111111111111:parameter/ami-steward/memberships/*",
        "arn:aws:ssm:eu-central-1:111111111111:parameter/ami-steward/emails/*",
      ]
      ReadAdministratorAddress = "arn:aws:ssm:eu-central-1:111111111111:parameter/ami-steward/administrator"
      SendAsSender = [
        "arn:aws:ses:eu-central-1:111111111111:identity/example.com",
        "arn:aws:ses:eu-central-1:111111111111:identity/ami-steward@example.com",
      ]
      PublishAlerts         = "arn:aws:sns:eu-central-1:111111111111:ami-steward-alerts"
      ReadLaunchPermissions = "arn:aws:ec2:eu-central-1::image/*"
      AskForUsageReport = [
        "arn:aws:ec2:eu-central-1::image/*",
        "arn:aws:ec2:eu-central-1:111111111111:image-usage-report/*",
      ]
      TagUsageReports    = "arn:aws:ec2:eu-central-1:111111111111:image-usage-report/*"
      DeleteUsageReports = "arn:aws:ec2:eu-central-1:111111111111:image-usage-report/*"
      ReadUsageReports   = "*"
      NameImages         = "*"
    }
    error_message = "The checker may touch other resources than its own."
  }

  assert {
    condition     = one([for statement in jsondecode(data.aws_iam_policy_document.deregistration_checker.json).Statement : statement.Condition if statement.Sid == "SendAsSender"]) == { StringEquals = { "ses:FromAddress" = "ami-steward@example.com" } }
    error_message = "The checker may send as somebody else."
  }

  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == "alias/aws/sns"
    error_message = "The topic is not encrypted."
  }
}

run "sender_in_a_subdomain" {
  variables {
    alert_sender = "ami-steward@images.example.com"
  }

  assert {
    condition = toset(one([for statement in jsondecode(data.aws_iam_policy_document.deregistration_checker.json).Statement : statement.Resource if statement.Sid == "SendAsSender"])) == toset([
      "arn:aws:ses:eu-central-1:111111111111:identity/ami-steward@images.example.com",
      "arn:aws:ses:eu-central-1:111111111111:identity/images.example.com",
      "arn:aws:ses:eu-central-1:111111111111:identity/example.com",
    ])
    error_message = "The checker cannot use the identity of a domain above the sender's."
  }
}

run "recorder" {
  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.share_recorder.json).Statement : statement.Sid => statement.Resource } == {
      RecordShares = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-shares"
      NameImages   = "*"
    }
    error_message = "The recorder may touch other resources than its own."
  }
}

run "rules" {
  assert {
    condition = setsubtract(
      jsondecode(local.image_rules.share_recorder.image-calls.event_pattern).detail.eventName,
      jsondecode(local.image_rules.deregistration_checker.image-calls.event_pattern).detail.eventName,
    ) == toset(["EnableImage"])
    error_message = "The checker looks at all calls that the recorder does, but for those that give an image back."
  }

  assert {
    condition = setsubtract(
      jsondecode(local.image_rules.share_recorder.image-states.event_pattern).detail.State,
      jsondecode(local.image_rules.deregistration_checker.image-states.event_pattern).detail.State,
    ) == toset(["available"])
    error_message = "The checker looks at all states that the recorder does, but for those that give an image back."
  }

  assert {
    condition     = alltrue([for rules in local.image_rules : jsondecode(rules.image-calls.event_pattern).detail.errorCode == [{ exists = false }]])
    error_message = "A function is told of calls that failed."
  }
}

run "schedules" {
  assert {
    condition     = { for key, rule in local.checker_schedules : key => [rule.schedule_expression, rule.input] } == { measure = ["rate(1 hour)", "{\"measure\":{}}"] }
    error_message = "The checker does not measure each hour, or guards though nobody asked."
  }

  assert {
    condition     = { for key, alarm in local.checker_alarms : key => alarm.metric } == { sweep-age = "SweepAge", unknown-accounts = "UnknownAccounts", gaps = "Gaps", alerts-failed = "AlertsFailed" }
    error_message = "An alarm over what the checker measures is missing."
  }

  assert {
    condition     = local.checker_alarms.sweep-age.threshold == 48
    error_message = "The alarm calls another age too old than the checks do."
  }

  assert {
    condition     = local.checker_alarms.sweep-age.missing == "missing" && local.checker_alarms.unknown-accounts.missing == "ignore"
    error_message = "An alarm ends when nothing is measured any more."
  }

  assert {
    condition     = local.checker_alarms.unknown-accounts.periods == 26 && local.checker_alarms.unknown-accounts.threshold == 1
    error_message = "The alarm goes off for an account that is being set up, or for the creator that nobody watches."
  }

  # What checks and alerts tell, they tell now and then: see the alarms.
  assert {
    condition = { for key in ["gaps", "alerts-failed"] : key => "${local.checker_alarms[key].datapoints} of ${local.checker_alarms[key].periods} in ${local.checker_alarms[key].period}, else ${try(local.checker_alarms[key].missing, "notBreaching")}" } == {
      gaps          = "1 of 48 in 3600, else notBreaching"
      alerts-failed = "1 of 3 in 3600, else notBreaching"
    }
    error_message = "An alarm ends between two checks, or between two runs, while its cause lasts, or never."
  }
}

run "creator_that_watches_itself" {
  variables {
    consumer = true
  }

  assert {
    condition     = local.checker_alarms.unknown-accounts.threshold == 0
    error_message = "Nobody hears that the use of the creator itself is not known."
  }
}

run "without_sweeps" {
  variables {
    consumer = true
    sweep    = false
  }

  assert {
    condition     = keys(local.checker_alarms) == ["alerts-failed", "gaps"]
    error_message = "An alarm goes off, and never ends, since no account is ever swept; or one that has nothing to do with sweeps is missing."
  }
}

run "guard_of_tagged_images" {
  variables {
    guard     = "tagged"
    guard_tag = "images/guard=on=always"
  }

  assert {
    condition     = keys(local.checker_schedules) == ["guard", "measure"] && jsondecode(local.checker_schedules.guard.input) == { guard = {} }
    error_message = "The guard does not run."
  }

  assert {
    condition = one([for statement in jsondecode(data.aws_iam_policy_document.deregistration_checker.json).Statement : statement if statement.Sid == "GuardImages"]) == {
      Sid       = "GuardImages"
      Effect    = "Allow"
      Action    = ["ec2:EnableImageDeregistrationProtection", "ec2:DisableImageDeregistrationProtection"]
      Resource  = "arn:aws:ec2:eu-central-1::image/*"
      Condition = { StringEquals = { "aws:ResourceTag/images/guard" = "on=always" } }
    }
    error_message = "The guard may touch images without the tag."
  }
}

run "guard_of_all_images" {
  variables {
    guard = "all"
  }

  assert {
    condition     = one([for statement in jsondecode(data.aws_iam_policy_document.deregistration_checker.json).Statement : can(statement.Condition) if statement.Sid == "GuardImages"]) == false
    error_message = "The guard may touch tagged images only."
  }
}

run "guard_that_is_released" {
  variables {
    guard = "release"
  }

  assert {
    condition     = keys(local.checker_schedules) == ["guard", "measure"]
    error_message = "What the guard gave is not taken back."
  }

  assert {
    condition = one([for statement in jsondecode(data.aws_iam_policy_document.deregistration_checker.json).Statement : statement if statement.Sid == "GuardImages"]) == {
      Sid      = "GuardImages"
      Effect   = "Allow"
      Action   = "ec2:DisableImageDeregistrationProtection"
      Resource = "arn:aws:ec2:eu-central-1::image/*"
    }
    error_message = "A guard that only takes back may do more or less than that."
  }
}

run "dashboard" {
  assert {
    condition     = one(aws_cloudwatch_dashboard.this).dashboard_name == "ami-steward-creator-eu-central-1" && output.dashboard_name == "ami-steward-creator-eu-central-1"
    error_message = "The dashboard's name does not tell regions apart."
  }

  assert {
    condition = toset(flatten([for widget in jsondecode(one(aws_cloudwatch_dashboard.this).dashboard_body).widgets : [for metric in try(widget.properties.metrics, []) : metric[1]]])) == toset([
      "UsageRows", "SweepAge", "UnknownAccounts", "AccountsAwaitingSweep", "AlertsSent", "AlertsFailed", "Gaps", "Invocations", "Errors", "Throttles", "Duration",
    ])
    error_message = "The dashboard shows other metrics."
  }

  assert {
    condition     = length(one([for widget in jsondecode(one(aws_cloudwatch_dashboard.this).dashboard_body).widgets : widget.properties.metrics if widget.properties.title == "Errors and throttles"])) == 4
    error_message = "The dashboard does not show both functions."
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

run "options" {
  variables {
    create_ses_identity    = true
    create_trail           = true
    ses_identities         = ["example.com"]
    ses_configuration_sets = ["outbound"]
    alert_subscriptions    = { chat = { protocol = "https", endpoint = "https://chat.example.com/hook" } }
    kms_key_arn            = "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition     = one(aws_sesv2_email_identity.sender).email_identity == "ami-steward@example.com" && aws_sns_topic_subscription.alerts["chat"].endpoint == "https://chat.example.com/hook"
    error_message = "The identity or the subscription is another one."
  }

  assert {
    condition     = one([for statement in jsondecode(data.aws_iam_policy_document.deregistration_checker.json).Statement : toset(statement.Resource) if statement.Sid == "SendAsSender"]) == toset(["arn:aws:ses:eu-central-1:111111111111:identity/example.com", "arn:aws:ses:eu-central-1:111111111111:configuration-set/outbound"])
    error_message = "The checker may use other identities or configuration sets than those named."
  }

  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == var.kms_key_arn && aws_ssm_parameter.administrator.key_id == var.kms_key_arn && aws_ssm_parameter.emails["222222222222"].key_id == var.kms_key_arn
    error_message = "Something is not encrypted with the key."
  }

  assert {
    condition     = alltrue([for document in data.aws_iam_policy_document.consumer : contains(jsondecode(document.json).Statement[*].Sid, "UseTableKey")])
    error_message = "Consumers cannot use tables that are encrypted with the key."
  }

  assert {
    condition     = output.trail_arn == "arn:aws:cloudtrail:eu-central-1:111111111111:trail/ami-steward"
    error_message = "There is no trail."
  }
}

run "invalid_inputs" {
  command = plan

  variables {
    account_email_mapping = [{ account = "222222222222" }]
    account_memberships   = [{ account = "222222222222", arns = ["o-abcdefghij"] }]
    consumer_account_ids  = ["2222"]
    alert_sender          = "AMI Steward <ami-steward@example.com>"
    administrator_address = "platform"
    alert_subscriptions   = { chat = { protocol = "http", endpoint = "http://chat.example.com" } }
    ssm_prefix            = "/aws/ami-steward"
    name_prefix           = "a-prefix-much-too-long"
    architecture          = "amd64"
    memory_size           = 127
    timeout               = 1
    reserved_concurrency  = 1.5
    log_retention_days    = 2
    log_level             = "info"
    tracing               = "active"
    kms_key_arn           = "1234abcd-12ab-34cd-56ef-1234567890ab"
    alarm_actions         = ["on-call@example.com"]
    trail_retention_days  = -1
    tombstone_days        = 0

    image_parameter_pattern = "images//x"
    maximum_sweep_age_hours = 0.5
    departed_after_days     = 0
    guard                   = "on"
    guard_tag               = "guard"
  }

  expect_failures = [
    var.account_email_mapping, var.account_memberships, var.consumer_account_ids, var.alert_sender,
    var.administrator_address, var.alert_subscriptions, var.ssm_prefix, var.name_prefix, var.architecture, var.memory_size,
    var.timeout, var.reserved_concurrency, var.log_retention_days, var.log_level, var.tracing, var.kms_key_arn,
    var.alarm_actions, var.trail_retention_days, var.tombstone_days, var.image_parameter_pattern,
    var.maximum_sweep_age_hours, var.departed_after_days, var.guard, var.guard_tag,
  ]
}

run "address_with_separator" {
  command = plan

  variables {
    account_email_mapping = [{ account = "222222222222", email = "one@example.com,two@example.com" }]
  }

  expect_failures = [var.account_email_mapping]
}

run "account_without_leading_zeros" {
  command = plan

  variables {
    account_email_mapping = [{ account = 22222222222, email = "one@example.com" }]
  }

  expect_failures = [var.account_email_mapping]
}

run "more_addresses_than_one_mail_can_have" {
  command = plan

  variables {
    account_email_mapping = [
      { account = "222222222222", emails = [for number in range(51) : "owner-${number}@example.com"] },
    ]
  }

  expect_failures = [var.account_email_mapping]
}
