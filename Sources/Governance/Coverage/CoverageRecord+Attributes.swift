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
        /// How many resources it left out of those of ``skipped`` that it left out in part: `parameters=2,image-recipes=1`.
        public static let leftOut = "left_out"
        /// The sections whose service the region does not offer, separated by commas; absent if there are none.
        public static let unavailable = "unavailable"
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
            attributes.merge(lastSweep.gaps) { first, _ in first }
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
            sweep = Sweep(
                started: started,
                completed: completed,
                skipped: try attributes.sections(at: Attribute.skipped),
                leftOut: try attributes.counts(at: Attribute.leftOut),
                unavailable: try attributes.sections(at: Attribute.unavailable),
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

extension CoverageRecord.Sweep {
    /// What it could not find out, as attributes: those that are missing must be absent.
    var gaps: ItemAttributes {
        typealias Attribute = CoverageRecord.Attribute
        let counts = leftOut.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return [Attribute.skipped: skipped, Attribute.leftOut: counts, Attribute.unavailable: unavailable]
            .filter { !$0.value.isEmpty }.mapValues { $0.joined(separator: ",") }
    }
}

extension CoverageRecord {
    /// Accounts write their own items; what they write of sections comes into alerts and answers.
    fileprivate static let maximumSections = 20

    /// Whether it may be a section's name, of this version or another: 1 to 40 lower-case letters, digits and hyphens.
    fileprivate static func isSection(_ text: String) -> Bool {
        (1...40).contains(text.utf8.count) && text.utf8.allSatisfy { $0.isLowercaseLetterOrDigit || $0 == 0x2D }
    }
}

extension ItemAttributes {
    fileprivate func sections(at name: String) throws(MalformedItem) -> [String] {
        let sections = (self[name] ?? "").split(separator: ",").map(String.init)
        guard sections.count <= CoverageRecord.maximumSections, sections.allSatisfy(CoverageRecord.isSection) else {
            throw MalformedItem(attribute: name)
        }
        return sections
    }

    fileprivate func counts(at name: String) throws(MalformedItem) -> [String: Int] {
        let entries = (self[name] ?? "").split(separator: ",")
        guard entries.count <= CoverageRecord.maximumSections else { throw MalformedItem(attribute: name) }
        var counts: [String: Int] = [:]
        for entry in entries {
            let parts = entry.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
            guard parts.count == 2, CoverageRecord.isSection(parts[0]), let count = Int(parts[1]), count > 0 else {
                throw MalformedItem(attribute: name)
            }
            counts[parts[0]] = count
        }
        return counts
    }
}
