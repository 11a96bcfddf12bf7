# What happens to images, as EventBridge sees it. The recorder learns of everything, the checker of what takes an image
# away from somebody.
locals {
  image_rules = {
    for function, watched in {
      share_recorder = {
        calls  = ["ModifyImageAttribute", "ResetImageAttribute", "DeregisterImage", "DisableImage", "EnableImage"]
        states = ["available", "disabled", "deregistered"]
      }
      deregistration_checker = {
        calls  = ["ModifyImageAttribute", "ResetImageAttribute", "DeregisterImage", "DisableImage"]
        states = ["disabled", "deregistered"]
      }
      } : function => {
      # Through CloudTrail. Calls that failed changed nothing and carry an errorCode.
      image-calls = {
        description = "Calls that change who may use an image"
        event_pattern = jsonencode({
          source      = ["aws.ec2"]
          detail-type = ["AWS API Call via CloudTrail"]
          detail = {
            eventSource = ["ec2.amazonaws.com"]
            eventName   = watched.calls
            errorCode   = [{ exists = false }]
          }
        })
      }
      # From EC2 itself, without a trail, whoever or whatever changed the image.
      image-states = {
        description = "Images that change their state"
        event_pattern = jsonencode({
          source      = ["aws.ec2"]
          detail-type = ["EC2 AMI State Change"]
          detail      = { State = watched.states }
        })
      }
    }
  }

  # What the checker does without being asked.
  checker_schedules = merge(
    {
      measure = {
        description         = "Measures usage and coverage for dashboard and alarms, and looks for changes of shares that no event told of"
        schedule_expression = "rate(1 hour)"
        input               = jsonencode({ measure = {} })
      }
    },
    {
      for key, rule in {
        guard = {
          description         = var.guard == "release" ? "Takes back the protection from deregistration that it gave" : "Protects images in use from deregistration, and those no longer in use no more"
          schedule_expression = "rate(1 hour)"
          input               = jsonencode({ guard = {} })
        }
      } : key => rule if var.guard != "off"
    },
  )
}
