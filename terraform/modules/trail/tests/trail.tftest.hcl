# The real provider, without a server: every resource is overridden, so that nothing is made, while policy documents are
# those that the provider really writes.
provider "aws" {
  region                      = "eu-central-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_requesting_account_id  = true
}

override_data {
  target = data.aws_caller_identity.current
  values = { account_id = "111111111111" }
}

override_resource {
  target = aws_s3_bucket.this
  values = { id = "ami-steward-trail-111111111111-eu-central-1", arn = "arn:aws:s3:::ami-steward-trail-111111111111-eu-central-1" }
}

override_resource {
  target = aws_cloudtrail.this
}

override_resource {
  target = aws_s3_bucket_lifecycle_configuration.this
}

override_resource {
  target = aws_s3_bucket_ownership_controls.this
}

override_resource {
  target = aws_s3_bucket_policy.this
}

override_resource {
  target = aws_s3_bucket_public_access_block.this
}

override_resource {
  target = aws_s3_bucket_server_side_encryption_configuration.this
}

override_resource {
  target = aws_s3_bucket_versioning.this
}

variables {
  name_prefix = "ami-steward"
}

run "trail" {
  assert {
    condition     = aws_cloudtrail.this.name == "ami-steward" && aws_cloudtrail.this.s3_bucket_name == "ami-steward-trail-111111111111-eu-central-1" && aws_s3_bucket.this.bucket == "ami-steward-trail-111111111111-eu-central-1"
    error_message = "The names do not tell accounts and regions apart."
  }

  assert {
    condition     = one(aws_cloudtrail.this.event_selector).read_write_type == "WriteOnly" && one(aws_cloudtrail.this.event_selector).include_management_events && !aws_cloudtrail.this.is_multi_region_trail
    error_message = "The trail logs more or less than the region's calls that change something."
  }

  assert {
    condition = alltrue([for statement in jsondecode(data.aws_iam_policy_document.bucket.json).Statement :
    statement.Condition.StringEquals["aws:SourceArn"] == "arn:aws:cloudtrail:eu-central-1:111111111111:trail/ami-steward" if statement.Effect == "Allow"])
    error_message = "Other trails may use the bucket."
  }

  assert {
    condition     = one([for statement in jsondecode(data.aws_iam_policy_document.bucket.json).Statement : statement.Condition.Bool["aws:SecureTransport"] if statement.Effect == "Deny"]) == "false"
    error_message = "The bucket can be read without TLS."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256" && !aws_s3_bucket.this.force_destroy
    error_message = "Files are not encrypted, or lost with the bucket."
  }
}

run "own_key" {
  variables {
    kms_key_arn   = "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
    force_destroy = true
  }

  assert {
    condition     = aws_cloudtrail.this.kms_key_id == var.kms_key_arn && one(one(aws_s3_bucket_server_side_encryption_configuration.this.rule).apply_server_side_encryption_by_default).kms_master_key_id == var.kms_key_arn
    error_message = "Files are not encrypted with the key."
  }

  assert {
    condition     = aws_s3_bucket.this.force_destroy
    error_message = "A bucket with files cannot be destroyed."
  }
}
