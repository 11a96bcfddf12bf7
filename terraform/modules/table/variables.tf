variable "name" {
  description = "Name of the table."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9_.-]{3,255}$", var.name))
    error_message = "A table name has 3 to 255 letters, digits, underscores, dots and hyphens."
  }
}

variable "hash_key" {
  description = "Attribute of the partition key, a string."
  type        = string
}

variable "range_key" {
  description = "Attribute of the sort key, a string."
  type        = string
}

variable "indexes" {
  description = "Global secondary indexes by name; each projects all attributes."
  type = map(object({
    hash_key  = string
    range_key = string
  }))
  default = {}
}

variable "ttl_attribute" {
  description = "Attribute with the time, in seconds since 1970, after which DynamoDB deletes the item. Items without it stay. null: none."
  type        = string
  default     = null
}

variable "deletion_protection" {
  description = "Refuse to delete the table until this is false."
  type        = bool
  default     = true
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the table. null: the AWS managed key aws/dynamodb."
  type        = string
  default     = null
}

variable "tags" {
  description = "Tags of the table."
  type        = map(string)
  default     = {}
}
