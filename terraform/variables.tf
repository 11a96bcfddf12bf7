# Values that are passed on to a module are validated there.

variable "region" {
  description = "Region of the images. Images, events and tables are regional: deploy once for each region, each with a state of its own."
  type        = string

  validation {
    condition     = can(regex("^[a-z]+(-[a-z]+)+-[0-9]+$", var.region))
    error_message = "A region is written like eu-central-1."
  }
}

variable "creator" {
  description = "Account that owns the images: id; how to reach it (CLI `profile`, `role_arn` to assume, or both; neither: the default credentials); optional KMS key and alarm actions."
  type = object({
    account_id    = string
    profile       = optional(string)
    role_arn      = optional(string)
    kms_key_arn   = optional(string)
    alarm_actions = optional(list(string), [])
  })

  validation {
    condition     = can(regex("^[0-9]{12}$", var.creator.account_id))
    error_message = "An account id has 12 digits (in quotes, or leading zeros are lost)."
  }
}

variable "consumers" {
  description = "Accounts that use the images, by the alias of their provider in provider.tf (`production` and `development`, unless that is changed); the same attributes as `creator`."
  type = map(object({
    account_id    = string
    profile       = optional(string)
    role_arn      = optional(string)
    kms_key_arn   = optional(string)
    alarm_actions = optional(list(string), [])
  }))

  validation {
    condition     = alltrue([for consumer in var.consumers : can(regex("^[0-9]{12}$", consumer.account_id))])
    error_message = "An account id has 12 digits (in quotes, or leading zeros are lost)."
  }

  validation {
    condition     = length(distinct(values(var.consumers)[*].account_id)) == length(var.consumers) && !contains(values(var.consumers)[*].account_id, var.creator.account_id)
    error_message = "Each consumer is another account; a creator that uses its own images sets consumer = true."
  }
}

variable "consumer" {
  description = "Watch the creator's account, too: it can use its own images without any share. Without, what it uses is not known, and a check of an image is never clear."
  type        = bool
  default     = true
}

variable "account_email_mapping" {
  description = "Who is told when an account has lost an image that it still uses: account id and `email`, or several `emails`. Several entries for one account add up."
  type = list(object({
    account = string
    email   = optional(string)
    emails  = optional(list(string), [])
  }))
  default   = []
  sensitive = true
}

variable "account_memberships" {
  description = "Organization and organizational units (ARNs) of accounts, where images are shared with those."
  type = list(object({
    account = string
    arns    = list(string)
  }))
  default = []
}

variable "alert_sender" {
  description = "Address the alerts come from. SES must have verified it, or its domain, in this region."
  type        = string
}

variable "administrator_address" {
  description = "Address that gets the alerts of accounts without an address, and of those SES refuses."
  type        = string
  sensitive   = true
}

variable "create_ses_identity" {
  description = "Make the SES identity of alert_sender; SES sends it an e-mail with a link that verifies it."
  type        = bool
  default     = false
}

variable "ses_identities" {
  description = "SES identities the checker may use. null: the sender's address, its domain and those above. In the SES sandbox, add the verified recipients."
  type        = list(string)
  default     = null
}

variable "ses_configuration_sets" {
  description = "SES configuration sets that the sender's identity uses by default: SES then asks whether the checker may use those, too."
  type        = list(string)
  default     = []
}

variable "alert_subscriptions" {
  description = "Subscriptions of the alert topic, by a name of your choice: protocol and endpoint."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  default = {}
}

variable "image_parameter_pattern" {
  description = "Which SSM parameters of their own account and the creator's, by name without the leading slash, usage trackers may read to learn which image a parameter names; `*` matches anything. A parameter that may not be read is left out of the sweep, and as long as it is, answers about images that its account could use are `unknown`."
  type        = string
  default     = "*"
}

variable "image_parameter_arns" {
  description = "ARNs of further SSM parameters that usage trackers may read: those of other accounts that launch templates name as `resolve:ssm:<ARN>`; `*` in a name matches anything."
  type        = list(string)
  default     = []
}

variable "sweep" {
  description = "Let usage trackers list what is really there: right after installation, then regularly. Without, no account's use is known well, no check answers `clear`, and there are no alarms over sweeps."
  type        = bool
  default     = true
}

variable "sweep_interval_hours" {
  description = "Hours from the beginning of one sweep to the beginning of the next, at a time of day that each account and region has for itself; the second sweep comes earlier."
  type        = number
  default     = 24
}

variable "maximum_sweep_age_hours" {
  description = "An account whose last complete sweep is older than this is not known well enough to call an image clear."
  type        = number
  default     = 48

  validation {
    condition     = var.maximum_sweep_age_hours > var.sweep_interval_hours
    error_message = "A sweep must be allowed to get older than the time to the next one."
  }
}

variable "departed_after_days" {
  description = "An account without any image whose usage tracker was not heard of for so many days is taken for gone."
  type        = number
  default     = 30
}

variable "guard" {
  description = "Give images in use deregistration protection, and take it away once they are clear: off, tagged (those with guard_tag), all, or release: take back all that the guard gave; apply release and wait an hour before off."
  type        = string
  default     = "off"
}

variable "guard_tag" {
  description = "Tag (`key=value`) of the images that the guard looks after with guard = \"tagged\"."
  type        = string
  default     = "ami-steward-guard=true"
}

variable "dashboard" {
  description = "Make a CloudWatch dashboard in each account."
  type        = bool
  default     = true
}

variable "image_distribution" {
  description = "Deploy the custom resource for Image Builder distribution configurations in the creator account, with these settings of its module; {} for all defaults. null: do not."
  type = object({
    distribution_configuration_arns = optional(list(string))
    invocation_mode                 = optional(string, "direct")
    schedule_expression             = optional(string, "rate(1 hour)")
    parameter_names                 = optional(list(string), [])
    organizational_units            = optional(bool, false)
    organizations_role_arn          = optional(string)
    verify                          = optional(bool, false)
    timeout                         = optional(number, 120)
  })
  default = null
}

variable "name_prefix" {
  description = "First part of the name of everything made here, in every account."
  type        = string
  default     = "ami-steward"
}

variable "ssm_prefix" {
  description = "Path of the SSM parameters with addresses and memberships."
  type        = string
  default     = "/ami-steward"
}

variable "package_directory" {
  description = "Directory with the functions' zip files, made by scripts/package."
  type        = string
  default     = "../dist"
}

variable "architecture" {
  description = "Instruction set the packages were built for: x86_64 or arm64."
  type        = string
  default     = "x86_64"
}

variable "memory_size" {
  description = "Memory of each function in MB."
  type        = number
  default     = 256
}

variable "timeout" {
  description = "Time limit of one invocation of the creator's functions in seconds."
  type        = number
  default     = 60
}

variable "tracker_timeout" {
  description = "Time limit of one invocation of a usage tracker in seconds. A sweep that needs longer goes on in the next one."
  type        = number
  default     = 300
}

variable "log_retention_days" {
  description = "Days that the functions' log events are kept."
  type        = number
  default     = 365
}

variable "log_level" {
  description = "Lowest level that the functions log."
  type        = string
  default     = "INFO"
}

variable "create_trail" {
  description = "Make a CloudTrail trail in each account. EventBridge sees API calls only where some trail logs write management events: leave it false where one does."
  type        = bool
  default     = false
}

variable "deletion_protection" {
  description = "Refuse to delete tables, and a trail's bucket while it holds files. Set it to false and apply before `terraform destroy`."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
