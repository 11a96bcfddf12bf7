extension ReportPage {
    struct Column {
        enum Kind: String {
            case text
            case number
            /// A number in words, which stands at the left.
            case count
            case time
        }

        let heading: String
        let kind: Kind

        init(_ heading: String, _ kind: Kind = .text) {
            self.heading = heading
            self.kind = kind
        }
    }

    /// A table that the script makes sortable. Without it, and on paper, it is a table all the same.
    func table(_ id: String, _ columns: [Column], _ rows: [HTML]) -> HTML {
        let headings = columns.map { column -> HTML in
            "<th scope=\"col\" data-kind=\"\(column.kind.rawValue)\">\(column.heading)</th>"
        }
        return """
            <div class="scroll" role="region" aria-labelledby="\(id)-caption" tabindex="0">
            <table id="\(id)"><caption id="\(id)-caption" class="hidden">\(Self.captions[id] ?? id)</caption>
            <thead><tr>\(HTML.joined(headings))</tr></thead>
            <tbody>
            \(HTML.joined(rows))</tbody></table></div>

            """
    }

    private static let captions = [
        "breaking": "Images whose deregistration would break something",
        "broken": "Images that are deregistered and still used",
        "stale": "Images that are stale",
        "all-images": "All images",
        "all-accounts": "Accounts",
    ]
}
