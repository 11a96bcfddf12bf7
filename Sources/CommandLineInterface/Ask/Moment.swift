import Governance

/// Times as people read them.
enum Moment {
    /// `2026-11-20 08:00`, in UTC.
    static func text(_ time: EventTime) -> String {
        let text = time.description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(5))"
    }

    static func text(_ time: EventTime?) -> String? { time.map { text($0) } }

    /// How long ago, roughly: `just now`, `5 min ago`, `3 h ago`, `12 days ago`.
    static func age(of time: EventTime, at now: EventTime) -> String {
        let minutes = (now.milliseconds - time.milliseconds) / 60_000
        switch minutes {
        case ..<1: return "just now"
        case ..<120: return "\(minutes) min ago"
        case ..<(48 * 60): return "\(minutes / 60) h ago"
        default: return "\(minutes / 1440) days ago"
        }
    }
}
