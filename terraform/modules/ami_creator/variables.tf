variable "account_email_mapping" {
  description = "Who is told when an account has lost an image that it still uses: account id and e-mail address (`email`) or addresses (`emails`). Several entries for one account add up; at most 50 addresses an account."
  type = list(object({
    account = string
    email   = optional(string)
    emails  = optional(list(string), [])
  }))
  default   = []
  sensitive = true

  validation {
    condition     = alltrue([for entry in var.account_email_mapping : can(regex("^[0-9]{12}$", entry.account))])
    error_message = "An account id has 12 digits (in quotes, or leading zeros are lost)."
  }

  validation {
    condition     = alltrue([for entry in var.account_email_mapping : length(compact(concat([entry.email], entry.emails))) > 0])
    error_message = "Each entry has an email or emails."
  }

  validation {
    condition = alltrue([
      for address in flatten([for entry in var.account_email_mapping : compact(concat([entry.email], entry.emails))]) :
      can(regex("^[^@\\s,;:<>()\"]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$", address))
    ])
    error_message = "An e-mail address is name@domain, without display name, blanks or separators."
  }

  validation {
    condition = alltrue([
      for account in distinct([for entry in var.account_email_mapping : entry.account]) :
      length(distinct(flatten([for entry in var.account_email_mapping : compact(concat([entry.email], entry.emails)) if entry.account == account]))) <= 50
    ])
    error_message = "SES sends one e-mail to at most 50 addresses."
  }
}

variable "account_memberships" {
  description = "Which organization and organizational units (ARNs, with all units above) an account belongs to. It decides whether an account that loses a share is still reached by another; where nothing is known, it is alerted."
  type = list(object({
    account = string
    arns    = list(string)
  }))
  default = []

  validation {
    condition     = alltrue([for entry in var.account_memberships : can(regex("^[0-9]{12}$", entry.account)) && length(entry.arns) > 0])
    error_message = "Each entry has an account id of 12 digits and at least one ARN."
  }

  validation {
    condition = alltrue([
      for arn in flatten(var.account_memberships[*].arns) :
      can(regex("^arn:[a-z-]+:organizations::[0-9]{12}:(organization/o-[a-z0-9]{10,32}|ou/o-[a-z0-9]{10,32}/ou-[a-z0-9]{4,32}-[a-z0-9]{8,32})$", arn))
    ])
    error_message = "Memberships are ARNs of organizations (…:organization/o-…) and organizational units (…:ou/o-…/ou-…)."
  }
}

variable "consumer_account_ids" {
  description = "Accounts that run a consumer and report their usage here; each gets a role of its own. null: the accounts of account_email_mapping."
  type        = list(string)
  default     = null

  validation {
    condition     = alltrue([for account in coalesce(var.consumer_account_ids, []) : can(regex("^[0-9]{12}$", account))])
    error_message = "An account id has 12 digits."
  }
}

variable "consumer" {
  description = "Deploy the usage tracker in this account, too: it can use its own images without any share. Without, what it uses is not known, and a check of an image is never `clear`."
  type        = bool
  default     = false
}

variable "alert_sender" {
  description = "Address the alerts come from. SES must have verified it, or its domain, in this region."
  type        = string

  validation {
    condition     = can(regex("^[^@\\s,;:<>()\"]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$", var.alert_sender))
    error_message = "An e-mail address is name@domain, without display name, blanks or separators."
  }
}

variable "administrator_address" {
  description = "Address that gets the alerts of accounts without an address, and of those SES refuses."
  type        = string
  sensitive   = true

  validation {
    condition     = can(regex("^[^@\\s,;:<>()\"]+@[A-Za-z0-9-]+(\\.[A-Za-z0-9-]+)+$", var.administrator_address))
    error_message = "An e-mail address is name@domain, without display name, blanks or separators."
  }
}

variable "create_ses_identity" {
  description = "Make the SES identity of alert_sender. SES then sends it an e-mail with a link that verifies it."
  type        = bool
  default     = false
}

variable "ses_identities" {
  description = "SES identities (addresses and domains) the checker may use. null: the sender's address, its domain and those above. In the SES sandbox, add the verified recipients."
  type        = list(string)
  default     = null
}

variable "ses_configuration_sets" {
  description = "SES configuration sets that the sender's identity uses by default: SES then asks whether the checker may use those, too."
  type        = list(string)
  default     = []
}

