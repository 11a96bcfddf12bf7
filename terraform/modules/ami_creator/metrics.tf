# Alarms over what the checker measures, each hour and when it alerts or is asked.
locals {
  checker_alarms = merge(local.coverage_alarms, local.work_alarms)

  # Where nobody sweeps, no account's use is ever known: these would go off and never end.
  coverage_alarms = { for key, alarm in local.coverage_alarms_of_sweeps : key => alarm if var.sweep }

  coverage_alarms_of_sweeps = {
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
  }

  work_alarms = {
    # Each check of an image tells it, and no other: one without a gap says nothing of the image that had one. So the alarm
    # outlasts what a pipeline asks once a day, of whichever images, and ends by itself.
    gaps = {
      metric      = "Gaps"
      statistic   = "Maximum"
      period      = 3600
      periods     = 48
      datapoints  = 1
      description = "EC2 reports other usage of an image than the usage table does, and the delay of its report does not explain it. The answer of the check, and its log, say which account and type. The alarm ends when no check of two days has found such a gap, also where none was asked: then ask again."
    }
    # What lasts is tried again, and counted, by the hourly follow-up of the loss, which may not come to each loss in each run:
    # one alarm, until three hours have gone by without a failure.
    alerts-failed = {
      metric      = "AlertsFailed"
      statistic   = "Sum"
      period      = 3600
      periods     = 3
      datapoints  = 1
      description = "Alerts could not be sent, or rows that they need could not be read. The log says why. The event is tried again, then goes to the dead-letter queue; the loss is tried again each hour for 30 days, and the alarm lasts as long as that fails."
    }
  }
}
