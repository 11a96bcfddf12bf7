import Governance
import Sharing
import Testing
import YAML

@Suite("The manifest")
struct ManifestTests {
    static let environment: [String: String] = [
        "Source": "111111111111", "Odd": "a: b # c\n- d", "External": "ex-1",
    ]

    static let whole = """
        source-account:
          id: {{ .Source }}
          alias: registry
          assume-role: arn:aws:iam::111111111111:role/share/provider
          external-id: "{{ .External }}"
          post-share-tags:
            status: shared
            odd: {{ .Odd }}
        target-accounts:
          - id: 222222222222
            alias: dev
            assume-role: share/consumer
            external-id: dev-1
            kms: grant
            keep-tags: ["team:*"]
            regions: [eu-central-1, us-east-1]
            amis:
              web:
                regions:
                  - us-east-1
                newest: 3
                max-age: 90d
                name-glob: "web-*"
                filters:
                  - property: tag:os
                    value: linux
                  - {property: AMIName, value: web-1, invert: true}
              db:
                filters:
                  - property: ID
                    value: ami-0123456789abcdef0
        organizations:
          - arn: arn:aws:organizations::111111111111:organization/o-a1b2c3d4e5
            alias: everybody
            amis:
              web:
                regions: [eu-central-1]
                newest: all
                name-glob: base-*
        organizational-units:
          - arn: arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-34567890
            regions: [eu-central-1]
            amis: {base: {filters: [{property: "tag:a:b", value: ""}]}}

        """

    static func read(_ text: String) throws(ManifestFaults) -> ShareManifest {
        try ShareManifest(Array(text.utf8), file: "config.yaml") { environment[$0] }
    }

    @Test("Every field is read")
    func everything() throws {
        let manifest = try Self.read(Self.whole)
        let source = manifest.source
        #expect(source.access.id.value.text == "111111111111")
        #expect(source.access.id.position == YAMLPosition(line: 2, column: 7))
        #expect(source.access.alias?.value == "registry")
        #expect(source.access.role?.text == "arn:aws:iam::111111111111:role/share/provider")
        #expect(source.access.externalID == "ex-1")
        #expect(source.postShareTags == ["status": "shared", "odd": "a: b # c\n- d"])
        #expect(manifest.targets.map(\.label) == ["dev", "everybody", "ou-ab12-34567890"])
        let dev = manifest.targets[0]
        #expect(dev.principal.description == "account#222222222222")
        #expect(dev.grantsKeys)
        #expect(dev.keptTags.map(\.pattern) == ["team:*"])
        #expect(dev.access?.externalID == "dev-1")
        #expect(manifest.planTargets[0].account?.role == "arn:aws:iam::222222222222:role/share/consumer")
        #expect(dev.groups.map(\.name) == ["db", "web"])
        #expect(dev.groups[0].regions.map(\.text) == ["eu-central-1", "us-east-1"])
        #expect(dev.groups[0].newest == 1)
        #expect(dev.groups[0].filters == [ImageFilter(property: .id, value: "ami-0123456789abcdef0")])
        let web = dev.groups[1]
        #expect(web.regions.map(\.text) == ["us-east-1"])
        #expect(web.newest == 3)
        #expect(web.maximumAge?.hours == 90 * 24)
        #expect(web.nameGlob?.pattern == "web-*")
        #expect(web.filters[0] == ImageFilter(property: .tag("os"), value: "linux"))
        #expect(web.filters[1] == ImageFilter(property: .name, value: "web-1", isInverted: true))
        let organization = manifest.targets[1]
        #expect(organization.principal.identifier == "o-a1b2c3d4e5")
        #expect(organization.access == nil)
        #expect(organization.groups[0].newest == nil)
        let unit = manifest.targets[2]
        #expect(unit.groups[0].filters == [ImageFilter(property: .tag("a:b"), value: "")])
        #expect(manifest.regions.map(\.text) == ["eu-central-1", "us-east-1"])
    }

    @Test("The digest is that of the values, not of comments and layout")
    func digest() throws {
        let first = try Self.read(Self.whole).digest
        #expect(try Self.read("# a comment\n" + Self.whole).digest == first)
        #expect(try Self.read(Self.whole.replacing("newest: 3", with: "newest: 4")).digest != first)
        #expect(first.count == 64)
        let tags = ["status: shared", "statu: sshared", "status: s", "status: ''"]
        let digests = try tags.map { try Self.read(Self.whole.replacing("status: shared", with: $0)).digest }
        #expect(Set(digests).count == tags.count)
    }

