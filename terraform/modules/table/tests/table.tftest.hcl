mock_provider "aws" {}

variables {
  name      = "ami-steward-shares"
  hash_key  = "image_id"
  range_key = "principal"
}

run "plain" {
  command = plan

  assert {
    condition     = aws_dynamodb_table.this.billing_mode == "PAY_PER_REQUEST"
    error_message = "The table is not on demand."
  }

  assert {
    condition     = aws_dynamodb_table.this.point_in_time_recovery[0].enabled && aws_dynamodb_table.this.server_side_encryption[0].enabled && aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The table lacks point-in-time recovery, encryption or deletion protection."
  }

  assert {
    condition     = toset([for attribute in aws_dynamodb_table.this.attribute : "${attribute.name}:${attribute.type}"]) == toset(["image_id:S", "principal:S"])
    error_message = "Only the keys are declared, as strings."
  }

  assert {
    condition     = length(aws_dynamodb_table.this.ttl) == 0 && length(aws_dynamodb_table.this.global_secondary_index) == 0
    error_message = "Items expire, or an index exists, though nobody asked."
  }
}

run "everything" {
  command = plan

  variables {
    ttl_attribute       = "expires_at"
    indexes             = { image = { hash_key = "image_id", range_key = "account_id" } }
    deletion_protection = false
    kms_key_arn         = "arn:aws:kms:eu-central-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition     = one(aws_dynamodb_table.this.ttl).attribute_name == "expires_at" && one(aws_dynamodb_table.this.ttl).enabled
    error_message = "Items do not expire."
  }

  assert {
    condition = alltrue([for index in aws_dynamodb_table.this.global_secondary_index :
    index.name == "image" && index.hash_key == "image_id" && index.range_key == "account_id" && index.projection_type == "ALL"])
    error_message = "The index has other keys or projects less than everything."
  }

  assert {
    condition     = length(aws_dynamodb_table.this.attribute) == 3
    error_message = "An attribute that is a key twice is declared once."
  }

  assert {
    condition     = aws_dynamodb_table.this.server_side_encryption[0].kms_key_arn == var.kms_key_arn && !aws_dynamodb_table.this.deletion_protection_enabled
    error_message = "The key or the missing deletion protection got lost."
  }
}

run "name_too_short" {
  command = plan

  variables {
    name = "t"
  }

  expect_failures = [var.name]
}
