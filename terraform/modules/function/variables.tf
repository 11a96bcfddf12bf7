variable "name_prefix" {
  description = "First part of every name."
  type        = string
}

variable "name" {
  description = "Name of the function, as its package is called: `<package_directory>/<name>.zip`."
  type        = string

  validation {
    condition     = can(regex("^[a-z][a-z0-9]*(-[a-z0-9]+)*$", var.name)) && length(var.name) <= 22
    error_message = "A function name has at most 22 lower-case letters, digits and single hyphens."
  }
}

variable "description" {
  description = "What the function does, for the Lambda console."
  type        = string
}

variable "package_directory" {
  description = "Directory that holds the function's zip file, made by scripts/package."
  type        = string
}

variable "environment" {
  description = "Environment variables of the function."
  type        = map(string)
  default     = {}
}

variable "policy" {
  description = "JSON policy document: what the function's own work needs. Logs, dead letters, tracing and the KMS key are added here."
  type        = string
}

variable "rules" {
  description = "EventBridge rules that invoke the function, by the last part of their name: an `event_pattern` (JSON) or a `schedule_expression`; `input` is a constant JSON event sent in place of the event itself."
  type = map(object({
    description         = string
    event_pattern       = optional(string)
    schedule_expression = optional(string)
    input               = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for rule in var.rules : (rule.event_pattern == null) != (rule.schedule_expression == null)])
    error_message = "A rule has either an event_pattern or a schedule_expression."
  }

  validation {
    condition     = alltrue([for key in keys(var.rules) : can(regex("^[a-z][a-z0-9-]{0,17}$", key))])
    error_message = "The name of a rule has at most 18 lower-case letters, digits and hyphens."
  }
}

variable "architecture" {
  description = "Instruction set the package was built for: x86_64 or arm64."
  type        = string
}

variable "memory_size" {
  description = "Memory of the function in MB."
  type        = number
}

variable "timeout" {
  description = "Time limit of one invocation in seconds."
  type        = number
}

variable "reserved_concurrency" {
  description = "Concurrent executions reserved for the function and its upper limit. null: no reservation."
  type        = number
  default     = null
}

variable "maximum_retry_attempts" {
  description = "How often Lambda repeats a failed asynchronous invocation before the event becomes a dead letter."
  type        = number
  default     = 2

  validation {
    condition     = contains([0, 1, 2], var.maximum_retry_attempts)
    error_message = "Lambda repeats an asynchronous invocation 0, 1 or 2 times."
  }
}

variable "maximum_event_age" {
  description = "Seconds an event waits for delivery or repetition before it becomes a dead letter."
  type        = number
  default     = 21600

  validation {
    condition     = var.maximum_event_age >= 60 && var.maximum_event_age <= 21600
    error_message = "The age of an event is limited to between 60 and 21600 seconds."
  }
}

variable "log_retention_days" {
  description = "Days that log events are kept."
  type        = number
}

variable "log_level" {
  description = "Lowest level the function logs."
  type        = string
}

variable "tracing" {
  description = "X-Ray tracing: Active (sampled here) or PassThrough (only what the caller samples)."
  type        = string
}

variable "kms_key_arn" {
  description = "ARN of the KMS key for the log group, the queue and the environment. null: keys that AWS owns or manages."
  type        = string
  default     = null
}

variable "kms_services" {
  description = "Services whose data, encrypted with the KMS key, the function reads or writes, as in kms:ViaService: dynamodb, sns, ssm."
  type        = list(string)
  default     = []
}

variable "metric_alarms" {
  description = "Alarms over metrics that the function itself emits (namespace AMISteward, dimension FunctionName), by the last part of their name: when `statistic` over `period` seconds is above `threshold`, in each of the last `periods`, or in so many of them as `datapoints` says. `missing`: what a period without values counts as (notBreaching, breaching, ignore; with missing, several of them make an alarm of insufficient data, and alarm_actions are notified)."
  type = map(object({
    metric      = string
    statistic   = string
    description = string
    threshold   = optional(number, 0)
    period      = optional(number, 300)
    periods     = optional(number, 1)
    datapoints  = optional(number)
    missing     = optional(string, "notBreaching")
  }))
  default = {}

  validation {
    condition     = length(setintersection(keys(var.metric_alarms), ["errors", "throttles", "dead-letters"])) == 0
    error_message = "errors, throttles and dead-letters are the names of alarms that every function has."
  }
}

variable "alarm_actions" {
  description = "ARNs to notify when an alarm of the function changes to ALARM or back to OK, or, one whose `missing` is missing, to INSUFFICIENT_DATA."
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
