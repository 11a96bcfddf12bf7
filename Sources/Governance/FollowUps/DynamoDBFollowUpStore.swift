import AWSClient
import AWSServices

/// The follow-ups of losses, in the shares table.
///
/// AWS calls: `dynamodb:GetItem`, `PutItem` and `Query` on the shares table.
struct DynamoDBFollowUpStore: Sendable {
    let dynamoDB: DynamoDB
    let table: String

    private static let rounds = 20

    /// Notes that a loss is to be followed up, each part of it, unless it is noted already.
    ///
    /// - Returns: what is noted now; empty where a later loss of the same kind is.
    func open(_ loss: ImageLoss, now: EventTime) async throws -> [Stored<LossFollowUp>] {
        var opened: [Stored<LossFollowUp>] = []
        for (number, part) in LossFollowUp.parts(of: loss).enumerated() {
            if let followUp = try await open(part, number, now) { opened.append(followUp) }
        }
        return opened
    }

    private func open(_ loss: ImageLoss, _ part: Int, _ now: EventTime) async throws -> Stored<LossFollowUp>? {
        // Mostly there is none yet: to write one is to ask.
        var item: DynamoDB.Item?
        for _ in 0..<Self.rounds {
            let stored = try item?.revision()
            // What cannot be read makes way: nobody is told before the loss is noted.
            let current = item.flatMap { try? LossFollowUp($0) }
            guard let followUp = LossFollowUp.opening(current, loss, part: part, now: now) else { return nil }
            if let stored, current == followUp { return Stored(followUp, revision: stored) }
            let put = followUp.put(revision: stored, table: table)
            guard case .conditionFailed(let existing) = try await dynamoDB.writeConditionally([.init(.put(put))])[0]
            else {
                return Stored(followUp, revision: (stored ?? 0) + 1)
            }
            item = existing
            if item == nil {
                let key = LossFollowUp.key(followUp.sortKey)
                item = try await dynamoDB.getItem(.init(table: table, key: key, isConsistent: true))
            }
        }
        throw RecordContention(
            description: "the follow-up of a loss of \(loss.image) is changed by others all the time"
        )
    }

    /// - Parameter revision: As read; nil where there was none.
    /// - Returns: the new revision; nil where someone else has written it since.
    func write(_ followUp: LossFollowUp, revision: Int?) async throws(AWSError) -> Int? {
        let put = followUp.put(revision: revision, table: table)
        return try await dynamoDB.writeConditionally([.init(.put(put))]) == [.written] ? (revision ?? 0) + 1 : nil
    }

    /// Those that are due, and what is wrong with items that cannot be read.
    func due(now: EventTime) async throws(AWSError) -> (due: [Stored<LossFollowUp>], unreadable: [MalformedItem]) {
        var (followUps, unreadable): ([Stored<LossFollowUp>], [MalformedItem]) = ([], [])
        // DynamoDB deletes what has expired when it comes to it, some days later.
        let query = DynamoDB.Query(
            table: table,
            keyCondition: "\(name: ShareRecord.imageKey) = \(.string(LossFollowUp.partitionKey))",
            filter: """
                \(name: LossFollowUp.stateAttribute) = \(.string(LossFollowUp.pending)) AND \
                \(name: LossFollowUp.expiryAttribute) > \(.number(Int(now.epochSeconds)))
                """
        )
        for try await page in dynamoDB.query(query) {
            for item in page.items {
                do throws(MalformedItem) {
                    followUps.append(Stored(try LossFollowUp(item), revision: try item.revision()))
                } catch {
                    unreadable.append(error)
                }
            }
        }
        return (LossFollowUp.due(followUps, now: now), unreadable)
    }
}
