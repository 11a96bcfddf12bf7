import Testing

@testable import Governance

/// Every sample of `events/` says what its name says.
@Suite struct SampleTests {
    static let template = LaunchTemplateID(checked: "lt-0a1b2c3d4e5f60001")
    static let parameter = ParameterName(checked: "/golden/al2023/x86_64")
    static let batch = LaunchTemplateID(checked: "lt-0a1b2c3d4e5f60002")

    static func instance(_ number: Int) -> InstanceID { .init(checked: "i-0a1b2c3d4e5f6000\(number)") }

    static func version(
        _ number: Int,
        _ image: CreatedLaunchTemplateVersion.Image,
        of template: LaunchTemplateID = template,
        named name: String = "web"
    ) -> GovernanceEvent.Subject {
        .call(.createLaunchTemplateVersion(.init(template: template, version: number, name: name, image: image)))
    }

    static func permissions(add: [Principal] = [], remove: [Principal] = []) -> GovernanceEvent.Subject {
        .call(.modifyImageAttribute(.init(image: image, added: add, removed: remove)))
    }

    static let expected: [String: GovernanceEvent.Subject] = [
        "modify-image-attribute-add-account": permissions(add: [.account(consumer)]),
        "modify-image-attribute-remove-account": permissions(remove: [.account(consumer)]),
        "modify-image-attribute-several": permissions(
            add: [.account(consumer), .account(.init(checked: "777788889999")), organization, unit],
            remove: [.all]
        ),
        "modify-image-attribute-public": permissions(add: [.all]),
        "modify-image-attribute-flat": permissions(add: [.account(consumer), .all, organization, unit]),
        "modify-image-attribute-description": permissions(),
        "modify-image-attribute-failed": .call(.failed(errorCode: "Client.UnauthorizedOperation")),
        "modify-image-attribute-dry-run": .call(.failed(errorCode: "Client.DryRunOperation")),
        "reset-image-attribute": .call(.resetLaunchPermission(image)),
        "disable-image": .call(.disableImage(image)),
        "enable-image": .call(.enableImage(image)),
        "deregister-image": .call(.deregisterImage(image)),
        "ami-state-change-available": .imageState(image, .available),
        "ami-state-change-disabled": .imageState(image, .disabled),
        "ami-state-change-deregistered": .imageState(image, .deregistered),
        "run-instances": .call(.runInstances([.init(instance: instance(1), image: image)])),
        "run-instances-several": .call(.runInstances((2...4).map { .init(instance: instance($0), image: image) })),
        "run-instances-auto-scaling": .call(
            .runInstances([.init(instance: instance(5), image: image), .init(instance: instance(6), image: otherImage)])
        ),
        "run-instances-failed": .call(.failed(errorCode: "Client.InstanceLimitExceeded")),
        "terminate-instances": .call(.terminateInstances([instance(1)])),
        "terminate-instances-several": .call(.terminateInstances([instance(2), instance(3)])),
        "instance-terminated": .instanceState(instance(1), "terminated"),
        "create-launch-template": version(1, .id(image)),
        "create-launch-template-resolve-ssm": version(
            1,
            .parameter("/golden/al2023/x86_64"),
            of: batch,
            named: "batch"
        ),
        "create-launch-template-version": version(2, .id(image)),
        "create-launch-template-version-inherited": version(3, .inherited(sourceVersion: "2")),
        "create-launch-template-version-resolve-ssm": version(4, .parameter("/golden/al2023/x86_64:3")),
        "delete-launch-template-versions": .call(.deleteLaunchTemplateVersions(template, [2])),
        "delete-launch-template-versions-partly": .call(.deleteLaunchTemplateVersions(template, [3, 4])),
        "delete-launch-template": .call(.deleteLaunchTemplate(template)),
        "delete-launch-template-by-name": .call(.deleteLaunchTemplate(batch)),
        "create-launch-configuration": .call(
            .createLaunchConfiguration(.init(checked: "web-2026-11"), source: .image(image))
        ),
        "create-launch-configuration-from-instance": .call(
            .createLaunchConfiguration(.init(checked: "like-web-1"), source: .instance)
        ),
        "parameter-store-change-create": .parameter(parameter, .written),
        "parameter-store-change-update": .parameter(parameter, .written),
        "parameter-store-change-delete": .parameter(parameter, .deleted),
        "parameter-store-change-refused": .parameter(parameter, .other),
        "delete-launch-configuration": .call(.deleteLaunchConfiguration(.init(checked: "web-2026-11"))),
    ]

    @Test func everySampleIsCovered() throws {
        #expect(try Sample.eventNames() == Self.expected.keys.sorted())
    }

    @Test(arguments: expected.keys.sorted())
    func saysWhatItsNameSays(name: String) throws {
        let event = try Sample.event(name)
        #expect(event.subject == Self.expected[name])
        #expect(event.region == region)
        #expect([creator, consumer].contains(event.account))
    }

    @Test func tellsWhoWhenAndWhat() throws {
        let share = try Sample.event("modify-image-attribute-add-account").occurrence
        #expect(share.time.description == "2026-11-20T08:00:00.000Z")
        #expect(share.eventName == "ModifyImageAttribute")
        #expect(share.actor == "arn:aws:sts::111122223333:assumed-role/image-pipeline/release-2026-11")
        #expect(share.isCall)
        let state = try Sample.event("ami-state-change-deregistered").occurrence
        #expect(state.eventName == "EC2 AMI State Change")
        #expect(state.actor == nil)
        #expect(!state.isCall)
    }
}
