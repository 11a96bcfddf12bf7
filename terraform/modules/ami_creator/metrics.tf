# Alarms over what the checker measures, each hour and when it alerts or is asked.
locals {
  checker_alarms = {
    # It tells as well that nothing is measured any more. Missing values do not count as breaching: the alarm would go off with
    # the installation, before anything is measured.
    sweep-age = {
      metric      = "SweepAge"
      statistic   = "Maximum"
      threshold   = var.maximum_sweep_age_hours
      period      = 3600
      missing     = "missing"
      description = "The last complete sweep of some consumer account was begun more than ${var.maximum_sweep_age_hours} hours ago: what it uses is not known any more. A check of an image names the account. With insufficient data, nothing is measured any more, or no account that has images was ever swept."
    }
    # Whoever has just got an image awaits its next sweep, and is not among these. An account that is being set up, or whose
    # sweep could not list everything once, is no reason to alarm anybody.
    unknown-accounts = {
      metric      = "UnknownAccounts"
      statistic   = "Maximum"
      period      = 3600
      periods     = min(168, var.sweep_interval_hours + 2)
      missing     = "ignore"
      threshold   = var.consumer ? 0 : 1 # this account itself, which is not watched
      description = "For ${min(168, var.sweep_interval_hours + 2)} hours, there have been accounts that have images and whose usage is not known: no usage tracker, none that swept in time, or one that could not list everything. A check of an image names them."
    }
    gaps = {
      metric      = "Gaps"
      statistic   = "Maximum"
      description = "EC2 reports other usage of an image than the usage table does, and the delay of its report does not explain it. The answer of the check, and its log, say which account and type."
    }
    alerts-failed = {
      metric      = "AlertsFailed"
      statistic   = "Sum"
      description = "Alerts could not be sent. The log says why; the event is tried again, then goes to the dead-letter queue."
    }
  }
}
