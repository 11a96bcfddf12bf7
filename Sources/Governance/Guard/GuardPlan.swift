/// What the guard does about one image.
public enum GuardStep: Hashable, Sendable {
    case nothing
    case give
    case take
    /// Note that the guard has no protection on the image (any more).
    case forget
    /// Note that the protection found may be somebody else's.
    case leave
}

/// What the guard does about one image, and what it has to know for that.
public enum GuardPlan: Hashable, Sendable {
    case settled(GuardStep)
    /// One step if something is known to use the image, another if nothing is.
    case ifUsed(GuardStep, else: GuardStep)
    /// A step if the image is clear; nothing if it is in use or that is not known.
    case ifClear(GuardStep)

    /// - Parameters:
    ///   - protection: As EC2 tells it.
    ///   - status: What the guard noted of the image; nil where it never did anything.
    ///   - isReleasing: Whether the guard takes back all it gave, and gives nothing.
    public init(_ protection: DeregistrationProtection, _ status: GuardRecord.Status?, isReleasing: Bool = false) {
        let plan = Self.plan(protection, status)
        guard isReleasing else {
            self = plan
            return
        }
        switch plan {
        case .settled: self = plan
        case .ifUsed(_, else: let step): self = .settled(step)
        case .ifClear(let step): self = .settled(step)
        }
    }

    private static func plan(_ protection: DeregistrationProtection, _ status: GuardRecord.Status?) -> GuardPlan {
        switch (protection, status) {
        case (.other, _): .settled(.nothing)
        case (.disabled, nil), (.disabled, .unguarded): .ifUsed(.give, else: .nothing)
        // It was never given, or somebody took it away, or the guard did and was cut off.
        case (.disabled, .giving), (.disabled, .given), (.disabled, .taking), (.disabled, .left):
            .ifUsed(.give, else: .forget)
        case (.enabled, .given): .ifClear(.take)
        case (.enabled, .giving), (.enabled, .taking): .settled(.leave)
        // The guard gives none with a cooldown: somebody else has taken the image over.
        case (.enabledWithCooldown, .giving), (.enabledWithCooldown, .given), (.enabledWithCooldown, .taking):
            .settled(.forget)
        case (.enabled, nil), (.enabled, .unguarded), (.enabled, .left),
            (.enabledWithCooldown, nil), (.enabledWithCooldown, .unguarded), (.enabledWithCooldown, .left):
            .settled(.nothing)
        }
    }
}
