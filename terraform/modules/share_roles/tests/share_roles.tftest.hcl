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
  target = aws_iam_role.this
}

override_resource {
  target = aws_iam_role_policy.this
}

variables {
  trusted_principals = ["arn:aws:iam::999999999999:role/image-pipeline", "arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Images_*"]
}

run "nothing_asked_for" {
  assert {
    condition     = length(aws_iam_role.this) == 0 && output.provider_role_arn == null && output.consumer_role_arn == null
    error_message = "There is a role nobody asked for."
  }
}

run "trust" {
  variables {
    provider_role = true
    external_id   = "golden-images"
  }

  assert {
    condition = jsondecode(data.aws_iam_policy_document.trust.json).Statement == [{
      Effect    = "Allow"
      Action    = "sts:AssumeRole"
      Principal = { AWS = "arn:aws:iam::999999999999:root" }
      Condition = {
        ArnLike = {
          "aws:PrincipalArn" = [
            "arn:aws:iam::999999999999:role/image-pipeline",
            "arn:aws:iam::999999999999:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Images_*",
          ]
        }
        StringEquals = { "sts:ExternalId" = "golden-images" }
      }
    }]
    error_message = "A role trusts somebody else than asked."
  }

  assert {
    condition     = keys(aws_iam_role.this) == ["provider"] && aws_iam_role.this["provider"].name == "ami-steward-share-provider" && output.provider_role_arn != null
    error_message = "There is another role, or it has another name."
  }
}

run "provider" {
  variables {
    provider_role = true
  }

  assert {
    condition = { for statement in jsondecode(one(data.aws_iam_policy_document.provider).json).Statement : statement.Sid => [statement.Action, statement.Resource] } == {
      Look              = [["ec2:DescribeSnapshots", "ec2:DescribeRegions", "ec2:DescribeImages"], "*"]
      NameAccount       = ["iam:ListAccountAliases", "*"]
      ShareImages       = [["ec2:ModifyImageAttribute", "ec2:DescribeImageAttribute"], "arn:aws:ec2:*::image/*"]
      TagSharedImages   = [["ec2:DeleteTags", "ec2:CreateTags"], "arn:aws:ec2:*::image/*"]
      SeeWhoManagesKeys = ["kms:DescribeKey", "arn:aws:kms:*:111111111111:key/*"]
    }
    error_message = "The provider role may do more or less than share images."
  }

  assert {
    condition = one([for statement in jsondecode(one(data.aws_iam_policy_document.provider).json).Statement : statement.Condition if statement.Sid == "TagSharedImages"]) == {
      "ForAllValues:StringLike" = { "aws:TagKeys" = "SharedWith-*" }
      Null                      = { "aws:TagKeys" = "false" }
    }
    error_message = "The provider role may set other tags than sharing does."
  }
}

