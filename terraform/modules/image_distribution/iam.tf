data "aws_iam_policy_document" "image_distribution" {
  statement {
    sid = "BringConfigurationsToTemplates"
    actions = [
      "imagebuilder:GetDistributionConfiguration",
      "imagebuilder:UpdateDistributionConfiguration",
    ]
    resources = local.configuration_arns
  }

  statement {
    sid = "KeepRecords"
    actions = [
      "dynamodb:DeleteItem",
      "dynamodb:GetItem",
      "dynamodb:PutItem",
      "dynamodb:Query",
    ]
    resources = [module.records.arn]
  }

  # Never with decryption: a SecureString gives its ciphertext, and the function refuses it.
  statement {
    sid     = "ReadLists"
    actions = ["ssm:GetParameters"]
    resources = concat(
      ["arn:${local.partition}:ssm:${local.region}:${local.account}:parameter${var.parameter_prefix}/*"],
      [for name in var.parameter_names : "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter/${trimprefix(name, "/")}"],
      var.shared_parameter_arns,
    )
  }

  dynamic "statement" {
    for_each = var.organizational_units ? [1] : []

    content {
      sid       = "ExpandOrganizationalUnits"
      actions   = ["organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"]
      resources = ["arn:${local.partition}:organizations::*:ou/*/*", "arn:${local.partition}:organizations::*:root/*/*"]
    }
  }

  dynamic "statement" {
    for_each = var.organizations_role_arn[*]

    content {
      sid       = "ExpandOrganizationalUnitsElsewhere"
      actions   = ["sts:AssumeRole"]
      resources = [statement.value]
    }
  }

  # Verify: the role is assumed to see that it is there and trusts this account; its credentials are used at most to look at
  # a key of a third account.
  dynamic "statement" {
    for_each = var.verify ? [1] : []

    content {
      sid       = "VerifyRoles"
      actions   = ["sts:AssumeRole"]
      resources = ["arn:${local.partition}:iam::*:role/EC2ImageBuilderDistributionCrossAccountRole"]
    }
  }

  dynamic "statement" {
    for_each = var.verify ? [1] : []

    content {
      sid       = "VerifyKeys"
      actions   = ["kms:DescribeKey", "kms:GetKeyPolicy"]
      resources = ["arn:${local.partition}:kms:*:${local.account}:key/*"]
    }
  }
}
