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
  target = module.records
  outputs = {
    name = "ami-steward-image-distribution"
    arn  = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-image-distribution"
  }
}

override_module {
  target = module.image_distribution
  outputs = {
    function_arn = "arn:aws:lambda:eu-central-1:111111111111:function:ami-steward-image-distribution"
  }
}

variables {
  package_directory = "../../tests/packages"
}

run "least_privilege" {
  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.image_distribution.json).Statement : statement.Sid => statement.Resource } == {
      BringConfigurationsToTemplates = "arn:aws:imagebuilder:eu-central-1:111111111111:distribution-configuration/*"
      KeepRecords                    = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-image-distribution"
      ReadLists                      = "arn:aws:ssm:eu-central-1:111111111111:parameter/ami-steward/distribution/*"
    }
    error_message = "The function may touch other resources than it needs."
  }

  assert {
    condition     = output.service_token == "arn:aws:lambda:eu-central-1:111111111111:function:ami-steward-image-distribution"
    error_message = "The service token is not the function's ARN."
  }
}

run "what_is_asked_for_is_allowed" {
  variables {
    distribution_configuration_arns = ["arn:aws:imagebuilder:eu-central-1:111111111111:distribution-configuration/base"]
    parameter_prefix                = "/images"
    parameter_names                 = ["/elsewhere/accounts", "plain"]
    shared_parameter_arns           = ["arn:aws:ssm:eu-central-1:999999999999:parameter/shared"]
    organizational_units            = true
    organizations_role_arn          = "arn:aws:iam::999999999999:role/list-accounts"
    verify                          = true
  }

  assert {
    condition = { for statement in jsondecode(data.aws_iam_policy_document.image_distribution.json).Statement : statement.Sid => statement.Resource } == {
      BringConfigurationsToTemplates = "arn:aws:imagebuilder:eu-central-1:111111111111:distribution-configuration/base"
      KeepRecords                    = "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-image-distribution"
      ReadLists = [
        "arn:aws:ssm:eu-central-1:999999999999:parameter/shared",
        "arn:aws:ssm:eu-central-1:111111111111:parameter/plain",
        "arn:aws:ssm:eu-central-1:111111111111:parameter/images/*",
        "arn:aws:ssm:eu-central-1:111111111111:parameter/elsewhere/accounts",
      ]
      ExpandOrganizationalUnits          = ["arn:aws:organizations::*:root/*/*", "arn:aws:organizations::*:ou/*/*"]
      ExpandOrganizationalUnitsElsewhere = "arn:aws:iam::999999999999:role/list-accounts"
      VerifyRoles                        = "arn:aws:iam::*:role/EC2ImageBuilderDistributionCrossAccountRole"
      VerifyKeys                         = "arn:aws:kms:*:111111111111:key/*"
    }
    error_message = "What was asked for is not allowed, or more is."
  }
}

run "rules" {
  variables {
    parameter_names = ["/elsewhere/accounts"]
  }

  assert {
    condition     = jsondecode(local.rules.parameters.event_pattern).detail.name == [{ prefix = "/ami-steward/distribution/" }, "/elsewhere/accounts"]
    error_message = "A change of a list is not seen."
  }

  assert {
    condition     = local.rules.schedule.schedule_expression == "rate(1 hour)"
    error_message = "Drift is not looked for every hour."
  }
}

run "without_schedule" {
  variables {
    schedule_expression = null
  }

  assert {
    condition     = keys(local.rules) == ["parameters"]
    error_message = "There is a schedule although none was asked for."
  }
}

run "invalid_mode" {
  command = plan

  variables {
    invocation_mode = "both"
  }

  expect_failures = [var.invocation_mode]
}

run "invalid_prefix" {
  command = plan

  variables {
    parameter_prefix = "images/"
  }

  expect_failures = [var.parameter_prefix]
}

run "no_configurations" {
  command = plan

  variables {
    distribution_configuration_arns = []
  }

  expect_failures = [var.distribution_configuration_arns]
}