run "provider_of_snapshots_and_keys" {
  variables {
    provider_role      = true
    regions            = ["eu-central-1", "eu-west-1"]
    target_account_ids = ["222222222222", "333333333333"]
    post_share_tags    = ["Published"]
    share_snapshots    = true
    kms_key_arns       = ["arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
  }

  assert {
    condition = { for statement in jsondecode(one(data.aws_iam_policy_document.provider).json).Statement : statement.Sid => try(jsonencode(statement.Condition), null) } == {
      Look                = jsonencode({ StringEquals = { "aws:RequestedRegion" = ["eu-central-1", "eu-west-1"] } })
      NameAccount         = null
      ShareImages         = null
      TagSharedImages     = jsonencode({ "ForAllValues:StringLike" = { "aws:TagKeys" = ["SharedWith-*", "Published"] }, Null = { "aws:TagKeys" = "false" } })
      SeeWhoUsesSnapshots = null
      ShareSnapshots      = jsonencode({ Null = { "ec2:Add/group" = "true" }, StringEqualsIfExists = { "ec2:Add/userId" = ["222222222222", "333333333333"] } })
      SeeWhoManagesKeys   = null
      SeeAndRevokeGrants  = null
      GrantUseOfKeys = jsonencode({
        "ForAllValues:StringEquals" = { "kms:GrantOperations" = ["CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"] }
        Null                        = { "kms:GrantOperations" = "false" }
        StringEquals                = { "kms:GranteePrincipal" = ["arn:aws:iam::222222222222:root", "arn:aws:iam::333333333333:root"] }
      })
    }
    error_message = "A permission is narrowed in another way."
  }

  assert {
    condition     = toset(one([for statement in jsondecode(one(data.aws_iam_policy_document.provider).json).Statement : statement.Resource if statement.Sid == "ShareSnapshots"])) == toset(["arn:aws:ec2:eu-central-1::snapshot/*", "arn:aws:ec2:eu-west-1::snapshot/*"])
    error_message = "Snapshots of other regions may be shared."
  }

  assert {
    condition     = alltrue([for sid in ["SeeAndRevokeGrants", "GrantUseOfKeys"] : one([for statement in jsondecode(one(data.aws_iam_policy_document.provider).json).Statement : statement.Resource if statement.Sid == sid]) == var.kms_key_arns[0]])
    error_message = "Other keys may be granted."
  }
}

run "consumer" {
  variables {
    consumer_role     = true
    source_account_id = "444444444444"
    regions           = ["eu-central-1"]
  }

  assert {
    condition = { for statement in jsondecode(one(data.aws_iam_policy_document.consumer).json).Statement : statement.Sid => [statement.Action, statement.Resource, try(jsonencode(statement.Condition), null)] } == {
      Look        = [["ec2:DescribeSnapshots", "ec2:DescribeImages"], "*", jsonencode({ StringEquals = { "aws:RequestedRegion" = "eu-central-1" } })]
      NameAccount = ["iam:ListAccountAliases", "*", null]
      CopyTags    = ["ec2:CreateTags", "arn:aws:ec2:eu-central-1::image/*", jsonencode({ StringEquals = { "ec2:Owner" = "444444444444" } })]
      RemoveTags  = ["ec2:DeleteTags", "arn:aws:ec2:eu-central-1::image/*", null]
    }
    error_message = "The consumer role may do more or less than tag what is shared."
  }

  assert {
    condition     = keys(aws_iam_role.this) == ["consumer"] && output.consumer_role_arn != null && output.provider_role_arn == null
    error_message = "There is another role."
  }
}

run "both_roles_and_snapshots" {
  variables {
    provider_role   = true
    consumer_role   = true
    share_snapshots = true
  }

  assert {
    condition     = keys(aws_iam_role.this) == ["consumer", "provider"]
    error_message = "An account can be source and target."
  }

  assert {
    condition     = toset(one([for statement in jsondecode(one(data.aws_iam_policy_document.consumer).json).Statement : statement.Resource if statement.Sid == "CopyTags"])) == toset(["arn:aws:ec2:*::snapshot/*", "arn:aws:ec2:*::image/*"])
    error_message = "The consumer role may not tag snapshots."
  }
}

run "key_of_another_account" {
  command = plan

  variables {
    provider_role = true
    kms_key_arns  = ["arn:aws:kms:eu-central-1:222222222222:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
  }

  expect_failures = [aws_iam_role.this]
}

run "every_role_of_an_account" {
  command = plan

  variables {
    trusted_principals = ["arn:aws:iam::999999999999:role/*"]
  }

  expect_failures = [var.trusted_principals]
}

run "every_role_in_other_words" {
  command = plan

  variables {
    trusted_principals = ["arn:aws:iam::999999999999:role/?*"]
  }

  expect_failures = [var.trusted_principals]
}

run "every_role_of_any_path" {
  command = plan

  variables {
    trusted_principals = ["arn:aws:iam::999999999999:role/*/*"]
  }

  expect_failures = [var.trusted_principals]
}

run "every_user_of_an_account" {
  command = plan

  variables {
    trusted_principals = ["arn:aws:iam::999999999999:user/**?"]
  }

  expect_failures = [var.trusted_principals]
}

run "role_without_a_name" {
  command = plan

  variables {
    trusted_principals = ["arn:aws:iam::999999999999:role/"]
  }

  expect_failures = [var.trusted_principals]
}

run "path_without_a_name" {
  command = plan

  variables {
    trusted_principals = ["arn:aws:iam::999999999999:role/pipelines/"]
  }

  expect_failures = [var.trusted_principals]
}

run "empty_principal" {
  command = plan

  variables {
    trusted_principals = [""]
  }

  expect_failures = [var.trusted_principals]
}

run "invalid_inputs" {
  command = plan

  variables {
    trusted_principals   = ["999999999999"]
    external_id          = "x"
    regions              = []
    source_account_id    = "1111"
    target_account_ids   = ["production"]
    kms_key_arns         = ["alias/images"]
    name_prefix          = "AMI"
    max_session_duration = 60

    post_share_tags          = ["*"]
    permissions_boundary_arn = ""
  }

  expect_failures = [
    var.trusted_principals, var.external_id, var.regions, var.source_account_id, var.target_account_ids, var.kms_key_arns,
    var.name_prefix, var.max_session_duration, var.post_share_tags, var.permissions_boundary_arn,
  ]
}

run "usage" {
  variables {
    provider_role     = true
    consumer_role     = true
    regions           = ["eu-central-1", "eu-west-1"]
    shares_table_name = "ami-steward-shares"
    usage_table_name  = "ami-steward-usage"
  }

  assert {
    condition = [for statement in jsondecode(data.aws_iam_policy_document.provider[0].json).Statement : statement if statement.Sid == "SeeUsage"] == [{
      Sid    = "SeeUsage"
      Effect = "Allow"
      Action = "dynamodb:Query"
      Resource = [
        "arn:aws:dynamodb:eu-west-1:111111111111:table/ami-steward-usage/index/image",
        "arn:aws:dynamodb:eu-west-1:111111111111:table/ami-steward-shares",
        "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-usage/index/image",
        "arn:aws:dynamodb:eu-central-1:111111111111:table/ami-steward-shares",
      ]
    }]
    error_message = "The provider sees something else than who uses an image."
  }

  assert {
    condition     = !strcontains(data.aws_iam_policy_document.consumer[0].json, "dynamodb")
    error_message = "The consumer sees tables."
  }
}

run "usage_table_of_another_account" {
  command = plan

  variables {
    provider_role     = true
    shares_table_name = "ami-steward-shares"
    usage_table_name  = "arn:aws:dynamodb:eu-central-1:222222222222:table/x"
  }

  expect_failures = [var.usage_table_name]
}

run "one_table_without_the_other" {
  command = plan

  variables {
    provider_role    = true
    usage_table_name = "ami-steward-usage"
  }

  expect_failures = [var.shares_table_name]
}

run "tag_without_a_name" {
  command = plan

  variables {
    post_share_tags = [""]
  }

  expect_failures = [var.post_share_tags]
}
