# When configurations are reconciled: from time to time, and when a list they may use has changed.
locals {
  rules = merge(
    var.schedule_expression == null ? {} : {
      schedule = {
        description         = "Brings distribution configurations back to what their templates say"
        schedule_expression = var.schedule_expression
      }
    },
    {
      parameters = {
        description = "A list of accounts or regions in SSM has changed"
        event_pattern = jsonencode({
          source      = ["aws.ssm"]
          detail-type = ["Parameter Store Change"]
          detail = {
            name      = concat([{ prefix = "${var.parameter_prefix}/" }], var.parameter_names)
            operation = ["Create", "Update", "Delete"]
          }
        })
      }
    },
  )
}
