/// What was measured, as JSON; at most 1,000 accounts are listed.
struct MeasurementMessage: Encodable {
    let usageRows: Int?
    let sweepAgeHours: Double?
    let unknownAccounts: [AccountID]
    let unknownAccountCount: Int

    init(_ result: UsageMeasurement.Result) {
        usageRows = result.usageRows
        sweepAgeHours = result.sweepAge
        unknownAccounts = Array(result.unknownAccounts.prefix(1000))
        unknownAccountCount = result.unknownAccounts.count
    }
}
