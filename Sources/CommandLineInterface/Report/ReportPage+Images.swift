import Governance

extension ReportPage {
    /// So many rows have the short lists; the list of all images has the rest.
    private static let shortList = 25
    /// So many resources of a kind and account are named.
    static let namedResources = 10

    var breaking: HTML {
        let images = data.breaking
        let body: HTML =
            images.isEmpty ? "<p class=\"none\">Nothing that is known.</p>\n" : used("breaking", "What breaks", images)
        return """
            <section id="breaking" aria-labelledby="breaking-title">
            <h2 id="breaking-title">Deregistration would break something</h2>
            \(body)\(more(images.count))</section>

            """
    }

    /// Nil where there is nothing of the kind.
    var broken: HTML? {
        let images = data.broken
        guard !images.isEmpty else { return nil }
        return """
            <section id="broken" aria-labelledby="broken-title">
            <h2 id="broken-title">Deregistered, and still used</h2>
            <p class="lead">Broken, or not to be launched anew, already.</p>
            \(used("broken", "What is broken", images))\(more(images.count))</section>

            """
    }

    /// What uses images, those that come first.
    private func used(_ id: String, _ heading: String, _ images: [ReportData.Image]) -> HTML {
        table(
            id,
            [
                .init("Image"), .init("Resources", .number), .init("Accounts", .number), .init(heading),
                .init("Last launched", .time),
            ],
            images.prefix(Self.shortList).map { image in
                """
                <tr>\(nameCell(image))\
                <td data-label="Resources" class="number">\(image.resourceCount)</td>\
                <td data-label="Accounts" class="number">\(image.usage.count)</td>\
                <td data-label="\(heading)">\(kinds(image))</td>\(timeCell("Last launched", image.lastLaunched))</tr>

                """
            }
        )
    }

    var stale: HTML {
        let images = data.stale
        let body: HTML =
            images.isEmpty
            ? "<p class=\"none\">None.</p>\n"
            : table(
                "stale",
                [
                    .init("Image"), .init("If deregistered"), .init("Last launched", .time), .init("Created", .time),
                    .init("Shared with"),
                ],
                images.prefix(Self.shortList).map { image in
                    """
                    <tr>\(nameCell(image))<td data-label="If deregistered">\(consequence(image))</td>\
                    \(timeCell("Last launched", image.lastLaunched))\(timeCell("Created", image.created))\
                    <td data-label="Shared with">\(sharedWith(image))</td></tr>

                    """
                }
            )
        return """
            <section id="stale" aria-labelledby="stale-title">
            <h2 id="stale-title">Stale images</h2>
            <p class="lead">Not launched for \(Int(data.staleDays)) days, and no use is known.</p>
            \(body)\(more(images.count))</section>

            """
    }

    var images: HTML {
        let rank: [Verdict.Outcome: Int] = [.inUse: 0, .unknown: 1, .clear: 2]
        let images = data.images.sorted {
            (rank[$0.outcome] ?? 3, $1.resourceCount, $0.id) < (rank[$1.outcome] ?? 3, $0.resourceCount, $1.id)
        }
        let gone: HTML? =
            data.gone.isEmpty
            ? nil : "<button type=\"button\" aria-pressed=\"false\" data-filter=\"gone\">deregistered</button>\n"
        return """
            <section id="images" aria-labelledby="images-title">
            <h2 id="images-title">Images</h2>
            <div class="controls" hidden>
            <label class="search">Search <input type="search" placeholder="name, id, account, resource…" \
            autocomplete="off" spellcheck="false"></label>
            <div class="filters" role="group" aria-label="Show">
            <button type="button" aria-pressed="true" data-filter="">all</button>
            <button type="button" aria-pressed="false" data-filter="in-use">in use</button>
            <button type="button" aria-pressed="false" data-filter="unknown">not known</button>
            <button type="button" aria-pressed="false" data-filter="clear">clear</button>
            <button type="button" aria-pressed="false" data-filter="stale">stale</button>
            \(gone)\
            </div>
            <p class="matches" role="status" aria-live="polite"></p>
            </div>
            \(table(
                "all-images",
                [
                    .init("Image"), .init("If deregistered"), .init("Used by", .count), .init("Shared with"),
                    .init("Last launched", .time), .init("Created", .time),
                ],
                images.map(row)
            ))</section>

            """
    }

    private func row(_ image: ReportData.Image) -> HTML {
        // As the tiles count them.
        let tags = image.exists ? "\(image.outcome.rawValue)\(data.isStale(image) ? " stale" : "")" : "gone"
        let use =
            image.usage.isEmpty
            ? "" : "\(Counted.text(image.resourceCount, "resource")) in \(Counted.text(image.usage.count, "account"))"
        return """
            <tr data-tags="\(tags)">\(nameCell(image, details: details(image)))\
            <td data-label="If deregistered">\(consequence(image))</td>\
            <td data-label="Used by" data-sort="\(image.resourceCount)">\(use.isEmpty ? Self.nothing : "\(use)")</td>\
            <td data-label="Shared with" data-sort="\(image.shares.count)">\(sharedWith(image))</td>\
            \(timeCell("Last launched", image.lastLaunched))\(timeCell("Created", image.created))</tr>

            """
    }

