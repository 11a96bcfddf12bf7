variable "provider_role" {
  description = "This account owns the images: make the role `<prefix>-share-provider`, which shares them (`source-account.assume-role` of a manifest)."
  type        = bool
  default     = false
}

variable "consumer_role" {
  description = "Images are shared with this account: make the role `<prefix>-share-consumer`, which copies their tags (`target-accounts[].assume-role`)."
  type        = bool
  default     = false
}

variable "trusted_principals" {
  description = "ARNs of the roles and users that run `amictl share`, also of other accounts; `*` and `?` match in what follows the account. A role that is made anew under its name stays trusted."
  type        = list(string)

  validation {
    condition     = length(var.trusted_principals) > 0 && alltrue([for arn in var.trusted_principals : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:(role|user)/([A-Za-z0-9_+=,.@*?-]+/)*[A-Za-z0-9_+=,.@*?-]+$", arn))])
    error_message = "Trusted principals are ARNs of IAM roles or users, each with a name; at least one."
  }

  # A wildcard is one that stands beside letters: */*, ?* and the like are every role there is.
  validation {
    condition     = alltrue([for arn in var.trusted_principals : can(regex(":(role|user)/.*[A-Za-z0-9]", arn))])
    error_message = "Every role or user of an account is not a principal to trust: a part of the name or path has to be given."
  }
}

variable "external_id" {
  description = "ExternalId that whoever assumes a role must give (`external-id` of a manifest). null: none is asked for."
  type        = string
  default     = null

  validation {
    condition     = var.external_id == null ? true : can(regex("^[A-Za-z0-9_+=,.@:/-]+$", var.external_id)) && length(var.external_id) >= 2 && length(var.external_id) <= 1224
    error_message = "An ExternalId has 2 to 1224 letters, digits and _ + = , . @ : / -."
  }
}

variable "regions" {
  description = "Regions in which images are shared. null: all."
  type        = list(string)
  default     = null

  validation {
    condition     = var.regions == null ? true : length(var.regions) > 0 && alltrue([for region in var.regions : can(regex("^[a-z]+(-[a-z]+)+-[0-9]+$", region))])
    error_message = "A region is written like eu-central-1; a list has at least one."
  }
}

variable "source_account_id" {
  description = "Account that owns the images that the consumer role may tag. null: whoever shares images with this account."
  type        = string
  default     = null

  validation {
    condition     = var.source_account_id == null ? true : can(regex("^[0-9]{12}$", var.source_account_id))
    error_message = "An account id has 12 digits."
  }
}

variable "target_account_ids" {
  description = "Accounts that the provider role may let use snapshots and keys; AWS has nothing by which to confine launch permissions of images to accounts. null: any account."
  type        = list(string)
  default     = null

  validation {
    condition     = var.target_account_ids == null ? true : length(var.target_account_ids) > 0 && alltrue([for account in var.target_account_ids : can(regex("^[0-9]{12}$", account))])
    error_message = "An account id has 12 digits; a list has at least one."
  }
}

variable "post_share_tags" {
  description = "Names of the tags that sharing sets on a source image besides SharedWith-…: the keys of a manifest's `post-share-tags`."
  type        = list(string)
  default     = []

  # The policy would take * and ? for any tags.
  validation {
    condition     = alltrue([for name in var.post_share_tags : can(regex("^[^*?]{1,127}$", name)) && !startswith(lower(name), "aws:")])
    error_message = "A tag's name has 1 to 127 characters, no * and no ?, and does not begin with aws:."
  }
}

variable "share_snapshots" {
  description = "Allow what --share-snapshots does: permissions for volumes of the snapshots, and their tags."
  type        = bool
  default     = false
}

variable "kms_key_arns" {
  description = "Keys of encrypted snapshots that the provider role may grant targets the use of (`kms: grant`). A key's policy must let IAM decide."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.kms_key_arns : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "KMS keys are given by their key ARNs, not by aliases."
  }
}

variable "shares_table_name" {
  description = "Shares table of AMI Steward in the source account (the creator's output shares_table_name), which tells since when an account has an image. Given together with usage_table_name."
  type        = string
  default     = null

  validation {
    condition     = (var.shares_table_name == null) == (var.usage_table_name == null) && (var.shares_table_name == null || can(regex("^[A-Za-z0-9_.-]{3,255}$", var.shares_table_name)))
    error_message = "A table's name has 3 to 255 letters, digits, underscores, dots and hyphens; the tables of shares and of usage are given together or not at all."
  }
}

variable "usage_table_name" {
  description = "Usage table of AMI Steward in the source account (the creator's output usage_table_name), which `amictl share revoke` asks who still uses an image before it takes it back. null: AMI Steward is not installed there."
  type        = string
  default     = null

  validation {
    condition     = var.usage_table_name == null || can(regex("^[A-Za-z0-9_.-]{3,255}$", var.usage_table_name))
    error_message = "A table's name has 3 to 255 letters, digits, underscores, dots and hyphens."
  }
}

variable "name_prefix" {
  description = "First part of the roles' names."
  type        = string
  default     = "ami-steward"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name_prefix))
    error_message = "A name prefix has 3 to 20 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "max_session_duration" {
  description = "How long a session of a role may last at most, in seconds. From one role to another (role chaining) AWS allows an hour."
  type        = number
  default     = 3600

  validation {
    condition     = var.max_session_duration >= 3600 && var.max_session_duration <= 43200 && floor(var.max_session_duration) == var.max_session_duration
    error_message = "Sessions last at most 3600 to 43200 whole seconds."
  }
}

variable "permissions_boundary_arn" {
  description = "Permissions boundary of the roles, where the account asks for one."
  type        = string
  default     = null

  validation {
    condition     = var.permissions_boundary_arn == null ? true : can(regex("^arn:[a-z-]+:iam::(aws|[0-9]{12}):policy/([A-Za-z0-9_+=,.@-]+/)*[A-Za-z0-9_+=,.@-]+$", var.permissions_boundary_arn))
    error_message = "A permissions boundary is given by the ARN of an IAM policy."
  }
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
