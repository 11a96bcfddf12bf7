# In an account that images are shared with: what it sees of them, and its own tags on them.
data "aws_iam_policy_document" "consumer" {
  count = var.consumer_role ? 1 : 0

  # These name no single resources.
  statement {
    sid       = "Look"
    actions   = ["ec2:DescribeImages", "ec2:DescribeSnapshots"]
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
    sid       = "CopyTags"
    actions   = ["ec2:CreateTags"]
    resources = concat(local.images, var.share_snapshots ? local.snapshots : [])

    dynamic "condition" {
      for_each = var.source_account_id[*]

      content {
        test     = "StringEquals"
        variable = "ec2:Owner"
        values   = [condition.value]
      }
    }
  }

  # EC2 does not tell whose an image is when tags are taken away.
  statement {
    sid       = "RemoveTags"
    actions   = ["ec2:DeleteTags"]
    resources = concat(local.images, var.share_snapshots ? local.snapshots : [])
  }
}
