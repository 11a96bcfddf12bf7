locals {
  # SES lets an address be used that is verified itself, or whose domain or a domain above it is.
  sender_labels  = split(".", split("@", var.alert_sender)[1])
  sender_domains = [for index in range(length(local.sender_labels) - 1) : join(".", slice(local.sender_labels, index, length(local.sender_labels)))]
  ses_identities = coalesce(var.ses_identities, concat([var.alert_sender], local.sender_domains))

  guard_tag_key   = split("=", var.guard_tag)[0]
  guard_tag_value = trimprefix(var.guard_tag, "${local.guard_tag_key}=")

  parameter_arn = "arn:${local.partition}:ssm:${local.region}:${local.account}:parameter"
}

data "aws_iam_policy_document" "share_recorder" {
  # Also through TransactWriteItems.
  statement {
    sid       = "RecordShares"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
    resources = [module.shares.arn]
  }

  statement {
    sid       = "NameImages"
    actions   = ["ec2:DescribeImages"]
    resources = ["*"]
  }
}

data "aws_iam_policy_document" "deregistration_checker" {
  # Also through TransactWriteItems: the checker records a loss before it reads which shares remain, and shares that it finds and
  # no event told of. A loss is an item of its own, too, by which it is told again to whoever is found to have used the image.
  statement {
    sid       = "RecordLossesAndAlerts"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"]
    resources = [module.shares.arn]
  }

  statement {
    sid       = "ReadUsage"
    actions   = ["dynamodb:Query"]
    resources = ["${module.usage.arn}/index/${local.usage_image_index}"]
  }

  # Each hour: which accounts have images, and how many rows of usage there are; once a day: which images are recorded as shared.
  # A check: since when shares are recorded.
  statement {
    sid       = "MeasureShares"
    actions   = ["dynamodb:Scan"]
    resources = [module.shares.arn]
  }

  statement {
    sid       = "DescribeTables"
    actions   = ["dynamodb:DescribeTable"]
    resources = [module.shares.arn, module.usage.arn]
  }

  statement {
    sid     = "ReadAddressesAndMemberships"
    actions = ["ssm:GetParameters"]
    resources = [
      "${local.parameter_arn}${local.email_parameter_prefix}/*",
      "${local.parameter_arn}${local.membership_parameter_prefix}/*",
    ]
  }

  statement {
    sid       = "ReadAdministratorAddress"
    actions   = ["ssm:GetParameter"]
    resources = ["${local.parameter_arn}${aws_ssm_parameter.administrator.name}"]
  }

  statement {
    sid     = "SendAsSender"
    actions = ["ses:SendEmail"]
    resources = concat(
      [for identity in local.ses_identities : "arn:${local.partition}:ses:${local.region}:${local.account}:identity/${identity}"],
      [for name in var.ses_configuration_sets : "arn:${local.partition}:ses:${local.region}:${local.account}:configuration-set/${name}"],
    )

    condition {
      test     = "StringEquals"
      variable = "ses:FromAddress"
      values   = [var.alert_sender]
    }
  }

  statement {
    sid       = "PublishAlerts"
    actions   = ["sns:Publish"]
    resources = [aws_sns_topic.alerts.arn]
  }

  # Whom EC2 lets launch an image, whatever the tables say: for a check, and once a day for every image of the account.
  statement {
    sid       = "ReadLaunchPermissions"
    actions   = ["ec2:DescribeImageAttribute"]
    resources = ["arn:${local.partition}:ec2:${local.region}::image/*"]
  }

  # What EC2 itself knows of an image's usage in all accounts. A report is made for the question, found again by its tag if
  # EC2 takes longer, and deleted once it is read.
  statement {
    sid     = "AskForUsageReport"
    actions = ["ec2:CreateImageUsageReport"]
    resources = [
      "arn:${local.partition}:ec2:${local.region}::image/*",
      "arn:${local.partition}:ec2:${local.region}:${local.account}:image-usage-report/*",
    ]
  }

  statement {
    sid       = "TagUsageReports"
    actions   = ["ec2:CreateTags"]
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account}:image-usage-report/*"]

    condition {
      test     = "StringEquals"
      variable = "ec2:CreateAction"
      values   = ["CreateImageUsageReport"]
    }
  }

  statement {
    sid       = "DeleteUsageReports"
    actions   = ["ec2:DeleteImageUsageReport"]
    resources = ["arn:${local.partition}:ec2:${local.region}:${local.account}:image-usage-report/*"]
  }

  statement {
    sid       = "ReadUsageReports"
    actions   = ["ec2:DescribeImageUsageReportEntries", "ec2:DescribeImageUsageReports"]
    resources = ["*"]
  }

  dynamic "statement" {
    for_each = var.guard == "off" ? [] : [1]

    content {
      sid       = "GuardImages"
      actions   = concat(["ec2:DisableImageDeregistrationProtection"], var.guard == "release" ? [] : ["ec2:EnableImageDeregistrationProtection"])
      resources = ["arn:${local.partition}:ec2:${local.region}::image/*"]

      dynamic "condition" {
        for_each = var.guard == "tagged" ? [1] : []

        content {
          test     = "StringEquals"
          variable = "aws:ResourceTag/${local.guard_tag_key}"
          values   = [local.guard_tag_value]
        }
      }
    }
  }

  statement {
    sid       = "NameImages"
    actions   = ["ec2:DescribeImages"]
    resources = ["*"]
  }
}
