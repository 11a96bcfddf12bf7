data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account   = data.aws_caller_identity.current.account_id
  partition = data.aws_partition.current.partition
  region    = data.aws_region.current.name

  trail_arn   = "arn:${local.partition}:cloudtrail:${local.region}:${local.account}:trail/${var.name_prefix}"
  bucket_name = "${var.name_prefix}-trail-${local.account}-${local.region}"
}

# EventBridge passes on the API calls that a trail of its region logs, so the trail covers this region only: with a
# deployment in a second region, two multi-region trails would log, and bill, every call twice.
resource "aws_cloudtrail" "this" {
  # checkov:skip=CKV_AWS_67: One region is the purpose, see above.
  # checkov:skip=CKV_AWS_252: The trail is there for EventBridge; nobody waits for its files.
  # checkov:skip=CKV2_AWS_10: The trail is there for EventBridge; a copy of every call in CloudWatch Logs would only cost.
  name                          = var.name_prefix
  s3_bucket_name                = aws_s3_bucket.this.id
  is_multi_region_trail         = false
  include_global_service_events = false
  enable_log_file_validation    = true
  kms_key_id                    = var.kms_key_arn
  tags                          = var.tags

  # Calls that change something are all that the event rules look at.
  event_selector {
    read_write_type           = "WriteOnly"
    include_management_events = true
  }

  depends_on = [aws_s3_bucket_policy.this]
}
