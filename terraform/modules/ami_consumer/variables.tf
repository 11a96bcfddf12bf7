variable "creator_account_id" {
  description = "Account that owns and shares the images: the creator's output account_id."
  type        = string

  validation {
    condition     = can(regex("^[0-9]{12}$", var.creator_account_id))
    error_message = "An account id has 12 digits."
  }
}

variable "cross_account_role_arn" {
  description = "Role in the creator account through which this account records its usage: this account's entry of the creator's output consumer_role_arns."
  type        = string

  validation {
    condition     = can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", var.cross_account_role_arn))
    error_message = "cross_account_role_arn is the ARN of an IAM role."
  }
}

variable "usage_table_name" {
  description = "Usage table in the creator account: the creator's output usage_table_name."
  type        = string
}

variable "shares_table_name" {
  description = "Shares table in the creator account: the creator's output shares_table_name."
  type        = string
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
  description = "Time limit of one invocation of the function in seconds. A sweep that needs longer goes on in the next invocation. With less than 30, a page that takes longer than an invocation keeps the sweep from its end."
  type        = number
  default     = 300

  validation {
    condition     = var.timeout >= 5 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "The timeout is 5 to 900 whole seconds."
  }
}

variable "reserved_concurrency" {
  description = "Concurrent executions reserved for the function, which are also its upper limit; with 1, events wait while a sweep runs. null: none reserved, limited by the account only."
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
  description = "ARNs, for example of SNS topics, that CloudWatch notifies when an alarm changes to ALARM or back to OK."
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
  description = "Which SSM parameters of this account and the creator's, by name without the leading slash, the usage tracker may read: those of data type `aws:ec2:image`, and what launch templates name as `resolve:ssm:`; `*` matches anything. A narrow pattern has its price: a parameter that may not be read is left out of the sweep, and as long as it is, answers about images that this account could use are `unknown`. It never reads a SecureString."
  type        = string
  default     = "*"

  validation {
    condition     = can(regex("^[A-Za-z0-9_.*-]+(/[A-Za-z0-9_.*-]+)*$", var.image_parameter_pattern))
    error_message = "The pattern has letters, digits and _ . - * between single slashes, and does not begin with a slash."
  }
}

variable "image_parameter_arns" {
  description = "ARNs of further SSM parameters that the usage tracker may read: those that other accounts share with this one and its launch templates name as `resolve:ssm:<ARN>`; `*` in a name matches anything. One that is missing here may not be read: see image_parameter_pattern. Parameters of this account, of the creator's and of AWS need no entry."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.image_parameter_arns : can(regex("^arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter/([A-Za-z0-9_.*-]+/)*[A-Za-z0-9_.*-]+$", arn))])
    error_message = "An entry is the ARN of an SSM parameter of one account and region (arn:aws:ssm:<region>:<account>:parameter/<name>); only its name may have a `*`."
  }
}

variable "sweep" {
  description = "List what is really there in this account and region, and put the records right: right after installation, then regularly. Without sweeps, what was there before and what no event told of stays unknown."
  type        = bool
  default     = true
}

variable "sweep_interval_hours" {
  description = "Hours from the beginning of one sweep to the beginning of the next, at a time of day that each account and region has for itself; the second sweep comes earlier."
  type        = number
  default     = 24

  validation {
    condition     = var.sweep_interval_hours >= 1 && var.sweep_interval_hours <= 168 && floor(var.sweep_interval_hours) == var.sweep_interval_hours
    error_message = "Sweeps are 1 to 168 whole hours apart."
  }
}

variable "dashboard" {
  description = "Make a CloudWatch dashboard of what the function does."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