variable "alert_subscriptions" {
  description = "Subscriptions of the alert topic, by a name of your choice: protocol and endpoint. An e-mail subscription has to be confirmed by its recipient."
  type = map(object({
    protocol = string
    endpoint = string
  }))
  default = {}

  validation {
    condition     = alltrue([for subscription in var.alert_subscriptions : contains(["email", "email-json", "firehose", "https", "lambda", "sms", "sqs"], subscription.protocol)])
    error_message = "The protocol is email, email-json, firehose, https, lambda, sms or sqs."
  }
}

variable "ssm_prefix" {
  description = "Path under which the SSM parameters with addresses and memberships are kept."
  type        = string
  default     = "/ami-steward"

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+)+$", var.ssm_prefix)) && !can(regex("^/(aws|ssm)", lower(var.ssm_prefix)))
    error_message = "A parameter path begins with a slash, does not end with one, and begins neither with /aws nor with /ssm."
  }
}

variable "name_prefix" {
  description = "First part of the name of everything made here. The creator and its consumers use the same one."
  type        = string
  default     = "ami-steward"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name_prefix))
    error_message = "A name prefix has 3 to 20 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "package_directory" {
  description = "Directory with the functions' zip files, as scripts/package leaves them in dist/."
  type        = string
}

variable "architecture" {
  description = "Instruction set the packages were built for: x86_64 or arm64. scripts/package builds for the machine it runs on."
  type        = string
  default     = "x86_64"

  validation {
    condition     = contains(["x86_64", "arm64"], var.architecture)
    error_message = "The architecture is x86_64 or arm64."
  }
}

variable "memory_size" {
  description = "Memory of each function in MB; processor time grows with it."
  type        = number
  default     = 256

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "Lambda has 128 to 10240 MB of memory, in whole MB."
  }
}

variable "timeout" {
  description = "Time limit of one invocation of a function in seconds."
  type        = number
  default     = 60

  validation {
    condition     = var.timeout >= 5 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "The timeout is 5 to 900 whole seconds."
  }
}

variable "reserved_concurrency" {
  description = "Concurrent executions reserved for each function, which are also its upper limit. null: none reserved, limited by the account only."
  type        = number
  default     = null

  validation {
    condition     = var.reserved_concurrency == null ? true : var.reserved_concurrency >= 1 && floor(var.reserved_concurrency) == var.reserved_concurrency
    error_message = "Reserved concurrency is a whole number of at least 1, or null."
  }
}

variable "log_retention_days" {
  description = "Days that the functions' log events are kept: one of the periods CloudWatch Logs offers, or 0 for ever."
  type        = number
  default     = 365

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs keeps events for 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "log_level" {
  description = "Lowest level that the functions log."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.log_level)
    error_message = "The log level is TRACE, DEBUG, INFO, WARN, ERROR or FATAL."
  }
}

variable "tracing" {
  description = "X-Ray tracing of the functions: Active (sampled here) or PassThrough (only what the caller samples)."
  type        = string
  default     = "PassThrough"

  validation {
    condition     = contains(["Active", "PassThrough"], var.tracing)
    error_message = "Tracing is Active or PassThrough."
  }
}

variable "kms_key_arn" {
  description = "ARN of a KMS key of this account and region that encrypts what is stored here; terraform/README.md says what its key policy must allow. null: keys that AWS owns or manages."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key_arn == null ? true : can(regex("^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "The KMS key is given by its key ARN, not by an alias."
  }
}

variable "alarm_actions" {
  description = "ARNs, for example of SNS topics, that CloudWatch notifies when an alarm changes to ALARM or back to OK, or, that of the age of sweeps, to INSUFFICIENT_DATA."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for action in var.alarm_actions : startswith(action, "arn:")])
    error_message = "Alarm actions are ARNs."
  }
}

variable "deletion_protection" {
  description = "Refuse to delete tables, and a trail's bucket while it holds files. Set it to false and apply before `terraform destroy`."
  type        = bool
  default     = true
}

variable "create_trail" {
  description = "Make a CloudTrail trail for this account and region. EventBridge sees API calls only where some trail logs write management events: leave it false where one does."
  type        = bool
  default     = false
}

variable "trail_retention_days" {
  description = "Days that the trail's log files are kept."
  type        = number
  default     = 90

  validation {
    condition     = var.trail_retention_days >= 1 && floor(var.trail_retention_days) == var.trail_retention_days
    error_message = "Log files are kept for at least 1 whole day."
  }
}

