extension AlertEmail {
    /// The mail to the administrator of accounts whose use is not known.
    init(_ notice: UnknownUseNotice, links: ConsoleLinks) {
        let facts = Facts(notice, links: links)
        subject = facts.subject
        text = facts.text
        html = facts.html
    }
}

extension AlertEmail.Facts {
    init(_ notice: UnknownUseNotice, links: ConsoleLinks) {
        let loss = notice.loss
        let image = loss.image.text
        let (they, use) = notice.accounts.count == 1 ? ("it", "uses") : ("they", "use")
        subject =
            "AMI \(image) was lost to \(notice.who) in \(loss.region): it is not known whether \(they) \(use) it"
        headline =
            "The image \(image) was lost to \(notice.who), of which it is not known whether \(they) \(use) it: "
            + "\(notice.whatHappened). Nobody else is told."
        notes = []
        details = [
            ("Region", loss.region.text, nil),
            ("Image", image, links.image(loss.image)),
            ("Image name", notice.imageName ?? "not known", nil),
            ("Owner of the image", loss.creator.text, nil),
            ("What happened", "\(notice.whatHappened) (\(loss.occurrence.eventName))", nil),
            ("Who did it", loss.occurrence.actor ?? "not known: EC2 reported only the change of state", nil),
            ("When", loss.occurrence.time.readable, nil),
        ]
        meaning =
            "No use of the image by these accounts is known, and that is not known well. What they use can no longer be "
            + "launched. A usage tracker that sweeps the account makes its use known."
        sections = []
        let listed = notice.accounts.prefix(UnknownUseNotice.maximumListed)
        lists = [
            List(
                title: notice.accounts.count == 1 ? "1 account" : "\(notice.accounts.count) accounts",
                lines: listed.map(\.whyUnknown),
                rest: notice.accounts.count > listed.count ? "and \(notice.accounts.count - listed.count) more" : nil
            )
        ]
        reason =
            "Sent to the administrator because these accounts lost an image of account \(loss.creator). "
            + "Event \(loss.occurrence.eventID)."
    }
}
