import AWSClient

/// Writes that belong in one transaction, each with its place among all the writes submitted.
struct WriteUnit: Sendable {
    struct Member: Sendable {
        var index: Int
        var write: DynamoDB.Write
    }

    var members: [Member]
    var estimatedBytes: Int { members.reduce(0) { $0 + $1.write.estimatedBytes } }

    static let maximumWrites = 100
    /// Below the 4 MB of DynamoDB by what an estimate may be wrong.
    static let maximumBytes = 3_500_000

    /// The writes as units, a group or a single write each, packed in order into batches that a transaction takes.
    static func batches(of writes: [DynamoDB.ConditionalWrite]) throws(AWSError) -> [[WriteUnit]] {
        var batches: [[WriteUnit]] = []
        var count = maximumWrites
        var bytes = 0
        for unit in units(of: writes) {
            let unitBytes = unit.estimatedBytes
            guard unit.members.count <= maximumWrites else {
                throw AWSError(
                    kind: .invalidRequest,
                    code: "InvalidRequest",
                    message: "a group of \(unit.members.count) writes is larger than a transaction (\(maximumWrites))",
                    service: AWSService.dynamoDB.sdkID,
                    operation: DynamoDB.TransactWriteItems.name
                )
            }
            if count + unit.members.count > maximumWrites || bytes + unitBytes > maximumBytes {
                batches.append([])
                count = 0
                bytes = 0
            }
            batches[batches.count - 1].append(unit)
            count += unit.members.count
            bytes += unitBytes
        }
        return batches
    }

    private static func units(of writes: [DynamoDB.ConditionalWrite]) -> [WriteUnit] {
        var units: [WriteUnit] = []
        var groups: [String: Int] = [:]
        for (index, conditional) in writes.enumerated() {
            var member = Member(index: index, write: conditional.write)
            member.write.returnsItemOnConditionFailure = true
            if let group = conditional.group, let unit = groups[group] {
                units[unit].members.append(member)
                continue
            }
            if let group = conditional.group { groups[group] = units.count }
            units.append(WriteUnit(members: [member]))
        }
        return units
    }
}
