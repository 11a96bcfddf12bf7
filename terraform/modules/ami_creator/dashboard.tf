resource "aws_cloudwatch_dashboard" "this" {
  count = var.dashboard ? 1 : 0

  # Dashboards are global: the region in the name keeps deployments in several regions of an account apart.
  dashboard_name = "${var.name_prefix}-creator-${local.region}"
  dashboard_body = jsonencode({ widgets = local.dashboard_widgets })
}

locals {
  dashboard_functions = {
    checker = [module.deregistration_checker.function_name]
    all     = [module.share_recorder.function_name, module.deregistration_checker.function_name]
  }

  dashboard_charts = [
    { title = "Usage: resources that use images", namespace = "AMISteward", of = "checker", period = 3600, metrics = { UsageRows = "Maximum" } },
    { title = "Coverage: hours since the oldest sweep", namespace = "AMISteward", of = "checker", period = 3600, metrics = { SweepAge = "Maximum" } },
    { title = "Coverage: accounts not known", namespace = "AMISteward", of = "checker", period = 3600, metrics = { UnknownAccounts = "Maximum", AccountsAwaitingSweep = "Maximum" } },
    { title = "Alerts", namespace = "AMISteward", of = "checker", period = 3600, metrics = { AlertsSent = "Sum", AlertsFailed = "Sum" } },
    { title = "Differences from EC2's usage reports", namespace = "AMISteward", of = "checker", period = 3600, metrics = { Gaps = "Maximum" } },
    { title = "Invocations", namespace = "AWS/Lambda", of = "all", period = 300, metrics = { Invocations = "Sum" } },
    { title = "Errors and throttles", namespace = "AWS/Lambda", of = "all", period = 300, metrics = { Errors = "Sum", Throttles = "Sum" } },
    { title = "Duration (p90)", namespace = "AWS/Lambda", of = "all", period = 300, metrics = { Duration = "p90" } },
  ]

  dashboard_widgets = concat(
    [for index, chart in local.dashboard_charts : {
      type = "metric", x = index % 4 * 6, y = floor(index / 4) * 6, width = 6, height = 6
      properties = {
        title  = chart.title
        region = local.region
        view   = "timeSeries"
        period = chart.period
        metrics = concat([for metric, statistic in chart.metrics : [for name in local.dashboard_functions[chart.of] :
          [chart.namespace, metric, "FunctionName", name, { stat = statistic }]
        ]]...)
        yAxis = { left = { min = 0 } }
      }
    }],
    [{
      type = "alarm", x = 0, y = 12, width = 24, height = 4
      properties = {
        title  = "Alarms"
        alarms = concat(values(module.share_recorder.alarm_arns), values(module.deregistration_checker.alarm_arns))
      }
    }],
  )
}
