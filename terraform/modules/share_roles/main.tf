data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition

  regions   = coalesce(var.regions, ["*"])
  images    = [for region in local.regions : "arn:${local.partition}:ec2:${region}::image/*"]
  snapshots = [for region in local.regions : "arn:${local.partition}:ec2:${region}::snapshot/*"]

  tables = concat([for name in var.usage_table_name[*] : "${name}/index/image"], var.shares_table_name[*])

  policies = merge(
    { for document in data.aws_iam_policy_document.provider : "provider" => document.json if var.provider_role },
    { for document in data.aws_iam_policy_document.consumer : "consumer" => document.json if var.consumer_role },
  )
  descriptions = {
    provider = "amictl shares images of this account through it"
    consumer = "amictl tags images that are shared with this account through it"
  }
}

data "aws_iam_policy_document" "trust" {
  # IAM accepts a role as principal only once that role exists, and forgets it when it is made anew. The account as
  # principal, narrowed to ARNs, trusts the same roles and lets either side be made first.
  statement {
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = [for account in distinct([for arn in var.trusted_principals : split(":", arn)[4]]) : "arn:${local.partition}:iam::${account}:root"]
    }

    condition {
      test     = "ArnLike"
      variable = "aws:PrincipalArn"
      values   = var.trusted_principals
    }

    dynamic "condition" {
      for_each = var.external_id[*]

      content {
        test     = "StringEquals"
        variable = "sts:ExternalId"
        values   = [condition.value]
      }
    }
  }
}

resource "aws_iam_role" "this" {
  for_each = local.policies

  name                 = "${var.name_prefix}-share-${each.key}"
  description          = local.descriptions[each.key]
  assume_role_policy   = data.aws_iam_policy_document.trust.json
  max_session_duration = var.max_session_duration
  permissions_boundary = var.permissions_boundary_arn
  tags                 = var.tags

  lifecycle {
    precondition {
      condition     = alltrue([for arn in var.kms_key_arns : split(":", arn)[4] == local.account])
      error_message = "kms_key_arns has a key of another account: its owner has to grant its use."
    }
  }
}

resource "aws_iam_role_policy" "this" {
  for_each = local.policies

  name   = "share"
  role   = aws_iam_role.this[each.key].id
  policy = each.value
}