    /// A part of the whole manifest, what takes its place, and what is said to that.
    static let faults: [(part: String, replacement: String, message: String)] = [
        ("  alias: registry", "  aliass: registry", "3:3: unknown key \"aliass\"; did you mean \"alias\"?"),
        (
            "        max-age: 90d", "        zzz: 90d",
            "22:9: unknown key \"zzz\"; known are regions, newest, max-age, name-glob, filters"
        ),
        ("id: {{ .Source }}", "id: {{ .Missing }}", "2:7: the environment variable Missing is not set"),
        ("id: {{ .Source }}", "id: 12345", "2:7: id is \"12345\", which is not an account id (12 digits)"),
        ("id: {{ .Source }}", "id:", "2:6: id has no value"),
        ("id: {{ .Source }}", "id: [1]", "2:7: id is to be a single value, no list and no mapping"),
        ("  id: {{ .Source }}\n", "", "2:3: source-account has no \"id\""),
        (
            "alias: registry", "alias: Registry",
            "3:10: alias is \"Registry\", which is not an account alias: 3 to 63 lower-case letters, digits and single hyphens between them"
        ),
        (
            "arn:aws:iam::111111111111:role/share/provider", "arn:aws:iam::222222222222:role/x",
            "4:16: assume-role is a role of account 222222222222, not of 111111111111"
        ),
        (
            "arn:aws:iam::111111111111:role/share/provider", "arn:aws:iam::111111111111:user/x",
            "4:16: assume-role is \"arn:aws:iam::111111111111:user/x\", which is not the name or the ARN of a role"
        ),
        ("status: shared", "aws:status: shared", "7:5: the tag \"aws:status\" is set by AWS or by sharing itself"),
        (
            "status: shared", "SharedWith-dev: x",
            "7:5: the tag \"SharedWith-dev\" is set by AWS or by sharing itself"
        ),
        (
            "    status: shared\n    odd: {{ .Odd }}", "    - a",
            "7:5: post-share-tags is to be a mapping of names and values"
        ),
        ("id: 222222222222", "id: 111111111111", "10:9: account 111111111111 is the source; its images are its own"),
        ("    assume-role: share/consumer\n", "", "10:5: a target account has no \"assume-role\""),
        (
            "external-id: dev-1", "external-id: not for others",
            "13:18: external-id is not an external id: 2 to 1224 letters, digits and _+=,.@:/-"
        ),
        ("kms: grant", "kms: yes", "14:10: kms is \"yes\", which is not \"grant\" or \"none\""),
        (
            "[eu-central-1, us-east-1]", "[eu-central-1, Frankfurt]",
            "16:29: a region is \"Frankfurt\", which is not a region"
        ),
        (
            "[eu-central-1, us-east-1]", "[us-east-1, us-east-1]",
            "16:26: the region us-east-1 is in the list already, at 16:15"
        ),
        ("newest: 3", "newest: 0", "21:17: newest is \"0\", which is not a number from 1 to 10000, or \"all\""),
        (
            "max-age: 90d", "max-age: 90",
            "22:18: max-age is \"90\", which is not a number of hours, days or weeks, such as 36h, 90d or 2w"
        ),
        (
            "property: tag:os", "property: Tag:os",
            "25:23: property is \"Tag:os\", which is not one of tag:<name>, AMIName, ID"
        ),
        ("            value: linux\n", "", "25:13: a filter has no \"value\""),
        ("invert: true", "invert: maybe", "27:55: invert is \"maybe\", which is not true or false"),
        ("value: ami-0123456789abcdef0", "value: i-1", "31:20: value is \"i-1\", which is not an image id (ami-…)"),
        (
            "      db:\n        filters:\n          - property: ID\n            value: ami-0123456789abcdef0",
            "      db:\n        filters: []", "29:18: filters is an empty list"
        ),
        (
            "      db:\n        filters:\n          - property: ID\n            value: ami-0123456789abcdef0",
            "      db: {}", "28:7: the group \"db\" has neither \"filters\" nor \"name-glob\""
        ),
        (
            "organizations:\n  - arn", "organizations: []\nx-ignored:\n  - arn",
            "32:16: organizations is an empty list"
        ),
        (
            "    regions: [eu-central-1]\n    amis: {base", "    amis: {base",
            "42:12: the group \"base\" has no \"regions\", and its target has none either"
        ),
        (
            "    amis: {base: {filters: [{property: \"tag:a:b\", value: \"\"}]}}\n", "",
            "41:5: an organizational unit has no \"amis\": nothing is to be shared with it"
        ),
        (
            "amis: {base: {filters: [{property: \"tag:a:b\", value: \"\"}]}}", "amis: {}",
            "43:11: \"amis\" is to name at least one group of images"
        ),
        (
            "arn: arn:aws:organizations::111111111111:ou/o-a1b2c3d4e5/ou-ab12-34567890", "arn: ou-1",
            "41:10: arn is \"ou-1\", which is not the ARN of an organizational unit"
        ),
        ("alias: everybody", "alias: dev", "33:5: the alias \"dev\" is that of another target already, at 10:9"),
    ]

