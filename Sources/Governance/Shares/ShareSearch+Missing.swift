import AWSClient
import AWSServices

/// Images that are recorded as shared and that EC2 does not list.
extension ShareSearch {
    /// An image as the table has it: recorded as shared, or as found to be lost.
    private struct Recorded: Sendable {
        let id: ImageID
        /// Its last item.
        var last: ShareSearchProgress.Place
    }

    /// Goes through the table of shares, a page of at most 1 MB at a time, on from where the round has come to.
    ///
    /// - Parameters:
    ///   - listed: The images that EC2 lists.
    ///   - time: When it had.
    /// - Returns: whether the round has come to the end of the table.
    func lookForMissingImages(
        in run: inout ShareSearchRun,
        listed: Set<ImageID>,
        at time: EventTime
    ) async throws -> Bool {
        var last: ImageID?
        do {
            for try await page in store.dynamoDB.scan(scan(from: run.progress.place, at: time)) {
                // The items of an image may lie on both sides of a page's end.
                let images = recorded(page.items, besides: listed).drop { $0.id == last }
                for batch in Array(images).chunks(of: ShareSearchRun.batchSize) {
                    let goesOn = try await run.look(at: batch) { try await look(at: $0, listed: listed, time) }
                    guard goesOn else { return false }
                    run.progress.place = batch.last?.last
                    last = batch.last?.id
                }
                run.progress.place = page.lastKey.flatMap(ShareSearchProgress.Place.init(key:))
                guard run.progress.place != nil else { break }
                guard run.goesOn(), run.hasTime else { return false }
            }
        } catch let error as AWSError {
            // The rest of the table waits for the next round.
            guard run.goesOn(after: [error], all: true) else { return false }
            run.progress.place = nil
        }
        return true
    }

    private func scan(from place: ShareSearchProgress.Place?, at time: EventTime) -> DynamoDB.Scan {
        let (shared, found) = (ShareStatus.shared.rawValue, Occurrence.foundID)
        let since = discovery.retold(since: time).description
        let isShared: DynamoDB.Expression = "\(name: ShareRecord.statusAttribute) = \(.string(shared))"
        let isLost: DynamoDB.Expression = """
            \(name: ImageRecord.revokedByAttribute) = \(.string(found)) \
            AND \(name: ImageRecord.revokedAtAttribute) > \(.string(since))
            """
        return DynamoDB.Scan(
            table: store.table,
            filter: "\(name: ShareRecord.regionAttribute) = \(.string(region.text)) AND (\(isShared) OR \(isLost))",
            attributes: [ShareRecord.imageKey, ShareRecord.principalKey],
            startToken: place?.key
        )
    }

    /// The images that are to be looked at, each once: a page has an image's items one after another.
    private func recorded(_ items: [DynamoDB.Item], besides listed: Set<ImageID>) -> [Recorded] {
        var images: [Recorded] = []
        for item in items {
            guard let place = ShareSearchProgress.Place(key: item), let id = ImageID(place.image),
                place.principal == ImageRecord.sortKey || Principal(place.principal) != nil && !listed.contains(id)
            else { continue }
            if images.last?.id == id { images.removeLast() }
            images.append(Recorded(id: id, last: place))
        }
        return images
    }

    private func look(at image: Recorded, listed: Set<ImageID>, _ time: EventTime) async throws -> Report {
        let (record, shares) = try await store.records(of: image.id)
        var losses = [discovery.recordedLoss(record?.value, at: time)]
        if !listed.contains(image.id) {
            losses.append(
                try await discovery.missed(image.id, record: record, shares: shares.map(\.value), at: time) {
                    ImageAnswer(try await ec2.images(ids: [image.id.text])[image.id.text])
                }
            )
        }
        var report = Report()
        report.lost = losses.compactMap { $0 }.map { Report.Loss(image: image.id, loss: $0) }
        return report
    }
}

extension ShareSearch.Report {
    /// What was lost and no event told of, as if its events had come; first what was lost last, since what was told before and is
    /// told again, lest it was cut off, is older.
    func events(of owner: AccountID, in region: Region) -> [GovernanceEvent] {
        let ends = ended.map { end in
            let change = LaunchPermissionChange(image: end.image, added: [], removed: end.principals)
            return GovernanceEvent(
                account: owner,
                region: region,
                occurrence: .found(at: end.time),
                subject: .call(.modifyImageAttribute(change))
            )
        }
        let losses = lost.map { lost in
            GovernanceEvent(
                account: owner,
                region: region,
                occurrence: lost.loss.occurrence,
                subject: .imageState(lost.image, lost.loss.status == .disabled ? .disabled : .deregistered)
            )
        }
        return (ends + losses).sorted { $0.occurrence.time > $1.occurrence.time }
    }
}
