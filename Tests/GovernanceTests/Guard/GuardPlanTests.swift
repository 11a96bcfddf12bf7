import LambdaRuntime
import Testing

@testable import Governance

@Suite struct GuardPlanTests {
    /// For each protection: without a record, then for each status of one.
    private static let plans: [(DeregistrationProtection, [GuardRecord.Status?: GuardPlan])] = [
        (
            .disabled,
            [
                nil: .ifUsed(.give, else: .nothing), .unguarded: .ifUsed(.give, else: .nothing),
                .giving: .ifUsed(.give, else: .forget), .given: .ifUsed(.give, else: .forget),
                .taking: .ifUsed(.give, else: .forget), .left: .ifUsed(.give, else: .forget),
            ]
        ),
        (
            .enabled,
            [
                nil: .settled(.nothing), .unguarded: .settled(.nothing), .left: .settled(.nothing),
                .giving: .settled(.leave), .taking: .settled(.leave), .given: .ifClear(.take),
            ]
        ),
        (
            .enabledWithCooldown,
            [
                nil: .settled(.nothing), .unguarded: .settled(.nothing), .left: .settled(.nothing),
                .giving: .settled(.forget), .given: .settled(.forget), .taking: .settled(.forget),
            ]
        ),
        (
            .other,
            [
                nil: .settled(.nothing), .unguarded: .settled(.nothing), .left: .settled(.nothing),
                .giving: .settled(.nothing), .given: .settled(.nothing), .taking: .settled(.nothing),
            ]
        ),
    ]

    @Test func everyCase() {
        for (protection, plans) in Self.plans {
            #expect(plans.count == GuardRecord.Status.allCases.count + 1)
            for (status, plan) in plans {
                #expect(GuardPlan(protection, status) == plan, "\(protection) \(status as Any)")
            }
        }
    }

    /// Only protection that the guard certainly gave is ever taken away, and only from an image that is clear.
    @Test func nothingElseTakesProtectionAway() {
        for (protection, _) in Self.plans {
            for status in [nil] + GuardRecord.Status.allCases.map(Optional.some) {
                switch GuardPlan(protection, status) {
                case .ifClear(.take): #expect(protection == .enabled && status == .given)
                case .settled(.take), .ifUsed(.take, else: _), .ifUsed(_, else: .take): Issue.record("\(status as Any)")
                default: break
                }
            }
        }
    }

    /// To stop, it takes back what it certainly gave, whatever uses the image, gives nothing, and asks nobody about use.
    @Test func releasing() {
        let forgotten: [GuardRecord.Status] = [.giving, .given, .taking, .left]
        for (protection, plans) in Self.plans {
            for status in plans.keys {
                let expected: GuardStep =
                    switch (protection, status) {
                    case (.enabled, .given): .take
                    case (.enabled, .giving), (.enabled, .taking): .leave
                    case (.disabled, let status?) where forgotten.contains(status): .forget
                    case (.enabledWithCooldown, let status?) where forgotten.dropLast().contains(status): .forget
                    default: .nothing
                    }
                let plan = GuardPlan(protection, status, isReleasing: true)
                #expect(plan == .settled(expected), "\(protection) \(status as Any)")
            }
        }
    }

    @Test(arguments: [
        ("disabled", DeregistrationProtection.disabled), ("enabled-without-cooldown", .enabled),
        ("enabled-with-cooldown", .enabledWithCooldown), ("disabled-after-cooldown", .other), ("", .other),
    ])
    func statesOfTheAPI(text: String, protection: DeregistrationProtection) {
        #expect(DeregistrationProtection(text) == protection)
        #expect(DeregistrationProtection(nil) == .other)
    }

    @Test func scopes() throws {
        #expect(try GuardScope(mode: nil, tag: "a=b") == .off)
        #expect(try GuardScope(mode: "off", tag: nil) == .off)
        #expect(try GuardScope(mode: "all", tag: nil) == .all)
        #expect(try GuardScope(mode: "release", tag: "a=b") == .release)
        #expect(try GuardScope(mode: "tagged", tag: "team/guard=yes=1") == .tagged(key: "team/guard", value: "yes=1"))
        #expect(try GuardScope(mode: "tagged", tag: "guard=") == .tagged(key: "guard", value: ""))
        for (mode, tag) in [("on", nil), ("tagged", nil), ("tagged", "guard"), ("tagged", "=x"), ("ALL", nil)] {
            #expect(throws: ConfigurationError.self) { try GuardScope(mode: mode, tag: tag) }
        }
    }

    @Test func records() throws {
        for status in GuardRecord.Status.allCases {
            let record = GuardRecord(image: image, status: status, time: asked)
            #expect(try GuardRecord(image: image, attributes: record.attributes) == record)
        }
        for (attribute, value) in [("status", "shared"), ("event_time", "now")] {
            var attributes = GuardRecord(image: image, status: .given, time: asked).attributes
            attributes[attribute] = value
            #expect(throws: MalformedItem(attribute: attribute)) {
                try GuardRecord(image: image, attributes: attributes)
            }
        }
        // No principal of an image has the key.
        #expect(Principal(GuardRecord.sortKey) == nil)
        #expect(ImageID(DynamoDBGuardStore.cursorKeyValue) == nil)
    }
}
