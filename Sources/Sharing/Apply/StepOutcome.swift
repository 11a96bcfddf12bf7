/// What became of a step.
public enum StepOutcome: Hashable, Sendable {
    /// It was done.
    case done
    /// It needed not be done: all is as the step wants it.
    case alreadyDone
    /// It was not done, because things are not as they were when the plan was made.
    case moved(String)
    /// It was tried and refused.
    case failed(String)
    /// It was not tried, because a step it needs did not succeed.
    case skipped(String)

    /// It was not tried, because the program was told to end.
    static let interrupted = skipped("the program was told to end before")

    /// Whether all is as the step wants it.
    public var isGood: Bool { reason == nil }

    /// Why it is not.
    public var reason: String? {
        switch self {
        case .done, .alreadyDone: nil
        case .moved(let reason), .failed(let reason), .skipped(let reason): reason
        }
    }

    /// One word for it, the same in every version.
    public var word: String {
        switch self {
        case .done: "done"
        case .alreadyDone: "done-already"
        case .moved: "moved"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }
}

/// What became of a plan: an outcome for each step, in their order.
public struct ApplyReport: Hashable, Sendable {
    public let steps: [PlanStep]
    public let outcomes: [StepOutcome]

    public init(steps: [PlanStep], outcomes: [StepOutcome]) {
        self.steps = steps
        self.outcomes = outcomes
    }

    public var isComplete: Bool { outcomes.allSatisfy(\.isGood) }

    /// `12 steps: 8 done, 1 done already, 1 not done since things have moved, 1 failed, 1 skipped`
    public var summary: String {
        let texts = [
            ("done", "done"), ("done-already", "done already"), ("moved", "not done since things have moved"),
            ("failed", "failed"), ("skipped", "skipped"),
        ]
        let parts = texts.compactMap { word, text in
            let count = outcomes.count { $0.word == word }
            return count == 0 ? nil : "\(count) \(text)"
        }
        return "\(outcomes.count) \(outcomes.count == 1 ? "step" : "steps")"
            + (parts.isEmpty ? "" : ": \(parts.joined(separator: ", "))")
    }
}
