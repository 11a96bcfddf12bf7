resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  # Dashboards are global: the region in the name keeps deployments in several regions of an account apart.
  dashboard_name = "${var.name_prefix}-consumer-${local.region}"
  dashboard_body = jsonencode({ widgets = local.dashboard_widgets })
}

locals {
  dashboard_charts = [
    { title = "Sweeps: resources in use", namespace = "AMISteward", period = 3600, metrics = { SweepResources = "Maximum" } },
    { title = "Sweeps: released, and in use again", namespace = "AMISteward", period = 3600, metrics = { SweepReleased = "Sum", SweepRevived = "Sum" } },
    { title = "Sweeps: sections that could not be listed", namespace = "AMISteward", period = 3600, metrics = { SweepSkippedSections = "Maximum" } },
    { title = "Sweeps: duration", namespace = "AMISteward", period = 3600, metrics = { SweepDuration = "Maximum" } },
    { title = "Invocations", namespace = "AWS/Lambda", period = 300, metrics = { Invocations = "Sum" } },
    { title = "Errors and throttles", namespace = "AWS/Lambda", period = 300, metrics = { Errors = "Sum", Throttles = "Sum" } },
    { title = "Duration (p90)", namespace = "AWS/Lambda", period = 300, metrics = { Duration = "p90" } },
  ]

  dashboard_widgets = concat(
    [for index, chart in local.dashboard_charts : {
      type = "metric", x = index % 4 * 6, y = floor(index / 4) * 6, width = 6, height = 6
      properties = {
        title   = chart.title
        region  = local.region
        view    = "timeSeries"
        period  = chart.period
        metrics = [for metric, statistic in chart.metrics : [chart.namespace, metric, "FunctionName", module.usage_tracker.function_name, { stat = statistic }]]
        yAxis   = { left = { min = 0 } }
      }
    }],
    [{
      type = "alarm", x = 0, y = 12, width = 24, height = 4
      properties = {
        title  = "Alarms"
        alarms = values(module.usage_tracker.alarm_arns)
      }
    }],
  )
}
