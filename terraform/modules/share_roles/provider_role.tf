# In the account that owns the images: who may use them, and the tags that say so.
data "aws_iam_policy_document" "provider" {
  count = var.provider_role ? 1 : 0

  # These name no single resources.
  statement {
    sid       = "Look"
    actions   = ["ec2:DescribeImages", "ec2:DescribeRegions", "ec2:DescribeSnapshots"]
    resources = ["*"]

    dynamic "condition" {
      for_each = var.regions == null ? [] : [1]

      content {
        test     = "StringEquals"
        variable = "aws:RequestedRegion"
        values   = var.regions
      }
    }
  }

  statement {
    sid       = "NameAccount"
    actions   = ["iam:ListAccountAliases"]
    resources = ["*"]
  }

  statement {
    sid       = "ShareImages"
    actions   = ["ec2:DescribeImageAttribute", "ec2:ModifyImageAttribute"]
    resources = local.images
  }

  # Nothing else than what sharing sets.
  statement {
    sid       = "TagSharedImages"
    actions   = ["ec2:CreateTags", "ec2:DeleteTags"]
    resources = local.images

    condition {
      test     = "ForAllValues:StringLike"
      variable = "aws:TagKeys"
      values   = concat(["SharedWith-*"], var.post_share_tags)
    }

    condition {
      test     = "Null"
      variable = "aws:TagKeys"
      values   = ["false"]
    }
  }

  dynamic "statement" {
    for_each = var.share_snapshots ? [1] : []

    content {
      sid       = "SeeWhoUsesSnapshots"
      actions   = ["ec2:DescribeSnapshotAttribute"]
      resources = local.snapshots
    }
  }

  # To accounts, never to everybody.
  dynamic "statement" {
    for_each = var.share_snapshots ? [1] : []

    content {
      sid       = "ShareSnapshots"
      actions   = ["ec2:ModifySnapshotAttribute"]
      resources = local.snapshots

      condition {
        test     = "Null"
        variable = "ec2:Add/group"
        values   = ["true"]
      }

      dynamic "condition" {
        for_each = var.target_account_ids == null ? [] : [1]

        content {
          test     = "StringEqualsIfExists"
          variable = "ec2:Add/userId"
          values   = var.target_account_ids
        }
      }
    }
  }

  # Of the keys of encrypted snapshots, the one that AWS manages for EBS is of no use to other accounts; it is none of those
  # that are granted.
  statement {
    sid       = "SeeWhoManagesKeys"
    actions   = ["kms:DescribeKey"]
    resources = [for region in local.regions : "arn:${local.partition}:kms:${region}:${local.account}:key/*"]
  }

  dynamic "statement" {
    for_each = length(var.kms_key_arns) > 0 ? [1] : []

    content {
      sid       = "SeeAndRevokeGrants"
      actions   = ["kms:ListGrants", "kms:RevokeGrant"]
      resources = var.kms_key_arns
    }
  }

  # What launching an image with encrypted snapshots takes, and nothing else.
  # https://docs.aws.amazon.com/ebs/latest/userguide/ebs-modifying-snapshot-permissions.html
  dynamic "statement" {
    for_each = length(var.kms_key_arns) > 0 ? [1] : []

    content {
      sid       = "GrantUseOfKeys"
      actions   = ["kms:CreateGrant"]
      resources = var.kms_key_arns

      condition {
        test     = "ForAllValues:StringEquals"
        variable = "kms:GrantOperations"
        values   = ["CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo"]
      }

      condition {
        test     = "Null"
        variable = "kms:GrantOperations"
        values   = ["false"]
      }

      dynamic "condition" {
        for_each = var.target_account_ids == null ? [] : [1]

        content {
          test     = "StringEquals"
          variable = "kms:GranteePrincipal"
          values   = [for account in var.target_account_ids : "arn:${local.partition}:iam::${account}:root"]
        }
      }
    }
  }

  # `amictl share revoke` asks who still uses an image, and since when they have it.
  dynamic "statement" {
    for_each = length(local.tables) > 0 ? [1] : []

    content {
      sid       = "SeeUsage"
      actions   = ["dynamodb:Query"]
      resources = [for pair in setproduct(local.regions, local.tables) : "arn:${local.partition}:dynamodb:${pair[0]}:${local.account}:table/${pair[1]}"]
    }
  }
}