variable "tombstone_days" {
  description = "Days that a released resource is remembered by the usage tracker, so that a late event does not bring it back."
  type        = number
  default     = 90

  validation {
    condition     = var.tombstone_days >= 1 && var.tombstone_days <= 3650 && floor(var.tombstone_days) == var.tombstone_days
    error_message = "Tombstones are kept for 1 to 3650 whole days."
  }
}

variable "image_parameter_pattern" {
  description = "With `consumer`: which SSM parameters of this account, by name without the leading slash, the usage tracker may read: those of data type `aws:ec2:image`, and what launch templates name as `resolve:ssm:`; `*` matches anything. A narrow pattern has its price: a parameter that may not be read is left out of the sweep, and as long as it is, answers about images that this account could use are `unknown`. It never reads a SecureString."
  type        = string
  default     = "*"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.*-]+(/[A-Za-z0-9_.*-]+)*$", var.image_parameter_pattern))
    error_message = "The pattern has letters, digits and _ . - * between single slashes, and does not begin with a slash."
  }
}

variable "image_parameter_arns" {
  description = "With `consumer`: ARNs of further SSM parameters that the usage tracker may read: those that other accounts share with this one and its launch templates name as `resolve:ssm:<ARN>`; `*` in a name matches anything. One that is missing here may not be read: see image_parameter_pattern. Parameters of this account and of AWS need no entry."
  type        = list(string)
  default     = []
}

variable "maximum_sweep_age_hours" {
  description = "An account whose last complete sweep is older than this is not known well enough: checks answer `unknown`, and the alarm sweep-age goes off. Twice the consumers' sweep_interval_hours is reasonable."
  type        = number
  default     = 48

  validation {
    condition     = var.maximum_sweep_age_hours >= 1 && var.maximum_sweep_age_hours <= 8760 && floor(var.maximum_sweep_age_hours) == var.maximum_sweep_age_hours
    error_message = "The age is 1 to 8760 whole hours."
  }
}

variable "departed_after_days" {
  description = "An account that has no image any more, and whose usage tracker was not heard of for so many days, is taken for gone: it is not listed and not measured."
  type        = number
  default     = 30

  validation {
    condition     = var.departed_after_days >= 1 && var.departed_after_days <= 3650 && floor(var.departed_after_days) == var.departed_after_days
    error_message = "The time is 1 to 3650 whole days."
  }
}

variable "guard" {
  description = "Give images that are in use deregistration protection, and take it away again once they are clear: `off`, `tagged` (images with guard_tag), `all` (every image of this account), or `release`: take away whatever protection the guard gave, also from images that lost the tag, and give none. Protection that others gave is left alone. Before `off`, which stops the guard and leaves what it gave, apply `release` and wait for its run, within an hour."
  type        = string
  default     = "off"

  validation {
    condition     = contains(["off", "tagged", "all", "release"], var.guard)
    error_message = "The guard is off, tagged, all or release."
  }
}

variable "guard_tag" {
  description = "Tag (`key=value`) of the images that the guard looks after with guard = \"tagged\"."
  type        = string
  default     = "ami-steward-guard=true"

  validation {
    condition     = can(regex("^[A-Za-z0-9 _.:/+@-]{1,128}=[A-Za-z0-9 _.:/+@=-]{0,256}$", var.guard_tag)) && !startswith(lower(var.guard_tag), "aws:")
    error_message = "The tag is key=value, of letters, digits, blanks and _ . : / + - @, and its key does not begin with aws:."
  }
}

variable "sweep" {
  description = "Usage trackers sweep: this account's, with `consumer` (see ami_consumer), and those of the other accounts. Without, no account's use is known well, and the alarms over that (sweep-age, unknown-accounts) are not made."
  type        = bool
  default     = true
}

variable "sweep_interval_hours" {
  description = "With `consumer`: hours from the beginning of one sweep to the beginning of the next, at a time of day that each account and region has for itself; the second sweep comes earlier."
  type        = number
  default     = 24
}

variable "tracker_timeout" {
  description = "With `consumer`: time limit of one invocation of its usage tracker in seconds."
  type        = number
  default     = 300
}

variable "dashboard" {
  description = "Make a CloudWatch dashboard of usage, coverage, alerts and functions; with `consumer`, one of its usage tracker as well."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
