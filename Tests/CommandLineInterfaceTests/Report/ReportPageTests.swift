import Governance
import Testing

@testable import CommandLineInterface

#if canImport(Glibc)
    import Glibc
#endif

struct ReportPageTests {
    private func page(_ change: (inout ReportData) -> Void = { _ in }) -> String {
        var fixture = ReportFixture()
        var data = fixture.data(images: 40, accounts: 12)
        change(&data)
        return ReportPage(data: data, links: ConsoleLinks(host: "console.aws.amazon.com", region: data.region)).html
    }

    @Test func `a page to look at is written where REPORT_SAMPLE says`() throws {
        guard let path = getenv("REPORT_SAMPLE") else { return }
        var fixture = ReportFixture()
        var data = fixture.data(images: 420, accounts: 24)
        data.omissions = ["2 items of the tables cannot be read."]
        if let used = data.images.firstIndex(where: { !$0.usage.isEmpty }) { data.images[used].state = "deregistered" }
        let page = ReportPage(data: data, links: ConsoleLinks(host: "console.aws.amazon.com", region: data.region))
        try OutputFile.write(page.html, to: String(cString: path))
    }

    @Test(arguments: [
        "<script>alert(1)</script>", "\" onmouseover=\"alert(1)", "'><img src=x onerror=alert(1)>", "a&b;c",
    ])
    func `texts from elsewhere stay texts`(text: String) {
        let page = page { data in
            data.images[0].name = text
            data.images[0].doubts = [text]
            data.omissions = [text]
        }
        #expect(!page.contains(text))
        #expect(page.contains(Display.html(text)))
        // One script and one style: the page's own.
        #expect(page.components(of: "<script").count == 2)
    }

    @Test func `images that are gone and still used are told in the heading, a tile, a section and the list`() {
        let page = page { data in
            let used = data.images.indices.filter { !data.images[$0].usage.isEmpty }
            data.images[used[0]].state = "deregistered"
        }
        #expect(page.contains("<span>39 images, and 1 deregistered</span>"))
        #expect(page.contains("<a href=\"#broken\">Deregistered, and still used</a></dt><dd>1</dd>"))
        #expect(page.contains("<h2 id=\"broken-title\">Deregistered, and still used</h2>"))
        #expect(page.contains("<tr data-tags=\"gone\">"))
        #expect(page.contains("data-filter=\"gone\""))
        #expect(page.contains("deregistered already <b>1</b>"))
        #expect(
            page.contains("<span class=\"pill use\">still used</span> <span class=\"why\">deregistered already</span>")
        )
    }

    @Test(arguments: [
        (10, [], Possession.noMatter, "pill clear\">known"), (10, [], .since(.ago(hours: 11)), "pill clear\">known"),
        (10, ["fleets"], .noMatter, "pill unknown\">swept in part</span> <span class=\"why\">without fleets"),
        (50, [], .noMatter, "pill unknown\">swept too long ago"),
        (10, [], .since(.ago(hours: 9)), "pill unknown\">not swept since it got an image"),
        (10, [], .found(.ago(hours: 9)), "pill unknown\">not swept since it was found to have an image"),
        (10, [], .notRecorded(isLost: false), "pill unknown\">perhaps not swept since it got an image"),
    ])
    func `an account says why its use is not known`(
        hours: Int64,
        skipped: [String],
        possession: Possession,
        words: String
    ) {
        let fixture = ReportFixture()
        let id = AccountID("222222222201")!
        let started = EventTime.ago(hours: hours)
        let record = CoverageRecord(
            account: id,
            region: fixture.region,
            lastSweep: .init(started: started, completed: started, skipped: skipped, resources: 3)
        )
        let coverage = AccountCoverage(
            of: id,
            .record(record),
            now: fixture.now,
            maximumAgeHours: 48,
            possession: possession
        )
        var data: ReportData?
        let page = page {
            $0.accounts = [AccountStanding(id: id, coverage: coverage)]
            data = $0
        }
        #expect(page.contains("<span class=\"" + words + "</span>"))
        #expect(data?.unknownAccounts.isEmpty == words.hasPrefix("pill clear"))
    }

    @Test func `of images that are gone nothing is said where there are none`() {
        let page = page()
        #expect(page.contains("<span>40 images</span>"))
        for marker in ["#broken", "data-filter=\"gone\"", "deregistered already"] {
            #expect(!page.contains(marker), "\(marker)")
        }
    }

    @Test func `on a phone the labels of numbers are where all others are`() throws {
        let narrow = try #require(ReportPage.style.components(of: "@media (max-width: 46rem)").last)
        #expect(narrow.contains("tbody .number { text-align: left; }"))
    }

    @Test func `nothing is fetched`() {
        let page = page()
        for marker in ["src=", "@import", "url(", "<link", "<iframe", "fetch(", "XMLHttpRequest", "innerHTML"] {
            #expect(!page.contains(marker), "\(marker)")
        }
        #expect(page.contains("default-src &#39;none&#39;"))
    }
}

extension String {
    fileprivate func components(of separator: String) -> [Substring] {
        var parts: [Substring] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return parts + [rest]
    }
}

extension EventTime {
    /// So long before the report.
    fileprivate static func ago(hours: Int64) -> EventTime { ReportFixture().now.advanced(bySeconds: -hours * 3600) }
}
