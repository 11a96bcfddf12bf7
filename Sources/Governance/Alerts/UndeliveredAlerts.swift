import LambdaRuntime

/// The owners of these accounts were not told; the administrator and the topic were, unless the reason says otherwise. Or
/// there are rows that cannot be read, whose resources no alert names.
public struct UndeliveredAlerts: LambdaError {
    let image: ImageID
    let failures: [AlertSender.Failure]
    let unreadableRows: Int

    public var errorMessage: String {
        var problems: [String] = []
        if !failures.isEmpty {
            let accounts = failures.prefix(20).map { "\($0.account): \($0.reason)" }.joined(separator: "; ")
            let rest = failures.count > 20 ? "; and \(failures.count - 20) more" : ""
            problems.append("not every account's owner was told: \(accounts)\(rest)")
        }
        if unreadableRows > 0 { problems.append("usage rows that cannot be read: \(unreadableRows)") }
        return "\(image): " + problems.joined(separator: "; ")
    }
}
