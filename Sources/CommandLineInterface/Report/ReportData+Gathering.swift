import AWSClient
import AWSServices
import Governance

extension ReportData {
    /// Puts together what the tables and EC2 say.
    ///
    /// - Parameters:
    ///   - known: The account's images as EC2 lists them; nil where it does not.
    ///   - maximumSweepAgeHours: For so long a sweep counts.
    ///   - recordedSince: When the table of shares was made; nil where DynamoDB does not tell.
    init(
        owner: AccountID?,
        region: Region,
        generated: EventTime,
        staleDays: Int64,
        maximumSweepAgeHours: Int64,
        shares contents: SharesContents,
        usage: UsageContents,
        images known: [EC2.Image]?,
        recordedSince: EventTime?
    ) {
        self.init(owner: owner, region: region, generated: generated, staleDays: staleDays)
        accounts = AccountStanding.all(contents, usage, now: generated, maximumSweepAgeHours: maximumSweepAgeHours)
        let sharesByImage = Dictionary(grouping: contents.shares, by: \.image)
        let listed = Dictionary(
            (known ?? []).compactMap { image in ImageID(image.imageID).map { ($0, image) } },
            uniquingKeysWith: { first, _ in first }
        )
        var ids = Set(listed.keys).union(usage.usage.keys)
        for (image, shares) in sharesByImage where shares.contains(where: { $0.status == .shared }) {
            ids.insert(image)
        }
        images = ids.sorted().map { id in
            let record = contents.images[id]
            let summaries = usage.summaries(of: id)
            let recorded = sharesByImage[id] ?? []
            let shares = recorded.filter { $0.status == .shared }
            var evidence = UsageEvidence(
                owner: owner,
                isRecorded: record?.wasThere != nil,
                shares: recorded,
                coverage: usage.coverage,
                now: generated,
                maximumSweepAgeHours: maximumSweepAgeHours
            )
            evidence.ages = Self.ages(listed[id], isListed: known != nil, recordedSince)
            if evidence.ages == .noSuchImage { evidence.launchPermissions = .noSuchImage }
            // Of launch permissions a list of images tells nothing else.
            if listed[id]?.isPublic == true { evidence.launchPermissions = .principals([.all]) }
            evidence.wasThere = record?.wasThere
            evidence.revoked = record?.lastRevoked
            evidence.rows = summaries.reduce(0) { $0 + $1.count }
            let verdict = Verdict(evidence)
            let image = listed[id]
            return Image(
                id: id,
                name: image?.name ?? record?.name,
                state: Self.state(of: image, record, isListed: known != nil),
                isPublic: image?.isPublic ?? shares.contains { $0.principal == .all },
                isProtected: image?.deregistrationProtection.map { $0 != "disabled" } ?? false,
                created: image?.creationDate.flatMap { EventTime($0) },
                lastLaunched: image?.lastLaunchedTime.flatMap { EventTime($0) },
                shares: shares.sorted { $0.principal < $1.principal }
                    .map { Share(principal: $0.principal, since: $0.firstShared) },
                usage: summaries,
                outcome: verdict.outcome,
                doubts: verdict.doubts.map(\.description)
            )
        }
        if let recordedSince {
            let older = images.count { $0.created.map { UsageEvidence.Ages.isOlder($0, than: recordedSince) } ?? false }
            if older > 0 {
                omissions.append(
                    "\(Counted.text(older, "image")) \(older == 1 ? "is" : "are") older than the records of shares, which begin at "
                        + "\(Moment.text(recordedSince)) UTC: accounts that lost them before are not known. A check asks EC2."
                )
            }
        }
        let gone = gone.count
        if known != nil, gone > 0 {
            omissions.append(
                "EC2 no longer lists \(Counted.text(gone, "image")) of the tables: when \(gone == 1 ? "it was" : "they were")"
                    + " created and last launched is not known."
            )
        }
        if known == nil { omissions.append("EC2 does not list the account's images: those below are from the tables.") }
        let unreadable = contents.unreadable.count + usage.unreadable.count
        if unreadable > 0 { omissions.append("\(Counted.text(unreadable, "item")) of the tables cannot be read.") }
    }

    /// As a check has it.
    private static func ages(
        _ image: EC2.Image?,
        isListed: Bool,
        _ recordedSince: EventTime?
    ) -> UsageEvidence.Ages {
        guard isListed else { return .notAvailable(reason: "EC2 does not list the account's images") }
        guard let image else { return .noSuchImage }
        guard let created = image.creationDate.flatMap({ EventTime($0) }) else {
            return .notAvailable(reason: "EC2 does not tell when the image was made")
        }
        guard let recordedSince else {
            return .recordsNotAvailable(created: created, reason: "DynamoDB does not tell when the table was made")
        }
        return .known(created: created, recorded: recordedSince)
    }

    private static func state(of image: EC2.Image?, _ record: ImageRecord?, isListed: Bool) -> String {
        if let image { return image.state ?? "available" }
        if isListed { return "deregistered" }
        return record?.status.rawValue ?? "available"
    }
}

/// Asks for everything that a report tells.
struct ReportGatherer {
    let tables: GovernanceTables
    let client: AWSClient
    let region: Region
    let console: Console
    let now: EventTime
    let staleDays: Int64
    let maximumSweepAgeHours: Int64

    /// - Throws: `AWSError` where the tables cannot be read. What EC2 and STS refuse is left out, and the report says so.
    func gather() async throws(AWSError) -> ReportData {
        let (identity, identityRefusal) = try await unlessRefused { () async throws(AWSError) in
            try await STS(client).callerIdentity()
        }
        let contents = try await tables.shares { console.progress("reading shares:", $0) }
        let usage = try await tables.usage(in: region, limit: ReportPage.namedResources) {
            console.progress("reading usage:", $0)
        }
        let (images, imageRefusal) = try await unlessRefused { () async throws(AWSError) in try await self.images() }
        let (recordedSince, tableRefusal) = try await unlessRefused { () async throws(AWSError) in
            try await tables.dynamoDB.creationTime(of: tables.sharesTable)
        }
        console.progress("putting the report together")
        var data = ReportData(
            owner: identity.flatMap { AccountID($0.account) },
            region: region,
            generated: now,
            staleDays: staleDays,
            maximumSweepAgeHours: maximumSweepAgeHours,
            shares: contents,
            usage: usage,
            images: images,
            recordedSince: recordedSince.flatMap { $0 }.map(EventTime.init)
        )
        for refusal in [identityRefusal, imageRefusal, tableRefusal].compactMap({ $0 }) {
            data.omissions.append("\(refusal.service) refused \(refusal.operation) (\(refusal.code)).")
        }
        return data
    }

    private func images() async throws(AWSError) -> [EC2.Image] {
        var images: [EC2.Image] = []
        let input = EC2.DescribeImages(
            owners: ["self"],
            includesDeprecated: true,
            includesDisabled: true,
            maximumResults: 1000
        )
        for try await page in EC2(client).images(input) {
            images += page.images
            console.progress("reading images:", images.count)
        }
        return images
    }

    private func unlessRefused<Value: Sendable>(
        _ ask: () async throws(AWSError) -> Value
    ) async throws(AWSError) -> (Value?, AWSError?) {
        do throws(AWSError) {
            return (try await ask(), nil)
        } catch {
            guard error.isRefusal else { throw error }
            return (nil, error)
        }
    }
}
