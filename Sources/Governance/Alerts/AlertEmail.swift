/// An alert as a mail: subject, plain text and HTML.
public struct AlertEmail: Hashable, Sendable {
    public let subject: String
    public let text: String
    public let html: String

    /// - Parameter delivery: for the administrator's copy, why the account's owner does not get it.
    public init(_ alert: ImageAlert, links: ConsoleLinks, delivery: AlertDelivery = .sent) {
        let facts = Facts(alert, links: links, delivery: delivery)
        subject = facts.subject
        text = facts.text
        html = facts.html
    }

    /// What both forms say.
    struct Facts {
        let subject: String
        let headline: String
        let notes: [String]
        /// Label, value, link.
        let details: [(label: String, value: String, link: String?)]
        let meaning: String
        let sections: [Section]
        /// After the sections: lines without links.
        let lists: [List]
        let reason: String

        struct List {
            let title: String
            let lines: [String]
            let rest: String?
        }

        struct Section {
            let title: String
            let resources: [(text: String, link: String)]
            let rest: String?
        }

        init(_ alert: ImageAlert, links: ConsoleLinks, delivery: AlertDelivery) {
            let loss = alert.loss
            let image = loss.image.text
            let count = alert.usage.count
            let uses = "\(count) resource\(count == 1 ? " still uses" : "s still use") it"
            subject = "AMI \(image) was lost to account \(alert.account) in \(loss.region): \(uses)"
            headline = "Account \(alert.account) no longer reaches the image \(image): \(alert.whatHappened). \(uses)."
            notes = [delivery.note, alert.latenessNote, alert.membershipNote].compactMap { $0 }
            details = [
                ("Account", alert.account.text, nil),
                ("Region", loss.region.text, nil),
                ("Image", image, links.image(loss.image)),
                ("Image name", alert.imageName ?? "not known", nil),
                ("Owner of the image", loss.creator.text, nil),
                ("What happened", alert.whatHappened.sentence + " (\(loss.occurrence.eventName))", nil),
                ("Who did it", loss.whoDidIt, nil),
                ("When", loss.when, nil),
                ("Known from", alert.coverage.description, nil),
                ("Last event", alert.coverage.lastEventText, nil),
            ]
            meaning = alert.whatItMeans
            lists = []
            sections = alert.usage.presentKinds.map { kind in
                let found = alert.usage[kind]
                return Section(
                    title: "\(found.count) \(kind.name(count: found.count))",
                    resources: found.first.map { row in
                        let name = row.resourceName.map { " (\($0))" } ?? ""
                        return (row.key.resource.label + name, links.resource(row.key.resource))
                    },
                    rest: found.rest > 0 ? "and \(found.rest) more" : nil
                )
            }
            reason =
                "Sent because account \(alert.account) is known to use an image of account \(loss.creator). "
                + "Event \(loss.occurrence.eventID)."
        }

        var text: String {
            var lines = [Display.line(headline), ""]
            for note in notes { lines += ["Note: " + note, ""] }
            lines += details.map { detail in
                let label = (detail.label + ":").padded(to: 20)
                return label + Display.line(detail.value) + (detail.link.map { "\n" + "".padded(to: 20) + $0 } ?? "")
            }
            lines += ["", meaning]
            for section in sections {
                lines += ["", section.title]
                for resource in section.resources {
                    lines += ["  " + Display.line(resource.text), "    " + resource.link]
                }
                if let rest = section.rest { lines.append("  " + rest) }
            }
            for list in lists {
                lines += ["", list.title] + list.lines.map { "  " + Display.line($0) }
                if let rest = list.rest { lines.append("  " + rest) }
            }
            lines += ["", Display.line(reason), ""]
            return lines.joined(separator: "\n")
        }
    }
}

extension Resource {
    /// As people know it: "lt-0abc version 3".
    var label: String {
        switch self {
        case .launchTemplateVersion(let template, let version): "\(template) version \(version)"
        case .imageRecipe(let recipe): recipe.nameAndVersion
        case .containerRecipe(let recipe): recipe.nameAndVersion
        default: id
        }
    }
}

extension EventTime {
    /// `2026-11-20 08:00:00 UTC`
    var readable: String {
        let text = description
        return "\(text.prefix(10)) \(text.dropFirst(11).prefix(8)) UTC"
    }
}

extension String {
    /// With a capital at the beginning.
    fileprivate var sentence: String { prefix(1).uppercased() + dropFirst() }

    fileprivate func padded(to width: Int) -> String {
        self + String(repeating: " ", count: Swift.max(0, width - count))
    }
}
