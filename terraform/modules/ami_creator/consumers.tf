# One role for each consumer account: its usage tracker, and nobody else there, may record what that account uses.
locals {
  consumer_account_ids = toset(concat(
    var.consumer_account_ids == null ? tolist(local.email_accounts) : var.consumer_account_ids,
    var.consumer ? [local.account] : [],
  ))
}

data "aws_iam_policy_document" "consumer_trust" {
  for_each = local.consumer_account_ids

  # IAM accepts a role as principal only once that role exists, and forgets it when it is made anew. The account as
  # principal, narrowed to the ARN of the role, trusts the same role and lets either side be deployed first.
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = ["arn:${local.partition}:iam::${each.value}:root"]
    }

    condition {
      test     = "ArnEquals"
      variable = "aws:PrincipalArn"
      values   = ["arn:${local.partition}:iam::${each.value}:role/${var.name_prefix}-usage-tracker-${local.region}"]
    }
  }
}

data "aws_iam_policy_document" "consumer" {
  for_each = local.consumer_account_ids

  # Also through TransactWriteItems. ForAllValues is true for a request without keys, hence the second condition.
  statement {
    sid       = "WriteOwnUsage"
    actions   = ["dynamodb:DeleteItem", "dynamodb:PutItem", "dynamodb:UpdateItem"]
    resources = [module.usage.arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "dynamodb:LeadingKeys"
      values   = [each.value]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  # A sweep looks for rows that it has not refreshed.
  statement {
    sid       = "ReadOwnUsage"
    actions   = ["dynamodb:Query"]
    resources = [module.usage.arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "dynamodb:LeadingKeys"
      values   = [each.value]
    }

    condition {
      test     = "Null"
      variable = "dynamodb:LeadingKeys"
      values   = ["false"]
    }
  }

  # Whether an image that EC2 no longer describes was shared, and nothing about who shared it or was alerted.
  statement {
    sid       = "LookUpShare"
    actions   = ["dynamodb:GetItem"]
    resources = [module.shares.arn]

    condition {
      test     = "ForAllValues:StringEquals"
      variable = "dynamodb:Attributes"
      values   = ["image_id", "principal", "status"]
    }

    condition {
      test     = "StringEquals"
      variable = "dynamodb:Select"
      values   = ["SPECIFIC_ATTRIBUTES"]
    }
  }

  dynamic "statement" {
    for_each = var.kms_key_arn[*]

    content {
      sid       = "UseTableKey"
      actions   = ["kms:Decrypt", "kms:DescribeKey"]
      resources = [statement.value]

      condition {
        test     = "StringLike"
        variable = "kms:ViaService"
        values   = ["dynamodb.${local.region}.amazonaws.com*"]
      }
    }
  }
}

resource "aws_iam_role" "consumer" {
  for_each = local.consumer_account_ids

  name               = "${var.name_prefix}-usage-${local.region}-${each.value}"
  description        = "The usage tracker of account ${each.value} in ${local.region} records its usage of images"
  assume_role_policy = data.aws_iam_policy_document.consumer_trust[each.key].json
  tags               = var.tags
}

resource "aws_iam_role_policy" "consumer" {
  for_each = local.consumer_account_ids

  name   = "usage"
  role   = aws_iam_role.consumer[each.key].id
  policy = data.aws_iam_policy_document.consumer[each.key].json
}
