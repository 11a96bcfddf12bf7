import AWSClient
import AWSServices

extension GovernanceTables {
    /// What became of the items of an account that is to be forgotten.
    public struct Forgetting: Hashable, Sendable {
        public internal(set) var deleted = 0
        /// What was written since it was read. Where coverage was, that is all of it: the tracker is at work.
        public internal(set) var kept = 0
    }

    /// All that the usage table has of one account.
    ///
    /// - Parameter progress: Called after each page with the number of items read so far.
    public func contents(
        of account: AccountID,
        progress: (Int) -> Void = { _ in }
    ) async throws(AWSError) -> AccountContents {
        var contents = AccountContents(account: account)
        let query = DynamoDB.Query(
            table: usageTable,
            keyCondition: "\(name: UsageRow.Key.accountKey) = \(.string(account.text))",
            isConsistent: true
        )
        for try await page in dynamoDB.query(query) {
            for item in page.items { contents.add(item) }
            progress(contents.itemCount)
        }
        return contents
    }

    /// Deletes what was read of an account, but what was written since: first the coverage, as a whole, so that nobody takes the
    /// use that is deleted for one that a sweep has seen the end of; then the rows. Where it is cut off, what is left can be
    /// read and deleted later.
    ///
    /// - Parameter progress: Called with the number of items deleted so far.
    public func forget(
        _ contents: AccountContents,
        progress: (Int) -> Void = { _ in }
    ) async throws -> Forgetting {
        var result = Forgetting()
        try await delete(contents.coverageVersions, group: "coverage", &result)
        guard result.kept == 0 else { return Forgetting(kept: contents.itemCount) }
        progress(result.deleted)
        let pace = Pace(every: .seconds(1), effects: dynamoDB.client.effects)
        for start in stride(from: 0, to: contents.rowVersions.count, by: Self.rowsASecond) {
            try await pace.wait()
            try await delete(Array(contents.rowVersions[start...].prefix(Self.rowsASecond)), group: nil, &result)
            progress(result.deleted)
        }
        return result
    }

    /// Every row is two write units of the account's partition, which takes 1,000 a second.
    private static let rowsASecond = 400

    private func delete(
        _ versions: [ItemVersion],
        group: String?,
        _ result: inout Forgetting
    ) async throws(AWSError) {
        let writes = versions.map { version in
            let delete = DynamoDB.DeleteItem(table: usageTable, key: version.key, condition: version.isUnchanged)
            return DynamoDB.ConditionalWrite(.delete(delete), group: group)
        }
        guard !writes.isEmpty else { return }
        for outcome in try await dynamoDB.writeConditionally(writes) {
            switch outcome {
            case .written: result.deleted += 1
            case .conditionFailed, .groupFailed: result.kept += 1
            }
        }
    }
}
