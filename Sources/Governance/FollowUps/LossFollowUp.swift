/// A loss that is told again until it is known what every account that it concerns used: an event that was lost or late, or a
/// sweep that was still to come, may bring a use to light of which nothing was known when the loss was told first.
///
/// It is noted before anybody is told, so that a telling that is cut off is gone on with as well, whatever becomes of its event.
public struct LossFollowUp: Hashable, Sendable {
    /// The loss; of one that names very many principals, a part of them.
    public let loss: ImageLoss
    /// Which part of the loss, from 0.
    public let part: Int
    /// From then on nobody looks at it any more.
    public let expires: EventTime
    /// When it was last looked at, whatever came of it.
    public var lookedAt: EventTime?
    /// As of when everybody who was then known to use the image has been told, or is noted as not to be reached.
    public var toldAt: EventTime?
    /// Whether there is nothing left that it waits for.
    public var isSettled = false

    public init(_ loss: ImageLoss, part: Int = 0, expires: EventTime) {
        self.loss = loss
        self.part = part
        self.expires = expires
    }

    /// So long after a loss was told first, it is told of uses that come to light.
    public static let days: Int64 = 30

    /// How many bytes of principals one follow-up holds: an item ends at 400 KB. EC2 lets 1,000 principals have an image, which
    /// is less than 150 KB of ARNs.
    static let maximumPrincipalBytes = 250_000

    /// The loss in parts of which each fits into an item: one, unless it names very many principals. To tell each part is to
    /// tell the loss, since all of them have its identity.
    static func parts(of loss: ImageLoss) -> [ImageLoss] {
        guard case .principals(let principals) = loss.scope else { return [loss] }
        var parts: [[Principal]] = [[]]
        var bytes = 0
        for principal in principals {
            let size = principal.description.utf8.count + 1
            if bytes + size > maximumPrincipalBytes, bytes > 0 {
                parts.append([])
                bytes = 0
            }
            parts[parts.count - 1].append(principal)
            bytes += size
        }
        return parts.map { loss.with(.principals($0)) }
    }
}

extension LossFollowUp {
    /// What there is to follow up once a loss is reported.
    ///
    /// - Parameters:
    ///   - current: What is noted under the same key; nil where that is nothing, or too old.
    ///   - part: A part of the loss, and its number.
    /// - Returns: nil where a later loss of the same kind is followed up, which concerns whomever this one does. Where that one was
    ///   found, it had happened by its time: it is this one.
    static func opening(_ current: LossFollowUp?, _ loss: ImageLoss, part: Int, now: EventTime) -> LossFollowUp? {
        let new = LossFollowUp(loss, part: part, expires: now.advanced(bySeconds: days * 86_400))
        guard let current, current.expires > now else { return new }
        let later = loss.occurrence.time.milliseconds - current.loss.occurrence.time.milliseconds
        if later > AlertRecord.sameLossSeconds * 1000 { return new }
        if later < -AlertRecord.sameLossSeconds * 1000 { return current.loss.occurrence.isFound ? current : nil }
        guard loss.occurrence.isCallsEvent, !current.loss.occurrence.isCallsEvent else { return current }
        // The call tells who did it.
        var named = LossFollowUp(loss, part: part, expires: current.expires)
        named.lookedAt = current.lookedAt
        named.toldAt = current.toldAt
        named.isSettled = current.isSettled
        return named
    }

    /// Whether a loss is told with this: whoever looks takes these, those first that were not looked at for the longest time.
    static func due(_ followUps: [Stored<LossFollowUp>], now: EventTime) -> [Stored<LossFollowUp>] {
        followUps.filter { !$0.value.isSettled && $0.value.expires > now }.sorted { a, b in
            let (first, second) = (a.value.lookedAt?.milliseconds ?? .min, b.value.lookedAt?.milliseconds ?? .min)
            return first == second ? a.value.sortKey < b.value.sortKey : first < second
        }
    }

    /// Whether what an account used when it lost an image is in the usage table, and found there.
    ///
    /// - Parameters:
    ///   - entry: Of the account's coverage, read before the usage is.
    ///   - loss: When it lost the image. A sweep counts that began to look so much later that AWS's lists cannot be of before,
    ///     and that had to leave nothing out that may hide a use.
    ///   - now: When the reading of the usage begins. The index that is read follows the table by no more than a minute.
    static func isSettled(_ entry: CoverageEntry?, loss: EventTime, now: EventTime) -> Bool {
        guard case .record(let record) = entry, let sweep = record.lastSweep else { return false }
        return EventMark.sweep(lookingFrom: sweep.started).time > loss && sweep.missingSections.isEmpty
            && sweep.completed.advanced(bySeconds: indexDelaySeconds) <= now
    }

    private static let indexDelaySeconds: Int64 = 60
}

extension ImageLoss {
    fileprivate func with(_ scope: Scope) -> ImageLoss {
        ImageLoss(
            image: image,
            region: region,
            creator: creator,
            status: status,
            scope: scope,
            occurrence: occurrence
        )
    }
}