    @Test("What is wrong is told with file, line and column", arguments: faults.indices)
    func fault(_ index: Int) throws {
        let (part, replacement, message) = Self.faults[index]
        try #require(Self.whole.contains(part))
        let text = Self.whole.replacing(part, with: replacement, maxReplacements: 1)
        let faults = #expect(throws: ManifestFaults.self) { try Self.read(text) }
        let lines = try #require(faults).description.split(separator: "\n")
        #expect(lines.contains { $0 == "config.yaml:\(message)" }, "\(lines)")
    }

    @Test("All faults are told at once, in the order of the file")
    func allFaults() throws {
        let text = "target-accounts:\n  - idd: 1\nsource-account:\n  id: x\nother: 1\n"
        let faults = #expect(throws: ManifestFaults.self) { try Self.read(text) }
        #expect(
            try #require(faults).faults.map(\.position.line) == [2, 2, 2, 2, 4, 5]
        )
    }

    @Test("Variables that are not set, keys that are there twice and all else are told at once")
    func faultsOfTheText() throws {
        let text = """
            source-account:
              id: {{ .NoSource }}
              alias: Registry
              alias: registry
              post-share-tags: {a: "{{ .One }}-{{ .Two }}", a: x}
            target-accounts:
              - id: {{ Dev }}
                assume-role: {{ .NoRole }}
                kms: maybe
                regions: [{{ .NoRegion }}]
                amis: {web: {name-glob: "web-*", newest: 0}}
              - id: *dev
                assume-role: !secret role
                amis: {web: {name-glob: x}}
            organizations: {{ .NoList }}
            """
        let faults = #expect(throws: ManifestFaults.self) { try Self.read(text) }
        #expect(
            try #require(faults).description.split(separator: "\n") == [
                "config.yaml:2:7: the environment variable NoSource is not set",
                "config.yaml:3:10: alias is \"Registry\", which is not an account alias: 3 to 63 lower-case letters, digits and"
                    + " single hyphens between them",
                "config.yaml:4:3: the key \"alias\" is there already, at 3:3",
                "config.yaml:5:25: the environment variable One is not set",
                "config.yaml:5:36: the environment variable Two is not set",
                "config.yaml:5:49: the key \"a\" is there already, at 5:21",
                "config.yaml:7:9: \"{{ Dev }}\" is not a placeholder; one is {{ .Name }}, filled from the environment",
                "config.yaml:8:18: the environment variable NoRole is not set",
                "config.yaml:9:10: kms is \"maybe\", which is not \"grant\" or \"none\"",
                "config.yaml:10:15: the environment variable NoRegion is not set",
                "config.yaml:11:46: newest is \"0\", which is not a number from 1 to 10000, or \"all\"",
                "config.yaml:12:9: nothing is named &dev before this alias",
                "config.yaml:13:18: the tag \"!secret\" is not supported here",
                "config.yaml:14:12: the group \"web\" has no \"regions\", and its target has none either",
                "config.yaml:15:16: the environment variable NoList is not set",
            ]
        )
    }

    @Test("What is wrong before the text cannot be read on is told with that")
    func faultsBeforeTheEnd() throws {
        let text = "source-account:\n  id: {{ .None }}\n  id: x\ntarget-accounts: [\n"
        let faults = #expect(throws: ManifestFaults.self) { try Self.read(text) }
        #expect(try #require(faults).faults.map(\.position.line) == [2, 3, 5])
    }

    @Test("A manifest that shares with nobody, twice with the same, or is none at all")
    func others() throws {
        func message(_ text: String) -> String? {
            do throws(ManifestFaults) {
                _ = try Self.read(text)
                return nil
            } catch {
                return error.description
            }
        }
        #expect(
            message("source-account: {id: 111111111111}\n")
                == "config.yaml:1:1: the manifest shares with nobody: it has none of \"target-accounts\", "
                + "\"organizations\", \"organizational-units\""
        )
        let target = "  - {id: 222222222222, assume-role: r, regions: [us-east-1], amis: {a: {name-glob: x}}}\n"
        #expect(message("source-account: {id: 111111111111}\ntarget-accounts:\n\(target)") == nil)
        #expect(
            message("source-account: {id: 111111111111}\ntarget-accounts:\n\(target)\(target)")
                == "config.yaml:4:10: account 222222222222 is a target already, at 3:10"
        )
        #expect(message("- a\n") == "config.yaml:1:1: the manifest is to be a mapping of keys and values")
        #expect(message("a: [\n") == "config.yaml:2:1: did not find expected node content while parsing a flow node")
    }
}
