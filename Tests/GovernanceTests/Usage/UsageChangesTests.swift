import Testing

@testable import Governance

@Suite struct UsageChangesTests {
    private static let template = SampleTests.template

    @Test(arguments: [
        "modify-image-attribute-add-account", "deregister-image", "ami-state-change-disabled", "run-instances-failed",
        "parameter-store-change-refused",
    ])
    func changesNothing(name: String) throws { #expect(UsageChanges(try Sample.event(name)) == nil) }

    @Test(arguments: ["pending", "running", "stopping", "stopped", "shutting-down"])
    func anInstanceThatIsThereStays(state: String) throws {
        let json = try Sample.json("instance-terminated").replacing("\"terminated\"", with: "\"\(state)\"")
        #expect(UsageChanges(try Sample.event(json: json)) == nil)
    }

    @Test(
        arguments: [
            ("run-instances", ["instance i-0a1b2c3d4e5f60001"], [.id(image)]),
            (
                "run-instances-several",
                ["instance i-0a1b2c3d4e5f60002", "instance i-0a1b2c3d4e5f60003", "instance i-0a1b2c3d4e5f60004"],
                [.id(image)]
            ),
            (
                "run-instances-auto-scaling", ["instance i-0a1b2c3d4e5f60005", "instance i-0a1b2c3d4e5f60006"],
                [.id(image), .id(otherImage)]
            ),
            ("create-launch-template", ["launch-template lt-0a1b2c3d4e5f60001/1"], [.id(image)]),
            (
                "create-launch-template-resolve-ssm", ["launch-template lt-0a1b2c3d4e5f60002/1"],
                [.parameter("/golden/al2023/x86_64")]
            ),
            ("create-launch-template-version", ["launch-template lt-0a1b2c3d4e5f60001/2"], [.id(image)]),
            (
                "create-launch-template-version-inherited", ["launch-template lt-0a1b2c3d4e5f60001/3"],
                [.launchTemplateVersion(template, 3)]
            ),
            (
                "create-launch-template-version-resolve-ssm", ["launch-template lt-0a1b2c3d4e5f60001/4"],
                [.parameter("/golden/al2023/x86_64:3")]
            ),
            ("create-launch-configuration", ["launch-configuration web-2026-11"], [.id(image)]),
            (
                "create-launch-configuration-from-instance", ["launch-configuration like-web-1"],
                [.launchConfiguration(.init(checked: "like-web-1"))]
            ),
        ] as [(String, [String], [ImageReference])]
    )
    func acquisitions(name: String, resources: [String], references: [ImageReference]) throws {
        let event = try Sample.event(name)
        let changes = try #require(UsageChanges(event))
        #expect(changes.acquisitions.map { "\($0.resource.kind.rawValue) \($0.resource.id)" } == resources)
        #expect(changes.references == references)
        #expect(changes.releases.isEmpty && changes.deletedTemplate == nil)
        #expect(changes.acquisitions.allSatisfy { $0.mark == EventMark(event.occurrence) })
        #expect(changes.acquisitions.allSatisfy { $0.isVolatile == name.hasSuffix("resolve-ssm") })
    }

    @Test(arguments: [
        ("terminate-instances", ["i-0a1b2c3d4e5f60001"]),
        ("terminate-instances-several", ["i-0a1b2c3d4e5f60002", "i-0a1b2c3d4e5f60003"]),
        ("instance-terminated", ["i-0a1b2c3d4e5f60001"]),
        ("delete-launch-template-versions", ["lt-0a1b2c3d4e5f60001/2"]),
        ("delete-launch-template-versions-partly", ["lt-0a1b2c3d4e5f60001/3", "lt-0a1b2c3d4e5f60001/4"]),
        ("delete-launch-configuration", ["web-2026-11"]),
    ])
    func releases(name: String, resources: [String]) throws {
        let changes = try #require(UsageChanges(try Sample.event(name)))
        #expect(changes.releases.map(\.id) == resources)
        #expect(changes.acquisitions.isEmpty && changes.deletedTemplate == nil)
    }

    @Test(arguments: [
        ("delete-launch-template", "lt-0a1b2c3d4e5f60001"), ("delete-launch-template-by-name", "lt-0a1b2c3d4e5f60002"),
    ])
    func deletedTemplates(name: String, template: String) throws {
        let changes = try #require(UsageChanges(try Sample.event(name)))
        #expect(changes.deletedTemplate?.text == template)
        #expect(changes.acquisitions.isEmpty && changes.releases.isEmpty)
    }

    @Test func aVersionWithoutAnImageUsesNone() throws {
        let event = try Sample.call(
            "CreateLaunchTemplate",
            request: #"{"LaunchTemplateData":{}}"#,
            response: #"{"launchTemplate":{"launchTemplateId":"lt-1"}}"#
        )
        #expect(UsageChanges(event) == nil)
    }

    @Test func onlyTrackedImagesRemain() throws {
        let changes = try #require(UsageChanges(try Sample.event("run-instances-auto-scaling")))
        let resolved = changes.resolved([.id(otherImage): otherImage])
        #expect(resolved.acquisitions.map(\.resource.id) == ["i-0a1b2c3d4e5f60006"])
        #expect(resolved.acquisitions.map(\.image) == [otherImage])
    }

    @Test(arguments: [
        Resource.instance(SampleTests.instance(1)), .launchTemplateVersion(template, 3),
        .launchConfiguration(.init(checked: "a/b#c -")), .autoScalingGroup(.init(checked: "a/b#c - é")),
        .ec2Fleet(.init(checked: "fleet-0a1b2c3d-4e5f-6000-8000-1234567890ab")),
        .spotFleetRequest(.init(checked: "sfr-0a1b2c3d-4e5f-6000-8000-1234567890ab")),
        .imageRecipe(.init(checked: "arn:aws:imagebuilder:eu-central-1:444455556666:image-recipe/web/1.0.0")),
        .containerRecipe(.init(checked: "arn:aws-cn:imagebuilder:cn-north-1:444455556666:container-recipe/web/1.2.3")),
        .parameter(.init(checked: "/golden/ami-2026.11_a")),
    ])
    func keysComeBack(resource: Resource) {
        let mapping = resource.mappingKey(using: image)
        #expect(mapping.resource == resource)
        #expect(mapping.image == (resource.kind.usesSeveralImages ? image : nil))
        #expect((resource.mappingKey(using: otherImage) != mapping) == resource.kind.usesSeveralImages)
        #expect(Resource(kind: resource.kind, id: resource.id) == resource)
        let key = UsageRow.Key(account: consumer, image: image, resource: resource)
        #expect(UsageRow.Key(account: consumer, sortKey: key.sortKey) == key)
    }

    @Test(arguments: [
        "", "ami-1", "ami-1#instance", "x#instance#i-1", "ami-1#boat#i-1", "ami-1#instance#lt-1",
        "ami-1#launch-template#lt-1", "ami-1#launch-template#lt-1/x", "ami-1#launch-template#lt-1/0",
        "ami-1#launch-configuration#", "ami-1#auto-scaling-group#", "ami-1#ec2-fleet#i-1", "ami-1#ec2-fleet#fleet-",
        "ami-1#spot-fleet-request#fleet-1", "ami-1#image-recipe#web", "ami-1#parameter#a b",
        "ami-1#image-recipe#arn:aws:imagebuilder:eu-central-1:444455556666:container-recipe/web/1.0.0",
        "ami-1#image-recipe#arn:aws:imagebuilder:eu-central-1:444455556666:image-recipe/web",
        "ami-1#container-recipe#arn:aws:ec2:eu-central-1:444455556666:container-recipe/web/1.0.0",
    ])
    func otherKeysAreRefused(sortKey: String) {
        #expect(UsageRow.Key(account: consumer, sortKey: sortKey) == nil)
    }

    @Test(arguments: [
        MappingKey.template(template), MappingKey(resourceID: "sweep", part: "-"),
        MappingKey(resourceID: "sweep", part: "lease"), MappingKey(resourceID: "boat#1", part: "-"),
        MappingKey(resourceID: "instance#i-1", part: "-"), MappingKey(resourceID: "launch-configuration#a", part: "1"),
        MappingKey(resourceID: "parameter#a", part: "-"), MappingKey(resourceID: "parameter#", part: "ami-1"),
    ])
    func otherKeysStandForNoResource(key: MappingKey) { #expect(key.resource == nil) }
}
