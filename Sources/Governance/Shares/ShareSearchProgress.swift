import AWSClient
import AWSServices

/// How far the search for shares that no event told of has come: an item of the shares table that is no image's.
public struct ShareSearchProgress: Hashable, Sendable {
    /// When the round began.
    public let started: EventTime
    /// The last image that was looked at, of those that EC2 lists; nil where none was.
    public var last: ImageID?
    /// How far the round has then come in the table of shares; nil at its beginning.
    public var place: Place?
    /// Whether the round has come to every image.
    public var isComplete: Bool
    /// How many runs in a row did not get past ``last`` or ``place``, for what other images might have met as well.
    public var failedRuns: Int

    /// The key of an item of the table of shares, which need not be there any more: a scan goes on behind it.
    public struct Place: Hashable, Sendable {
        let image: String
        let principal: String
    }

    public init(
        started: EventTime,
        last: ImageID? = nil,
        place: Place? = nil,
        isComplete: Bool = false,
        failedRuns: Int = 0
    ) {
        self.started = started
        self.last = last
        self.place = place
        self.isComplete = isComplete
        self.failedRuns = failedRuns
    }

    /// In so many runs in a row the search fails at one place; the last of them goes past it.
    public static let maximumFailedRuns = 3

    /// A round begins so long after the beginning of the one before: with a run each hour, and one that comes a little early,
    /// it does so within a day.
    public static let intervalHours: Int64 = 23

    /// The round to work on now.
    /// - Returns: nil where the last one is done and the next not due.
    static func due(_ last: ShareSearchProgress?, now: EventTime) -> ShareSearchProgress? {
        guard let last else { return ShareSearchProgress(started: now) }
        guard last.isComplete else { return last }
        guard last.started.advanced(bySeconds: intervalHours * 3600) <= now else { return nil }
        return ShareSearchProgress(started: now)
    }
}

extension ShareSearchProgress.Place {
    init?(key: DynamoDB.Item) {
        guard let image = key[ShareRecord.imageKey]?.stringValue,
            let principal = key[ShareRecord.principalKey]?.stringValue
        else { return nil }
        self.init(image: image, principal: principal)
    }

    var key: DynamoDB.Item { [ShareRecord.imageKey: .string(image), ShareRecord.principalKey: .string(principal)] }
}

extension ShareSearchProgress {
    /// The item's partition key and sort key.
    static let key = "share-search"
    private static let started = "round_started"
    private static let last = "last_image_id"
    private static let (placeImage, placePrincipal) = ("table_image_id", "table_principal")
    private static let state = "round_state"
    private static let failedRuns = "failed_runs"
    private static let (isOpen, isDone) = ("open", "complete")

    private static var itemKey: DynamoDB.Item {
        [ShareRecord.imageKey: .string(key), ShareRecord.principalKey: .string(key)]
    }

    /// As it was left; nil where there never was a round, or what was left cannot be read: then all begins anew.
    static func read(from store: DynamoDBShareStore) async throws(AWSError) -> ShareSearchProgress? {
        let item = try await store.dynamoDB.getItem(.init(table: store.table, key: itemKey, isConsistent: true))
        guard let texts = item?.texts, let started = texts[Self.started].flatMap({ EventTime($0) }) else { return nil }
        var place: Place?
        if let image = texts[Self.placeImage], let principal = texts[Self.placePrincipal] {
            place = Place(image: image, principal: principal)
        }
        return ShareSearchProgress(
            started: started,
            last: texts[Self.last].flatMap { ImageID($0) },
            place: place,
            isComplete: texts[Self.state] == Self.isDone,
            failedRuns: min(max(texts[Self.failedRuns].flatMap { Int($0) } ?? 0, 0), maximumFailedRuns)
        )
    }

    func write(to store: DynamoDBShareStore) async throws(AWSError) {
        var item = Self.itemKey
        item[Self.started] = .string(started.description)
        item[Self.state] = .string(isComplete ? Self.isDone : Self.isOpen)
        if let last { item[Self.last] = .string(last.text) }
        if let place {
            item[Self.placeImage] = .string(place.image)
            item[Self.placePrincipal] = .string(place.principal)
        }
        if failedRuns > 0 { item[Self.failedRuns] = .string("\(failedRuns)") }
        _ = try await store.dynamoDB.putItem(.init(table: store.table, item: item))
    }
}
