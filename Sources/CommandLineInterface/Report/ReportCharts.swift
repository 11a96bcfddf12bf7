import Governance

/// Drawings, where they tell faster than numbers do: plain SVG, coloured by the page's style. Each says in words what it
/// shows.
enum ReportCharts {
    /// One bar of all images, parted by what their deregistration does.
    static func outcomes(_ data: ReportData) -> HTML {
        var parts = [
            (words: "in use", style: "use", count: data.count(.inUse)),
            (words: "not known", style: "unknown", count: data.count(.unknown)),
            (words: "clear", style: "clear", count: data.count(.clear)),
        ]
        let gone = data.gone.count
        if gone > 0 { parts.append((words: "deregistered already", style: "gone", count: gone)) }
        let total = parts.reduce(0) { $0 + $1.count }
        let sentence = parts.map { "\($0.count) \($0.words)" }.joined(separator: ", ")
        var bars = HTML()
        var start = 0
        for part in parts {
            guard part.count > 0 else { continue }
            // A part is never too small to be seen.
            let width = max(6, 1000 * part.count / max(1, total))
            bars += "<rect class=\"\(part.style)\" x=\"\(start)\" y=\"0\" width=\"\(width)\" height=\"28\"/>"
            start += width + 3
        }
        let legend = parts.map { part -> HTML in
            "<li><span class=\"dot \(part.style)\"></span>\(part.words) <b>\(part.count)</b></li>"
        }
        let drawing: HTML? =
            total == 0
            ? nil
            : """
            <svg class="share" viewBox="0 0 \(max(1, start - 3)) 28" preserveAspectRatio="none" role="img" \
            aria-label="\(sentence)">\(bars)</svg>
            """
        return """
            <figure><figcaption>Images by what their deregistration does</figcaption>
            \(drawing)<ul class="legend">\(HTML.joined(legend))</ul></figure>
            """
    }

    /// Columns: how many images were last launched within the last week, month and so on.
    static func launches(_ data: ReportData) -> HTML {
        let launches = data.launches
        let highest = max(1, launches.map(\.count).max() ?? 0)
        let width = 64
        var columns = HTML()
        for (index, launch) in launches.enumerated() {
            let height = launch.count == 0 ? 0 : max(2, 84 * launch.count / highest)
            let middle = index * width + width / 2
            columns += """
                <rect class="\(launch.age.rawValue)" x="\(index * width + 8)" y="\(104 - height)" width="\(width - 16)" \
                height="\(height)" rx="2"/><text class="value" x="\(middle)" y="\(98 - height)">\(launch.count)</text>\
                <text x="\(middle)" y="122">\(launch.label)</text>
                """
        }
        let sentence = launches.map { "\($0.label): \($0.count)" }.joined(separator: ", ")
        return """
            <figure><figcaption>Last launched within the last…</figcaption>
            <svg class="columns" viewBox="0 0 \(width * launches.count) 130" role="img" \
            aria-label="Images by their last launch. \(sentence)">\(columns)\
            <line x1="0" y1="104.5" x2="\(width * launches.count)" y2="104.5"/></svg></figure>
            """
    }

    /// Bars: the accounts with the most resources that use images.
    static func largestAccounts(_ data: ReportData) -> HTML {
        let largest = data.accounts.filter { $0.resourceCount > 0 }
            .sorted { ($1.resourceCount, $0.id) < ($0.resourceCount, $1.id) }
            .prefix(6)
        let highest = largest.first?.resourceCount ?? 0
        let rows = largest.map { account -> HTML in
            """
            <li><span class="id">\(account.id.text)</span>\(bar(account.resourceCount, of: highest))\
            <b>\(account.resourceCount)</b></li>
            """
        }
        let body: HTML =
            rows.isEmpty ? "<p class=\"none\">No use is known.</p>" : "<ol class=\"bars\">\(HTML.joined(rows))</ol>"
        return "<figure><figcaption>Accounts with the most resources on these images</figcaption>\(body)</figure>"
    }

    /// A thin bar beside a number.
    static func bar(_ count: Int, of largest: Int) -> HTML? {
        guard count > 0, largest > 0 else { return nil }
        return """
            <svg class="bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true">\
            <rect width="\(max(2, 100 * count / largest))" height="6"/></svg>
            """
    }
}
