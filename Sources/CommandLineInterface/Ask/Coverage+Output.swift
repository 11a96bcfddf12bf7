import Governance
import YAML

extension AccountCoverage {
    /// For programs: `status` (`swept`, `stale`, `never`, `no-tracker`), times, and what the last sweep left out.
    var document: YAMLValue {
        [
            "status": .string(status.rawValue),
            "last_sweep_started": YAMLValue(lastSweep?.started.description),
            "last_sweep_completed": YAMLValue(lastSweep?.completed.description),
            "current_sweep_started": YAMLValue(record?.currentSweepStarted?.description),
            "last_event": YAMLValue(record?.lastEvent?.description),
            "skipped": .sequence((lastSweep?.skipped ?? []).map(YAMLValue.string)),
            "left_out": .mapping(
                (lastSweep?.leftOut ?? [:]).sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value)) }
            ),
            "unavailable": .sequence((lastSweep?.unavailable ?? []).map(YAMLValue.string)),
        ]
    }

    /// For people, in a few words.
    func cell(at now: EventTime) -> Table.Cell {
        let without = missingSections.isEmpty ? "" : ", without \(missingSections.joined(separator: ", "))"
        switch status {
        case .swept:
            let age = lastSweep.map { Moment.age(of: $0.completed, at: now) } ?? ""
            return .init("swept \(age)\(without)", without.isEmpty ? .good : .warning)
        case .stale:
            let age = lastSweep.map { Moment.age(of: $0.completed, at: now) } ?? ""
            let why =
                switch staleness {
                case .tooOld, nil: "too long ago"
                case .before: "before it had the image"
                case .beforeFound: "before it was found to have the image"
                case .beforeLoss: "before it lost the image"
                case .shareNotRecorded: "perhaps before it had the image, of which no time is recorded"
                case .creationNotKnown: "perhaps before the image was made"
                }
            return .init("swept \(age): \(why)\(without)", .warning)
        case .never: return .init("never swept: not known well", .warning)
        case .noTracker: return .init("no tracker: not known", .warning)
        }
    }

    var lastEventCell: Table.Cell { .init(optional: Moment.text(record?.lastEvent)) }
}
