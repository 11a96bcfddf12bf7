import Testing

@testable import Governance

@Suite struct ShareChangesTests {
    private typealias E = ShareEvents
    private static let account = Principal.account(consumer)

    @Test(arguments: [
        "modify-image-attribute-description", "modify-image-attribute-failed", "modify-image-attribute-dry-run",
        "run-instances", "instance-terminated",
    ])
    func changesNothing(name: String) throws { #expect(ShareChanges(try Sample.event(name)) == nil) }

    @Test func statesThatTellNothing() {
        #expect(ShareChanges(E.state("08:00:00", .other)) == nil)
    }

    @Test func permissionsOfACall() throws {
        let event = try Sample.event("modify-image-attribute-several")
        let changes = ShareChanges(event)
        #expect(changes?.image == image)
        #expect(changes?.region == region)
        #expect(changes?.imageChange == nil)
        #expect(
            changes?.permissions.map { "\($0.permission.status.rawValue) \($0.principal)" } == [
                "shared account#444455556666", "shared account#777788889999", "shared \(organization)",
                "shared \(unit)",
                "removed group#all",
            ]
        )
        #expect(changes?.permissions.allSatisfy { $0.permission.occurrence == event.occurrence } == true)
    }

    @Test func addedAndRemovedInOneCallIsRemoved() {
        let event = E.event(
            "08:00:00",
            .call(.modifyImageAttribute(.init(image: image, added: [.all, Self.account], removed: [Self.account])))
        )
        #expect(
            ShareChanges(event)?.permissions.map { "\($0.permission.status.rawValue) \($0.principal)" } == [
                "shared group#all", "removed account#444455556666",
            ]
        )
    }

    @Test(
        arguments: [
            (E.reset("08:00:00"), .removed, nil), (E.deregister("08:00:00"), .deregistered, .deregistered),
            (E.disable("08:00:00"), .disabled, .disabled), (E.enable("08:00:00"), nil, .available),
            (E.state("08:00:00", .deregistered), .deregistered, .deregistered),
            (E.state("08:00:00", .disabled), .disabled, .disabled), (E.state("08:00:00", .available), nil, .available),
        ] as [(GovernanceEvent, ShareStatus?, ImageStatus?)]
    )
    func changesOfTheImage(event: GovernanceEvent, revokes: ShareStatus?, state: ImageStatus?) {
        let change = ShareChanges(event)
        #expect(change?.permissions.isEmpty == true)
        #expect(change?.imageChange?.revocations.effective?.status == revokes)
        #expect(change?.imageChange?.states.effective?.status == state)
    }

    private func state(after events: [GovernanceEvent]) async throws -> ShareStoreInMemory {
        let store = ShareStoreInMemory()
        for event in events {
            if let changes = ShareChanges(event) { try await ShareLedger(store: store).apply(changes) }
        }
        return store
    }

    @Test(
        arguments: [
            ([E.share("08:00:00", [account])], "shared"),
            ([E.unshare("08:00:00", [account])], "removed"),
            ([E.share("08:00:00", [account]), E.unshare("09:00:00", [account])], "removed"),
            ([E.share("08:00:00", [account]), E.unshare("08:00:00", [account])], "removed"),
            (
                [E.share("08:00:00", [account]), E.unshare("09:00:00", [account]), E.share("10:00:00", [account])],
                "shared"
            ),
            ([E.share("08:00:00", [account]), E.reset("09:00:00")], "removed"),
            ([E.share("08:00:00", [account]), E.reset("08:00:00")], "removed"),
            ([E.share("08:00:00", [account]), E.deregister("09:00:00")], "deregistered"),
            ([E.share("08:00:00", [account]), E.state("09:00:00", .deregistered)], "deregistered"),
            ([E.share("08:00:00", [account]), E.disable("09:00:00")], "disabled"),
            ([E.share("08:00:00", [account]), E.disable("09:00:00"), E.enable("10:00:00")], "disabled"),
            (
                [
                    E.share("08:00:00", [account]), E.disable("09:00:00"), E.enable("10:00:00"),
                    E.share("11:00:00", [account]),
                ],
                "shared"
            ),
            ([E.share("08:00:00", [account]), E.disable("09:00:00"), E.deregister("10:00:00")], "deregistered"),
            ([E.share("08:00:00", [account]), E.unshare("09:00:00", [account]), E.deregister("10:00:00")], "removed"),
            // The state change is stamped later than the share that followed the call it reports.
            (
                [
                    E.share("08:00:00", [account]), E.disable("09:00:00"), E.enable("09:00:01"),
                    E.share("09:00:02", [account]),
                    E.state("09:00:03", .disabled),
                ], "shared"
            ),
            ([E.deregister("09:00:00")], nil),
            ([E.share("08:00:00", [.all])], nil),
        ] as [([GovernanceEvent], String?)]
    )
    func statusAfterEvents(events: [GovernanceEvent], status: String?) async throws {
        for order in permutations(events) {
            #expect(try await state(after: order).status(of: Self.account) == status)
        }
        #expect(ShareEvents.expectedStatus(of: Self.account, after: events) == status)
    }

    @Test func recordTellsTheEventAndKeepsWhatWasKnown() async throws {
        let events = [
            try Sample.event("modify-image-attribute-add-account"),
            try Sample.event("modify-image-attribute-remove-account"),
        ]
        let again = E.share("10:00:00", [Self.account], id: "again")
        let first = try await state(after: [events[0]]).contents.principals[Self.account]
        #expect(
            first == [
                "status": "shared", "region": "eu-central-1", "event_time": "2026-11-20T08:00:00.000Z",
                "event_id": events[0].occurrence.eventID, "event_name": "ModifyImageAttribute",
                "actor": "arn:aws:sts::111122223333:assumed-role/image-pipeline/release-2026-11",
                "first_shared": "2026-11-20T08:00:00.000Z",
            ]
        )
        for order in permutations(events + [again]) {
            let record = try await state(after: order).contents.principals[Self.account]
            #expect(record?["event_id"] == "again")
            #expect(record?["first_shared"] == "2026-11-20T08:00:00.000Z")
        }
        // When it got the image last stays known once it has lost it.
        for order in permutations(events + [again, E.unshare("11:00:00", [Self.account])]) {
            let record = try await state(after: order).shareRecords(of: image, principals: nil).first?.value
            #expect(record?.status == .removed)
            #expect(record?.firstShared == time("2026-11-20T08:00:00Z"))
            #expect(record?.lastShared == time("2026-11-20T10:00:00Z"))
            #expect(record?.possession == .since(time("2026-11-20T10:00:00Z")))
        }
    }

    /// Both events of a deregistration, in either order: who did it and when it was asked for.
    @Test func aStateChangeDoesNotHideWhoDidIt() async throws {
        let share = E.share("08:00:00", [Self.account])
        for order in permutations([share, E.deregister("09:00:00"), E.state("09:00:05", .deregistered)]) {
            let contents = try await state(after: order).contents
            #expect(contents.principals[Self.account]?["actor"] == "arn:aws:iam::1:user/mary")
            #expect(contents.principals[Self.account]?["event_time"] == "2026-11-20T09:00:00.000Z")
            #expect(contents.image?["status"] == "deregistered")
            #expect(contents.image?["revoked_at"] == "2026-11-20T09:00:00.000Z")
            #expect(contents.image?["revoked_status"] == "deregistered")
            #expect(contents.image?["revoked_event_id"] == "09:00:00-DeregisterImage")
        }
    }

    @Test func theImageIsAvailableAgain() async throws {
        for order in permutations([E.disable("09:00:00"), E.enable("10:00:00"), E.state("10:00:04", .available)]) {
            let image = try await state(after: order).contents.image
            #expect(image?["status"] == "available")
            #expect(image?["event_name"] == "EnableImage")
            #expect(image?["revoked_status"] == "disabled")
        }
    }

    @Test func theNameIsKept() async throws {
        let store = ShareStoreInMemory()
        let ledger = ShareLedger(store: store)
        var named = ShareChanges(image: image, region: region, imageChange: ImageChange())
        named.imageChange?.name = "golden"
        #expect(try await ledger.apply(named)?.name == "golden")
        #expect(try await ledger.apply(ShareChanges(E.deregister("09:00:00"))!)?.name == "golden")
        named.imageChange?.name = "other"
        #expect(try await ledger.apply(named)?.name == "golden")
        #expect(store.contents.image?["image_name"] == "golden")
    }

    @Test func aDuplicateWritesNothing() async throws {
        let events = [
            E.share("08:00:00", [Self.account, .all]), E.disable("09:00:00"), E.state("09:00:02", .disabled),
        ]
        let store = try await state(after: events)
        let writes = store.writes
        for event in events { try await ShareLedger(store: store).apply(ShareChanges(event)!) }
        #expect(store.writes == writes)
    }

    @Test(arguments: [
        ["region": "eu-central-1"], ["status": "shared"], ["status": "gone", "region": "eu-central-1"],
        ["status": "shared", "region": "eu-central-1", "event_time": "x"],
        ["status": "shared", "region": "eu-central-1", "event_time": "2026-11-20T08:00:00.000Z"],
    ])
    func itemsOfAnotherShapeAreRefused(attributes: ItemAttributes) {
        #expect(throws: MalformedItem.self) {
            try ShareRecord(image: image, principal: .all, attributes: attributes)
        }
    }
}
