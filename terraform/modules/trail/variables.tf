variable "name_prefix" {
  description = "Name of the trail and first part of the name of its bucket."
  type        = string
}

variable "retention_days" {
  description = "Days that log files are kept."
  type        = number
  default     = 90
}

variable "force_destroy" {
  description = "Let `terraform destroy` delete the bucket with the log files in it."
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the log files. null: S3's own keys."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of all resources."
  type        = map(string)
  default     = {}
}
