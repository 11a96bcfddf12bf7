mock_provider "aws" {
  alias = "creator"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "111111111111" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

mock_provider "aws" {
  alias = "production"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "222222222222" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

mock_provider "aws" {
  alias = "development"

  mock_data "aws_caller_identity" {
    defaults = { account_id = "333333333333" }
  }

  mock_data "aws_iam_policy_document" {
    defaults = { json = "{}" }
  }

  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }

  mock_data "aws_region" {
    defaults = { name = "eu-central-1" }
  }
}

# All other values are those of ../terraform.tfvars.example, which tests/example.auto.tfvars is a link to.
variables {
  package_directory = "tests/packages"
}

run "wiring" {
  command = plan

  assert {
    condition     = output.creator.account_id == "111111111111" && output.creator.shares_table == "ami-steward-shares" && output.creator.usage_table == "ami-steward-usage"
    error_message = "The creator is deployed to another account or under other names."
  }

  assert {
    condition     = { for name, consumer in output.consumers : name => consumer.account_id } == { production = "222222222222", development = "333333333333" }
    error_message = "A consumer is deployed to another account."
  }

  assert {
    condition     = keys(module.creator.consumer_role_arns) == ["111111111111", "222222222222", "333333333333"]
    error_message = "Each consumer has a role, with an address or without, and so has the creator, which watches itself."
  }

  assert {
    condition     = keys(output.creator.functions) == ["deregistration-checker", "share-recorder", "usage-tracker"]
    error_message = "The creator runs other functions."
  }
}

run "without_image_distribution" {
  command = plan

  variables {
    image_distribution = null
  }

  assert {
    condition     = output.image_distribution_service_token == null
    error_message = "The custom resource is deployed although nobody asked for it."
  }
}

run "image_distribution" {
  command = plan

  variables {
    image_distribution = { verify = true }
    ssm_prefix         = "/images"
  }

  assert {
    condition     = length(module.image_distribution) == 1 && module.image_distribution[0].parameter_prefix == "/images/distribution"
    error_message = "The custom resource is not deployed as asked."
  }
}

run "creator_that_does_not_watch_itself" {
  command = plan

  variables {
    consumer = false
  }

  assert {
    condition     = keys(output.creator.functions) == ["deregistration-checker", "share-recorder"] && keys(module.creator.consumer_role_arns) == ["222222222222", "333333333333"]
    error_message = "The creator watches itself although it shall not."
  }
}

run "without_sweeps" {
  command = plan

  variables {
    sweep = false
  }

  assert {
    condition     = keys(module.creator.functions["deregistration-checker"].alarm_arns) == ["alerts-failed", "dead-letters", "errors", "gaps", "throttles"]
    error_message = "The creator has alarms over sweeps though nobody sweeps."
  }

  assert {
    condition = alltrue([for function in [module.creator.functions["usage-tracker"], module.production.function, module.development.function] :
      keys(function.alarm_arns) == ["dead-letters", "errors", "throttles"]
    ])
    error_message = "An account has an alarm over its sweeps though it has none."
  }
}

run "sweeps_further_apart_than_they_may_be_old" {
  command = plan

  variables {
    sweep_interval_hours = 48
  }

  expect_failures = [var.maximum_sweep_age_hours]
}

run "one_account_twice" {
  command = plan

  variables {
    consumers = {
      production  = { account_id = "222222222222" }
      development = { account_id = "222222222222" }
    }
  }

  expect_failures = [var.consumers]
}

run "invalid_region" {
  command = plan

  variables {
    region = "Frankfurt"
  }

  expect_failures = [var.region]
}
