# Alarms over what the checker measures, each hour and when it alerts or is asked.
locals {
  checker_alarms = {
    sweep-age = {
      metric      = "SweepAge"
      statistic   = "Maximum"
      threshold   = var.maximum_sweep_age_hours
      period      = 3600
      description = "The last complete sweep of some consumer account was begun more than ${var.maximum_sweep_age_hours} hours ago: what it uses is not known any more. A check of an image names the account."
    }
    unknown-accounts = {
      metric      = "UnknownAccounts"
      statistic   = "Maximum"
      period      = 3600
      description = "Images are shared with accounts whose usage is not known: no usage tracker, or none that swept in time. A check of an image names them."
    }
    gaps = {
      metric      = "Gaps"
      statistic   = "Maximum"
      description = "EC2 reports other usage of an image than the usage table does. The answer of the check, and its log, say which account and type."
    }
    alerts-failed = {
      metric      = "AlertsFailed"
      statistic   = "Sum"
      description = "Alerts could not be sent. The log says why; the event is tried again, then goes to the dead-letter queue."
    }
  }
}
