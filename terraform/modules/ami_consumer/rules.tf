# What is made from images and what of it goes away, as EventBridge sees it. Calls that failed changed nothing and carry
# an errorCode; a parameter's value that was refused carries an exception.
locals {
  usage_tracker_rules = {
    ec2-calls = {
      description = "Instances, launch templates and their versions made or removed"
      event_pattern = jsonencode({
        source      = ["aws.ec2"]
        detail-type = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource = ["ec2.amazonaws.com"]
          eventName = [
            "RunInstances", "TerminateInstances",
            "CreateLaunchTemplate", "CreateLaunchTemplateVersion",
            "DeleteLaunchTemplate", "DeleteLaunchTemplateVersions",
          ]
          errorCode = [{ exists = false }]
        }
      })
    }
    autoscaling-calls = {
      description = "Launch configurations made or removed"
      event_pattern = jsonencode({
        source      = ["aws.autoscaling"]
        detail-type = ["AWS API Call via CloudTrail"]
        detail = {
          eventSource = ["autoscaling.amazonaws.com"]
          eventName   = ["CreateLaunchConfiguration", "DeleteLaunchConfiguration"]
          errorCode   = [{ exists = false }]
        }
      })
    }
    terminations = {
      description = "Instances terminated, also where no API call ended them"
      event_pattern = jsonencode({
        source      = ["aws.ec2"]
        detail-type = ["EC2 Instance State-change Notification"]
        detail      = { state = ["terminated"] }
      })
    }
    # Systems Manager tells itself, without a trail. Not every event has the data type, which never changes.
    # https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-cwe.html
    parameters = {
      description = "Parameters that may name an image made, changed or removed"
      event_pattern = jsonencode({
        source      = ["aws.ssm"]
        detail-type = ["Parameter Store Change"]
        detail = {
          operation = ["Create", "Update", "Delete"]
          type      = ["String"]
          dataType  = ["aws:ec2:image", { exists = false }]
          exception = [{ exists = false }]
        }
      })
    }
  }
}
