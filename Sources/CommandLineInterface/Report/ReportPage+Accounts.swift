import Governance

extension ReportPage {
    var accounts: HTML {
        let rank: [AccountCoverage.Status: Int] = [.noTracker: 0, .never: 1, .stale: 2, .swept: 3]
        let accounts = data.accounts.sorted {
            (rank[$0.coverage.status] ?? 4, $1.resourceCount, $0.id)
                < (rank[$1.coverage.status] ?? 4, $0.resourceCount, $1.id)
        }
        let largest = accounts.map(\.resourceCount).max() ?? 0
        let unknown = data.unknownAccounts
        let names = unknown.prefix(12).map(\.id.text).joined(separator: ", ")
        let rest = unknown.count > 12 ? ", and \(unknown.count - 12) more" : ""
        let warning: HTML? =
            unknown.isEmpty
            ? nil
            : """
            <p class="lead">Of these, what they use is not known, or not known well: <span class="id">\(names)\
            \(rest)</span></p>

            """
        let body: HTML =
            accounts.isEmpty
            ? "<p class=\"none\">No account has an image, as far as is recorded.</p>\n"
            : table(
                "all-accounts",
                [
                    .init("Account"), .init("Coverage"), .init("Resources", .number), .init("Images used", .number),
                    .init("Images shared", .number), .init("Last swept", .time), .init("Last event", .time),
                ],
                accounts.map { row($0, largest: largest) }
            )
        return """
            <section id="accounts" aria-labelledby="accounts-title">
            <h2 id="accounts-title">Accounts</h2>
            \(warning)\(body)</section>

            """
    }

    private func row(_ account: AccountStanding, largest: Int) -> HTML {
        let sweep = account.coverage.lastSweep
        let skipped = account.coverage.missingSections
        let leftOut: HTML? =
            skipped.isEmpty ? nil : " <span class=\"why\">without \(skipped.joined(separator: ", "))</span>"
        let own: HTML? = account.id == data.owner ? " <span class=\"mark\">owner</span>" : nil
        return """
            <tr><th scope="row" data-label="Account" data-sort="\(account.id.text)">\
            <span class="id">\(account.id.text)</span>\(own)</th>\
            <td data-label="Coverage">\(coverage(account.coverage))\(leftOut)</td>\
            <td data-label="Resources" data-sort="\(account.resourceCount)" class="number">\
            \(ReportCharts.bar(account.resourceCount, of: largest))\(account.resourceCount)</td>\
            <td data-label="Images used" class="number">\(account.usedImages)</td>\
            <td data-label="Images shared" class="number">\(account.sharedImages)</td>\
            \(moment("Last swept", sweep?.completed, otherwise: "never"))\
            \(moment("Last event", account.coverage.record?.lastEvent, otherwise: "none known"))</tr>

            """
    }

    /// In a few words: whether the account's use is known, or else why not.
    private func coverage(_ coverage: AccountCoverage) -> HTML {
        let doubt: String
        switch coverage.status {
        case .swept where coverage.isKnown: return "<span class=\"pill clear\">known</span>"
        case .swept: doubt = "swept in part"
        case .stale:
            doubt =
                switch coverage.staleness {
                case .tooOld, nil: "swept too long ago"
                case .before: "not swept since it got an image"
                case .beforeFound: "not swept since it was found to have an image"
                case .beforeLoss: "not swept since it lost an image"
                case .shareNotRecorded, .creationNotKnown: "perhaps not swept since it got an image"
                }
        case .never: doubt = "events only"
        case .noTracker:
            return "<span class=\"pill unknown\">unknown</span> <span class=\"why\">no usage tracker</span>"
        }
        return "<span class=\"pill unknown\">\(doubt)</span>"
    }

    private func moment(_ label: String, _ time: EventTime?, otherwise: String) -> HTML {
        guard let time else {
            return "<td data-label=\"\(label)\" data-sort=\"0\"><span class=\"nothing\">\(otherwise)</span></td>"
        }
        return """
            <td data-label="\(label)" data-sort="\(Int(time.milliseconds))"><time datetime="\(time.description)">\
            \(Moment.text(time))</time> <span class="age">\(Moment.age(of: time, at: data.generated))</span></td>
            """
    }
}
