/// An item of the usage table, beside the account's rows: `account_id`, and `coverage#<region>` as its `resource`. Its
/// `image_id` is `coverage`, which is no image's: under it the index by image lists the coverage of all accounts.
extension CoverageRecord {
    /// What stands for an image in the index.
    public static let imageKeyValue = "coverage"

    static let sortKeyPrefix = "coverage#"

    public static func sortKey(in region: Region) -> String { sortKeyPrefix + region.text }

    public var sortKey: String { Self.sortKey(in: region) }

    /// The names of the attributes, all of them strings; times as everywhere.
    public enum Attribute {
        public static let region = "region"
        public static let lastSweepStarted = "last_sweep_started"
        public static let lastSweepCompleted = "last_sweep_completed"
        public static let currentSweepStarted = "current_sweep_started"
        /// The sections that the last complete sweep left out, separated by commas; absent if it left out none.
        public static let skipped = "skipped"
        public static let resources = "resources"
        public static let lastEvent = "last_event"
        public static let lastEventHandled = "last_event_handled"
    }

    /// Everything but the keys of the table. Absent values are absent attributes, which an update must remove.
    public var attributes: ItemAttributes {
        var attributes: ItemAttributes = [
            UsageRow.Key.imageKey: Self.imageKeyValue, Attribute.region: region.text,
        ]
        if let lastSweep {
            attributes[Attribute.lastSweepStarted] = lastSweep.started.description
            attributes[Attribute.lastSweepCompleted] = lastSweep.completed.description
            attributes[Attribute.resources] = String(lastSweep.resources)
            if !lastSweep.skipped.isEmpty {
                attributes[Attribute.skipped] = lastSweep.skipped.joined(separator: ",")
            }
        }
        attributes[Attribute.currentSweepStarted] = currentSweepStarted?.description
        attributes[Attribute.lastEvent] = lastEvent?.description
        attributes[Attribute.lastEventHandled] = lastEventHandled?.description
        return attributes
    }

    /// - Throws: naming the first attribute that is not as this software writes it.
    public init(account: AccountID, sortKey: String, attributes: ItemAttributes) throws(MalformedItem) {
        let region = try attributes.region()
        guard sortKey == Self.sortKey(in: region) else { throw MalformedItem(attribute: UsageRow.Key.resourceKey) }
        var sweep: Sweep?
        if let started = try attributes.time(at: Attribute.lastSweepStarted) {
            guard let completed = try attributes.time(at: Attribute.lastSweepCompleted), completed >= started else {
                throw MalformedItem(attribute: Attribute.lastSweepCompleted)
            }
            guard let resources = attributes[Attribute.resources].flatMap({ Int($0) }), resources >= 0 else {
                throw MalformedItem(attribute: Attribute.resources)
            }
            let skipped = (attributes[Attribute.skipped] ?? "").split(separator: ",").map(String.init)
            guard skipped.count <= Self.maximumSections, skipped.allSatisfy(Self.isSection) else {
                throw MalformedItem(attribute: Attribute.skipped)
            }
            sweep = Sweep(
                started: started,
                completed: completed,
                skipped: skipped,
                resources: resources
            )
        }
        self.init(
            account: account,
            region: region,
            lastSweep: sweep,
            currentSweepStarted: try attributes.time(at: Attribute.currentSweepStarted),
            lastEvent: try attributes.time(at: Attribute.lastEvent),
            lastEventHandled: try attributes.time(at: Attribute.lastEventHandled)
        )
    }
}

extension CoverageRecord {
    /// Accounts write their own items; what they write of sections comes into alerts and answers.
    private static let maximumSections = 20

    /// Whether it may be a section's name, of this version or another: 1 to 40 lower-case letters, digits and hyphens.
    private static func isSection(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count) && text.utf8.allSatisfy { $0.isLowercaseLetterOrDigit || $0 == 0x2D }
    }
}

extension ItemAttributes {
    fileprivate func time(at name: String) throws(MalformedItem) -> EventTime? {
        guard let text = self[name] else { return nil }
        guard let time = EventTime(text) else { throw MalformedItem(attribute: name) }
        return time
    }
}
