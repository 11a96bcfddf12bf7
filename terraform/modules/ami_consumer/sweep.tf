# Sweeps: what is really there, listed on a schedule.
locals {
  # Every few minutes the function decides whether a sweep is due, or one is to be continued; otherwise it reads its notes
  # and does nothing.
  sweep_rules = {
    for key, rule in {
      sweep = {
        description         = "Begins a sweep when one is due, continues one that ran out of time"
        schedule_expression = "rate(5 minutes)"
        input               = jsonencode({ sweep = {} })
      }
    } : key => rule if var.sweep
  }

  sweep_alarms = {
    for key, alarm in {
      sweep-skipped = {
        metric      = "SweepSkippedSections"
        statistic   = "Maximum"
        description = "A sweep of ${local.account} in ${local.region} could not list everything: what its log and the check's answer name as skipped is not known."
      }
    } : key => alarm if var.sweep
  }
}
