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
      # A sweep tells it once, at its end, and 0 where it left nothing out. Between two sweeps, what the last one told holds. The
      # period is short, so that a sweep that was begun by hand after another one counts by itself.
      sweep-skipped = {
        metric      = "SweepSkippedSections"
        statistic   = "Maximum"
        period      = 300
        missing     = "ignore"
        description = "The last sweep of ${local.account} in ${local.region} could not list everything: what its log and the check's answer name as skipped is not known. It is tried again, at the latest with the next sweep; one that lists everything ends the alarm."
      }
    } : key => alarm if var.sweep
  }
}
