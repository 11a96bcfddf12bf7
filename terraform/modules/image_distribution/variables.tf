variable "distribution_configuration_arns" {
  description = "Distribution configurations that templates may manage: ARNs, `*` matches anything. null: all of this account and region."
  type        = list(string)
  default     = null

  validation {
    condition     = var.distribution_configuration_arns == null ? true : length(var.distribution_configuration_arns) > 0 && alltrue([for arn in var.distribution_configuration_arns : can(regex("^arn:[a-z*-]+:imagebuilder:[a-z0-9*-]+:[0-9*]+:distribution-configuration/.+$", arn))])
    error_message = "Distribution configurations are given by their ARNs, at least one."
  }
}

variable "invocation_mode" {
  description = "Who answers CloudFormation: `direct`, the function; `provider-framework`, the CDK's Provider that calls it."
  type        = string
  default     = "direct"

  validation {
    condition     = contains(["direct", "provider-framework"], var.invocation_mode)
    error_message = "The invocation mode is direct or provider-framework."
  }
}

variable "schedule_expression" {
  description = "How often configurations are brought back to what their templates say, by whatever they were changed. null: only when a list changes."
  type        = string
  default     = "rate(1 hour)"

  validation {
    condition     = var.schedule_expression == null ? true : can(regex("^(rate|cron)\\(.+\\)$", var.schedule_expression))
    error_message = "A schedule is rate(…) or cron(…)."
  }
}

variable "parameter_prefix" {
  description = "Path of the SSM StringList parameters with accounts and regions: the function may read what is below it, and a change there is applied at once."
  type        = string
  default     = "/ami-steward/distribution"

  validation {
    condition     = can(regex("^(/[A-Za-z0-9_.-]+)+$", var.parameter_prefix))
    error_message = "The prefix begins with a slash and does not end with one."
  }
}

variable "parameter_names" {
  description = "Names of further SSM parameters, outside the prefix, that templates may use."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for name in var.parameter_names : can(regex("^[A-Za-z0-9_./-]+$", name))])
    error_message = "A parameter name has letters, digits and _ . - /."
  }
}

variable "shared_parameter_arns" {
  description = "ARNs of SSM parameters that other accounts share with this one and that templates may use. Their changes are seen by the schedule alone."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for arn in var.shared_parameter_arns : can(regex("^arn:[a-z-]+:ssm:[a-z0-9-]+:[0-9]{12}:parameter/.+$", arn))])
    error_message = "Shared parameters are given by their ARNs."
  }
}

variable "organizational_units" {
  description = "Let the function list the accounts of organizational units (PublishingOrganizationalUnitIds). This account is the organization's management account or a delegated administrator."
  type        = bool
  default     = false
}

variable "organizations_role_arn" {
  description = "Role in the management or a delegated administrator account through which organizational units are listed, where this account may not. It trusts the function's role and allows organizations:ListAccountsForParent and organizations:ListOrganizationalUnitsForParent."
  type        = string
  default     = null

  validation {
    condition     = var.organizations_role_arn == null ? true : can(regex("^arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+$", var.organizations_role_arn))
    error_message = "organizations_role_arn is the ARN of an IAM role."
  }
}

variable "verify" {
  description = "Let templates ask for a look at target accounts and keys first (Verify): the function may assume EC2ImageBuilderDistributionCrossAccountRole wherever that trusts this account, and read the policies of this account's KMS keys."
  type        = bool
  default     = false
}

variable "name_prefix" {
  description = "First part of the name of everything made here."
  type        = string
  default     = "ami-steward"

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name_prefix))
    error_message = "A name prefix has 3 to 20 lower-case letters, digits and hyphens, begins with a letter and does not end with a hyphen."
  }
}

variable "package_directory" {
  description = "Directory with the function's zip file, as scripts/package leaves it in dist/."
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
  description = "Memory of the function in MB; processor time grows with it."
  type        = number
  default     = 256

  validation {
    condition     = var.memory_size >= 128 && var.memory_size <= 10240 && floor(var.memory_size) == var.memory_size
    error_message = "Lambda has 128 to 10240 MB of memory, in whole MB."
  }
}

variable "timeout" {
  description = "Time limit of one invocation in seconds; a request that is not done a little before it is answered as failed."
  type        = number
  default     = 120

  validation {
    condition     = var.timeout >= 15 && var.timeout <= 900 && floor(var.timeout) == var.timeout
    error_message = "The timeout is 15 to 900 whole seconds."
  }
}

variable "log_retention_days" {
  description = "Days that the function's log events are kept: one of the periods CloudWatch Logs offers, or 0 for ever."
  type        = number
  default     = 365

  validation {
    condition     = contains([0, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.log_retention_days)
    error_message = "CloudWatch Logs keeps events for 0 (for ever), 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "log_level" {
  description = "Lowest level that the function logs."
  type        = string
  default     = "INFO"

  validation {
    condition     = contains(["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"], var.log_level)
    error_message = "The log level is TRACE, DEBUG, INFO, WARN, ERROR or FATAL."
  }
}

variable "tracing" {
  description = "X-Ray tracing of the function: Active (sampled here) or PassThrough (only what the caller samples)."
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
  description = "Refuse to delete the table. Set it to false and apply before `terraform destroy`."
  type        = bool
  default     = true
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
