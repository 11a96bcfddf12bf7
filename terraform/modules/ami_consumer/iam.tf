data "aws_iam_policy_document" "usage_tracker" {
  statement {
    sid       = "RecordUsageInCreatorAccount"
    actions   = ["sts:AssumeRole"]
    resources = [var.cross_account_role_arn]
  }

  # Also through TransactWriteItems.
  statement {
    sid       = "KeepMapping"
    actions   = ["dynamodb:BatchGetItem", "dynamodb:ConditionCheckItem", "dynamodb:PutItem", "dynamodb:Query"]
    resources = [module.mapping.arn]
  }

  # Which records are there that the sweep has not seen.
  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid       = "CompareMapping"
      actions   = ["dynamodb:Scan"]
      resources = [module.mapping.arn]
    }
  }

  statement {
    sid = "LookUpImages"
    actions = [
      "autoscaling:DescribeLaunchConfigurations",
      "ec2:DescribeImages",
      "ec2:DescribeLaunchTemplateVersions",
    ]
    resources = ["*"]
  }

  # What a sweep lists. IAM cannot confine any of these to single resources.
  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid = "ListWhatIsThere"
      actions = [
        "autoscaling:DescribeAutoScalingGroups",
        "ec2:DescribeFleets",
        "ec2:DescribeImageReferences",
        "ec2:DescribeInstances",
        "ec2:DescribeSpotFleetRequests",
        "eks:ListClusters",
        "imagebuilder:ListContainerRecipes",
        "imagebuilder:ListImageRecipes",
        "ssm:DescribeParameters",
      ]
      resources = ["*"]
    }
  }

  # EC2's check of references (DescribeImageReferences) looks into lists in the caller's name: those above, and these.
  # https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-ami-references.html
  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid       = "LetReferencesBeChecked"
      actions   = ["ec2:DescribeLaunchTemplates"]
      resources = ["*"]

      condition {
        test     = "ForAnyValue:StringEquals"
        variable = "aws:CalledVia"
        values   = ["ec2-images.amazonaws.com"]
      }
    }
  }

  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid       = "ListNodeGroups"
      actions   = ["eks:ListNodegroups"]
      resources = ["arn:${local.partition}:eks:${local.region}:${local.account}:cluster/*"]
    }
  }

  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid       = "ReadNodeGroups"
      actions   = ["eks:DescribeNodegroup"]
      resources = ["arn:${local.partition}:eks:${local.region}:${local.account}:nodegroup/*"]
    }
  }

  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid       = "ReadContainerRecipes"
      actions   = ["imagebuilder:GetContainerRecipe"]
      resources = ["arn:${local.partition}:imagebuilder:${local.region}:${local.account}:container-recipe/*"]
    }
  }

  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid       = "ReadRecipes"
      actions   = ["imagebuilder:GetImageRecipe"]
      resources = ["arn:${local.partition}:imagebuilder:${local.region}:${local.account}:image-recipe/*"]
    }
  }

  # A recipe may start from an Image Builder image of the creator's, which it shares with this account.
  dynamic "statement" {
    for_each = var.sweep ? [1] : []

    content {
      sid       = "FollowParentImages"
      actions   = ["imagebuilder:GetImage"]
      resources = ["arn:${local.partition}:imagebuilder:${local.region}:${var.creator_account_id}:image/*"]
    }
  }

  # A launch template may name its image as resolve:ssm:<parameter>: one of this account, one that the creator account or
  # another one shares, or a public one. An event tells that a parameter has changed, and not to what.
  statement {
    sid     = "ResolveImageParameters"
    actions = ["ssm:GetParameters"]
    resources = concat(
      [for account in distinct([local.account, var.creator_account_id]) : "arn:${local.partition}:ssm:${local.region}:${account}:parameter/${var.image_parameter_pattern}"],
      var.image_parameter_arns,
      ["arn:${local.partition}:ssm:${local.region}::parameter/aws/service/*"],
    )
  }

  # Image parameters are never secret. The key policy of aws/ssm lets everybody in the account decrypt through SSM; this
  # keeps the function from reading any SecureString whose name the statement above covers.
  statement {
    sid       = "ReadNoSecrets"
    effect    = "Deny"
    actions   = ["kms:Decrypt"]
    resources = ["*"]

    condition {
      test     = "StringLike"
      variable = "kms:ViaService"
      values   = ["ssm.*"]
    }
  }

  lifecycle {
    precondition {
      condition     = endswith(var.cross_account_role_arn, "-usage-${local.region}-${local.account}")
      error_message = "cross_account_role_arn is not the role that the creator made for account ${local.account} in ${local.region}: look up this account in consumer_role_arns of the creator of this region."
    }

    # A launch template can name those of its own region alone.
    precondition {
      condition     = alltrue([for arn in var.image_parameter_arns : startswith(arn, "arn:${local.partition}:ssm:${local.region}:")])
      error_message = "image_parameter_arns names a parameter that is not in ${local.region}."
    }
  }
}
