/// When an account's sweeps begin, after its first one.
///
/// Every account and region has a moment of its own in the interval. Accounts that were set up together, by a stack set for
/// one, do not sweep together from then on: the rows of one image are one partition of the index by image, which takes
/// 1,000 writes a second of all accounts
/// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/bp-partition-key-design.html).
public struct SweepSchedule: Hashable, Sendable {
    private let interval: Int64
    /// Of the account's moment from each multiple of the interval.
    private let offset: Int64

    /// - Parameter intervalHours: 1 to 168.
    public init(intervalHours: Int64, account: AccountID, region: Region) {
        self.init(intervalHours: intervalHours, hash: Self.hash("\(account.text)/\(region.text)"))
    }

    init(intervalHours: Int64, hash: UInt64) {
        interval = intervalHours * 3_600_000
        offset = Int64(hash % UInt64(interval))
    }

    var intervalSeconds: Int64 { interval / 1000 }

    /// Whether a sweep is due: the account's moment has come since the last one began, and an eighth of the interval has gone
    /// by. So no more than an interval lies between two beginnings; the first two are nearer to each other.
    func isDue(after started: EventTime, at now: EventTime) -> Bool {
        // A clock that was set back must not keep sweeps from beginning.
        if started > now { return true }
        return round(of: now) > round(of: started) && now.milliseconds - started.milliseconds >= interval / 8
    }

    private func round(of time: EventTime) -> Int64 { (time.milliseconds + interval - offset) / interval }

    /// Whether to try again what the last sweep could not look at: an hour after its end, then two hours after the next
    /// one's, and so on, up to the interval.
    /// - Parameter count: How many sweeps in a row have left something out.
    func isRetryDue(after completed: EventTime, count: Int, at now: EventTime) -> Bool {
        guard count > 0 else { return false }
        let pause = min(interval, 3_600_000 << Int64(min(count - 1, 8)))
        return completed.advanced(bySeconds: pause / 1000) <= now
    }

    /// FNV-1a, mixed once more so that texts that differ in the last digit differ in all bits
    /// (http://www.isthe.com/chongo/tech/comp/fnv/).
    private static func hash(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in text.utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
        hash = (hash ^ (hash >> 33)) &* 0xff51_afd7_ed55_8ccd
        return hash ^ (hash >> 33)
    }
}