    static let nothing: HTML = "<span class=\"nothing\">&ndash;</span>"

    private func nameCell(_ image: ReportData.Image, details: HTML? = nil) -> HTML {
        var marks: [String] = []
        if image.isPublic { marks.append("public") }
        if image.state != "available" { marks.append(image.state) }
        if image.isProtected { marks.append("protected") }
        let badges = HTML.joined(marks.map { " <span class=\"mark\">\($0)</span>" })
        let id: HTML =
            if let links {
                "<a class=\"id\" href=\"\(links.image(image.id))\" rel=\"noreferrer\">\(image.id.text)</a>"
            } else {
                "<span class=\"id\">\(image.id.text)</span>"
            }
        let name = image.name ?? ""
        let heading: HTML? = name.isEmpty ? nil : "<span class=\"name\">\(name)</span> "
        return """
            <th scope="row" data-label="Image" data-sort="\(name.isEmpty ? image.id.text : name)">\(heading)\(id)\(badges)\(details)</th>
            """
    }

    private func timeCell(_ label: String, _ time: EventTime?) -> HTML {
        guard let time else { return "<td data-label=\"\(label)\" data-sort=\"0\">\(Self.nothing)</td>" }
        return """
            <td data-label="\(label)" data-sort="\(Int(time.milliseconds))"><time datetime="\(time.description)">\
            \(String(time.description.prefix(10)))</time> <span class="age">\(Moment.age(of: time, at: data
                .generated))</span></td>
            """
    }

    private func consequence(_ image: ReportData.Image) -> HTML {
        var why: String?
        if image.outcome == .unknown {
            why = image.doubts.first.map { $0 + (image.doubts.count > 1 ? "; and more" : "") }
        }
        if !image.exists { why = "deregistered already" }
        return "\(pill(image))\(why.map { " <span class=\"why\">\($0)</span>" as HTML })"
    }

    private func kinds(_ image: ReportData.Image) -> HTML {
        var counts: [ResourceKind: Int] = [:]
        for summary in image.usage {
            for kind in summary.presentKinds { counts[kind, default: 0] += summary[kind].count }
        }
        return "\(counts.keys.sorted().map { Counted.text(counts[$0] ?? 0, $0.name) }.joined(separator: ", "))"
    }

    private func sharedWith(_ image: ReportData.Image) -> HTML {
        guard !image.shares.isEmpty else { return Self.nothing }
        let named = image.shares.prefix(2).map { share -> HTML in
            if case .account(let account) = share.principal { return "<span class=\"id\">\(account.text)</span>" }
            return "\(share.principal.words)"
        }
        let rest = image.shares.count - named.count
        let list = named.enumerated().map { index, name -> HTML in "\(index > 0 ? ", " : "")\(name)" }
        return "<span>\(HTML.joined(list))\(rest > 0 ? " and \(rest) more" : "")</span>"
    }

    /// Everything about shares, use and doubts; nil where there is nothing.
    private func details(_ image: ReportData.Image) -> HTML? {
        guard !image.shares.isEmpty || !image.usage.isEmpty || !image.doubts.isEmpty else { return nil }
        var body = HTML()
        if !image.usage.isEmpty {
            body += "<h3>Used by</h3><ul>\(HTML.joined(image.usage.map(usageItem)))</ul>"
        }
        if !image.shares.isEmpty {
            let items = image.shares.map { share -> HTML in
                let since: HTML? = share.since.map { " <span class=\"age\">since \(Moment.text($0))</span>" }
                return "<li>\(share.principal.words)\(since)</li>"
            }
            body += "<h3>Shared with</h3><ul>\(HTML.joined(items))</ul>"
        }
        if !image.doubts.isEmpty {
            body += "<h3>Not known</h3><ul>\(HTML.joined(image.doubts.map { "<li>\($0)</li>" }))</ul>"
        }
        return "<details><summary>Shares and use</summary>\(body)</details>"
    }

    private func usageItem(_ summary: UsageSummary) -> HTML {
        let kinds = summary.presentKinds.map { kind -> HTML in
            let use = summary[kind]
            let named = use.first.prefix(Self.namedResources).enumerated().map { index, row -> HTML in
                let text = row.resourceName.map { "\(row.key.resource.id) (\($0))" } ?? row.key.resource.id
                return "\(index > 0 ? ", " : "")<span class=\"id whole\">\(text)</span>"
            }
            let rest = use.count - named.count
            return """
                <li>\(Counted.text(use.count, kind.name)): \(HTML.joined(named))\(rest > 0 ? ", and \(rest) more" : "")</li>
                """
        }
        return "<li><b class=\"id\">\(summary.account.text)</b><ul>\(HTML.joined(kinds))</ul></li>"
    }

    private func more(_ count: Int) -> HTML? {
        count > Self.shortList
            ? "<p class=\"more\">And \(count - Self.shortList) more, in <a href=\"#images\">all images</a>.</p>\n" : nil
    }
}
