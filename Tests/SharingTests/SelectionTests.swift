import Governance
import Sharing
import TestSupport
import Testing

@Suite("Which images are chosen")
struct SelectionTests {
    private func group(
        _ filters: [ImageFilter] = [],
        newest: Int? = nil,
        maximumAge: String? = nil,
        nameGlob: String? = nil
    ) throws -> ImageGroup {
        ImageGroup(
            name: "g",
            regions: [try Sample.region()],
            filters: filters,
            newest: newest,
            maximumAge: maximumAge.flatMap { MaximumAge($0) },
            nameGlob: nameGlob.flatMap { Glob($0) }
        )
    }

    private func images() throws -> [SourceImage] {
        [
            try Sample.image("ami-1", name: "web-1", created: "2026-09-01T00:00:00.000Z", tags: ["os": "linux"]),
            try Sample.image("ami-2", name: "web-2", created: "2026-11-01T00:00:00.000Z", tags: ["os": "linux"]),
            try Sample.image("ami-3", name: "db-1", created: "2026-11-02T00:00:00.000Z", tags: ["os": "windows"]),
            try Sample.image("ami-4", name: "web-3", created: nil),
        ]
    }

    static let filters: [(filter: ImageFilter, passing: [String])] = [
        (ImageFilter(property: .tag("os"), value: "linux"), ["ami-2", "ami-1"]),
        (ImageFilter(property: .tag("os"), value: "linux", isInverted: true), ["ami-3", "ami-4"]),
        (ImageFilter(property: .tag("gone"), value: ""), []),
        (ImageFilter(property: .tag("gone"), value: "", isInverted: true), ["ami-3", "ami-2", "ami-1", "ami-4"]),
        (ImageFilter(property: .name, value: "web-1"), ["ami-1"]),
        (ImageFilter(property: .name, value: "web-*"), []),
        (ImageFilter(property: .id, value: "ami-3"), ["ami-3"]),
        (ImageFilter(property: .id, value: "ami-3", isInverted: true), ["ami-2", "ami-1", "ami-4"]),
    ]

    @Test("A filter compares the whole value; inverted it passes the others", arguments: filters.indices)
    func filter(_ index: Int) throws {
        let (filter, passing) = Self.filters[index]
        let chosen = try group([filter]).selection(from: images(), at: Sample.now)
        #expect(chosen.map(\.id.text) == passing)
    }

    @Test("All filters have to pass")
    func together() throws {
        let filters = [
            ImageFilter(property: .tag("os"), value: "linux"),
            ImageFilter(property: .name, value: "web-2", isInverted: true),
        ]
        #expect(try group(filters).selection(from: images(), at: Sample.now).map(\.id.text) == ["ami-1"])
    }

    @Test("The newest come first, of the same date the lesser id, however they were listed")
    func newest() throws {
        var random = SeededGenerator(seed: 7)
        let dates = ["2026-11-01T00:00:00.000Z", "2026-11-02T00:00:00.000Z", "2026-11-02T00:00:00Z"]
        let images = try (0..<30).map { try Sample.image("ami-\(100 + $0)", created: dates[$0 % 3]) }
        let expected = try group(newest: 5).selection(from: images, at: Sample.now).map(\.id.text)
        #expect(expected == ["ami-101", "ami-102", "ami-104", "ami-105", "ami-107"])
        for _ in 0..<20 {
            let shuffled = images.shuffled(using: &random)
            #expect(try group(newest: 5).selection(from: shuffled, at: Sample.now).map(\.id.text) == expected)
        }
    }

    @Test("An image that is too old, or of no known age, is not chosen")
    func age() throws {
        let now = try #require(Sample.image("ami-0", created: "2026-11-03T00:00:00.000Z").created)
        #expect(try group(maximumAge: "24h").selection(from: images(), at: now).map(\.id.text) == ["ami-3"])
        #expect(try group(maximumAge: "2d").selection(from: images(), at: now).map(\.id.text) == ["ami-3", "ami-2"])
        #expect(try group(maximumAge: "23h").selection(from: images(), at: now).isEmpty)
    }

    @Test(
        "Names with wildcards",
        arguments: [
            ("web-*", "web-", true), ("web-*", "web", false), ("*-prod", "a-b-prod", true), ("w?b", "wéb", true),
            ("w?b", "wb", false), ("*a*b*", "xxaxxbxx", true), ("*a*b", "ab a", false), ("Web", "web", false),
            ("*", "", true),
        ]
    )
    func globs(_ pattern: String, _ text: String, _ matches: Bool) throws {
        #expect(try #require(Glob(pattern)).matches(text) == matches)
    }

    @Test("Wishes are by image and target; what matches nothing is told")
    func wishes() throws {
        let region = try Sample.region()
        let web = ImageGroup(name: "web", regions: [region], filters: [], nameGlob: Glob("web-*"))
        let latest = ImageGroup(
            name: "latest",
            regions: [region],
            filters: [ImageFilter(property: .id, value: "ami-2")]
        )
        let none = ImageGroup(name: "none", regions: [region], filters: [ImageFilter(property: .name, value: "x")])
        let manifest = ShareManifest(
            source: SourceAccount(access: Sample.access(try Sample.account(1)), postShareTags: [:]),
            targets: [
                try Sample.target(3, alias: "zeta", groups: [latest, web]), try Sample.target(2, groups: [none, web]),
            ]
        )
        let (wishes, empty) = manifest.wishes(from: [region: try images()], at: Sample.now)
        #expect(
            wishes.map { "\($0.image.id) \($0.target.label) \($0.groups)" } == [
                "ami-2 zeta [\"latest\", \"web\"]", "ami-2 222222222222 [\"web\"]",
            ]
        )
        #expect(
            empty.map(\.description) == [
                "no available image in eu-central-1 matches the group none of 222222222222"
            ]
        )
    }
}
