import AWSServices
import TestSupport
import Testing

@testable import DistributionResource

@Suite struct DistributionSettingsTests {
    /// A configuration with much that the template does not speak of.
    static let present = #"""
        [{"region":"eu-central-1",
          "amiDistributionConfiguration":{"name":"own {{ imagebuilder:buildDate }}","description":"kept",
            "targetAccountIds":["333333333333"],"amiTags":{"Owner":"them"},
            "launchPermission":{"userGroups":["all"],"userIds":["444444444444"]}},
          "launchTemplateConfigurations":[{"launchTemplateId":"lt-0123456789abcdef0"}],"memberOfTomorrow":{"a":1}},
         {"region":"us-east-1","containerDistributionConfiguration":
            {"targetRepository":{"service":"ECR","repositoryName":"r"}}}]
        """#

    static func settings(_ text: String = present) throws -> DistributionSettings {
        DistributionSettings(description: "of before", distributions: try Fixtures.json(text).array ?? [])
    }

    @Test func whatIsNamedChangesAndTheRestStays() throws {
        let desired = try Fixtures.desired(
            ["KmsKeyIds": .object(["eu-central-1": .string("alias/images")])],
            publishing: ["222222222222", "111111111111"]
        )
        let (settings, fields) = try Self.settings().applying(desired)
        #expect(
            settings.distributions[0]
                == (try Fixtures.json(
                    #"""
                    {"region":"eu-central-1",
                      "amiDistributionConfiguration":{"name":"own {{ imagebuilder:buildDate }}","description":"kept",
                        "targetAccountIds":["222222222222","111111111111"],"kmsKeyId":"alias/images",
                        "amiTags":{"Owner":"them","PublishTargets":"222222222222,111111111111",
                          "SharingTargets":"444444444444,all"},
                        "launchPermission":{"userGroups":["all"],"userIds":["444444444444"]}},
                      "launchTemplateConfigurations":[{"launchTemplateId":"lt-0123456789abcdef0"}],
                      "memberOfTomorrow":{"a":1}}
                    """#
                ))
        )
        #expect(settings.description == "of before")
        #expect(settings.distributions[1] == (try Self.settings().distributions[1]))
        #expect(
            Set(fields.map(\.description)) == [
                "eu-central-1 targetAccountIds", "eu-central-1 kmsKeyId", "eu-central-1 amiTags.PublishTargets",
                "eu-central-1 amiTags.SharingTargets",
            ]
        )
    }

    @Test func anEmptyListTakesTheMemberAwayAndItsTag() throws {
        let desired = try Fixtures.desired(publishing: [], sharing: [])
        let image = try Self.settings().applying(desired).settings["eu-central-1"]?[FieldPath.image]
        #expect(image?["targetAccountIds"] == nil)
        #expect(image?["launchPermission"] == (try Fixtures.json(#"{"userGroups":["all"]}"#)))
        #expect(image?["amiTags"] == (try Fixtures.json(#"{"Owner":"them","SharingTargets":"all"}"#)))
    }

    @Test func emptyObjectsAreNotSent() throws {
        let present = DistributionSettings(distributions: [
            try Fixtures.json(
                #"{"region":"eu-central-1","amiDistributionConfiguration":{"name":"abc","launchPermission":{"userIds":["444444444444"]}}}"#
            )
        ])
        let image = try present.applying(try Fixtures.desired(sharing: [])).settings["eu-central-1"]?[FieldPath.image]
        #expect(image == (try Fixtures.json(#"{"name":"abc"}"#)))
    }

    @Test func aNewRegionHasAnOutputWhateverIsNamed() throws {
        let settings = try DistributionSettings(distributions: []).applying(try Fixtures.desired()).settings
        #expect(
            settings.distributions
                == [try Fixtures.json(#"{"region":"eu-central-1","amiDistributionConfiguration":{}}"#)]
        )
    }

    @Test func otherRegionsGoOnlyWhenAsked() throws {
        let kept = try Self.settings().applying(try Fixtures.desired()).settings
        #expect(kept.regions == ["eu-central-1", "us-east-1"])
        let desired = try Fixtures.desired(["RemoveOtherRegions": .string("true")])
        let (settings, fields) = try Self.settings().applying(desired)
        #expect(settings.regions == ["eu-central-1"])
        #expect(fields.contains(.wholeRegion("us-east-1")))
        #expect(settings.reverting(fields, to: try Self.settings()).isEquivalent(to: try Self.settings()))
    }

    @Test func othersChangesSurviveReverting() throws {
        let before = try Self.settings()
        var (settings, fields) = try before.applying(try Fixtures.desired(publishing: ["222222222222"]))
        settings["eu-central-1"]?.set(.string("theirs"), at: [FieldPath.image, "description"])
        settings["eu-west-3"] = try Fixtures.json(
            #"{"region":"eu-west-3","amiDistributionConfiguration":{"name":"abc"}}"#
        )
        let reverted = settings.reverting(fields, to: before)
        #expect(reverted["eu-central-1"]?[[FieldPath.image, "description"]] == .string("theirs"))
        #expect(
            reverted["eu-central-1"]?[[FieldPath.image, "targetAccountIds"]] == JSONValue(strings: ["333333333333"])
        )
        #expect(reverted.regions == ["eu-central-1", "us-east-1", "eu-west-3"])
    }

    @Test func aRegionThatOthersUseNowStaysWhenTheTemplateGivesItUp() throws {
        let before = try Self.settings()
        let desired = try Fixtures.desired(regions: ["eu-west-1"], publishing: ["222222222222"])
        var (settings, fields) = try before.applying(desired)
        #expect(settings.reverting(fields, to: before).regions == before.regions)
        settings["eu-west-1"]?.set(.string("theirs"), at: [FieldPath.image, "description"])
        #expect(
            settings.reverting(fields, to: before)["eu-west-1"]
                == (try Fixtures.json(
                    #"{"region":"eu-west-1","amiDistributionConfiguration":{"description":"theirs"}}"#
                ))
        )
    }

    @Test func orderMakesNoDifference() throws {
        var other = try Self.settings()
        other.distributions.reverse()
        other["eu-central-1"]?.set(
            try Fixtures.json(#"{"userIds":["444444444444"],"userGroups":["all"]}"#),
            at: [FieldPath.image, "launchPermission"]
        )
        #expect(other.isEquivalent(to: try Self.settings()))
        other["eu-central-1"]?.set(.string("x"), at: [FieldPath.image, "name"])
        #expect(!other.isEquivalent(to: try Self.settings()))
    }

    @Test func moreTagsThanTheServiceTakesAreAnError() throws {
        let tags = Dictionary(uniqueKeysWithValues: (1...49).map { ("k\($0)", JSONValue.string("v")) })
        let desired = try Fixtures.desired(["AmiTags": .object(tags)], publishing: ["222222222222"])
        let error = #expect(throws: PropertyError.self) { try Self.settings().applying(desired) }
        #expect(error?.description == "AmiTags: AMIs in eu-central-1 would have 52 tags; at most 50 are possible")
    }

    @Test func fieldsSurviveTheirDocument() throws {
        let fields = try Self.settings().applying(
            try Fixtures.desired(
                ["ImageBuilderName": .string("base"), "RemoveOtherRegions": .string("true")],
                regions: ["eu-central-1", "eu-west-1"],
                publishing: ["222222222222"]
            )
        ).fields
        #expect(FieldPath.fields(in: FieldPath.document(fields)) == fields)
    }

    // MARK: Properties, over random configurations and templates

    @Test(arguments: 0..<400)
    func applyingTwiceIsApplyingOnceAndRevertingIsExact(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let original = RandomSettings.settings(&random)
        let desired = try RandomSettings.desired(&random)
        let (applied, fields) = try original.applying(desired)

        #expect(try applied.applying(desired).settings.isEquivalent(to: applied))
        #expect(applied.reverting(fields, to: original).isEquivalent(to: original))
        for distribution in applied.distributions { #expect(distribution.hasOutput) }
    }

    /// However often a template changes, the result is that of the last one alone, and giving it up gives what was first.
    @Test(arguments: 0..<200)
    func onlyTheLastTemplateCounts(_ seed: Int) throws {
        var random = SeededGenerator(seed: UInt64(seed))
        let original = RandomSettings.settings(&random)
        var settings = original
        var fields: Set<FieldPath> = []
        var last: DesiredDistribution?
        for _ in 0..<4 {
            let desired = try RandomSettings.desired(&random)
            (settings, fields) = try settings.reverting(fields, to: original).applying(desired)
            last = desired
        }
        #expect(try settings.isEquivalent(to: original.applying(#require(last)).settings))
        #expect(settings.reverting(fields, to: original).isEquivalent(to: original))
    }
}
