# One provider for each account, all for the same region. Each reaches its account by a profile of the AWS CLI's
# configuration, by a role to assume, or both; and refuses to work in any other account.

provider "aws" {
  alias               = "creator"
  region              = var.region
  profile             = var.creator.profile
  allowed_account_ids = [var.creator.account_id]

  dynamic "assume_role" {
    for_each = var.creator.role_arn[*]

    content {
      role_arn     = assume_role.value
      session_name = "ami-steward"
    }
  }
}

provider "aws" {
  alias               = "production"
  region              = var.region
  profile             = var.consumers["production"].profile
  allowed_account_ids = [var.consumers["production"].account_id]

  dynamic "assume_role" {
    for_each = var.consumers["production"].role_arn[*]

    content {
      role_arn     = assume_role.value
      session_name = "ami-steward"
    }
  }
}

provider "aws" {
  alias               = "development"
  region              = var.region
  profile             = var.consumers["development"].profile
  allowed_account_ids = [var.consumers["development"].account_id]

  dynamic "assume_role" {
    for_each = var.consumers["development"].role_arn[*]

    content {
      role_arn     = assume_role.value
      session_name = "ami-steward"
    }
  }
}
