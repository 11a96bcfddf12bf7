extension AlertEmail {
    /// The mail to the administrator of accounts whose use is not known, nor will be after their next sweep.
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
        let accounts = notice.doubtful
        let who = AccountCoverage.names(accounts)
        let (they, use) = accounts.count == 1 ? ("it", "uses") : ("they", "use")
        subject =
            "AMI \(image) was lost to \(who) in \(loss.region): it is not known whether \(they) \(use) it"
        headline =
            "The image \(image) was lost to \(who), of which it is not known whether \(they) \(use) it: "
            + "\(notice.whatHappened). Nobody else is told."
        notes = []
        details = [
            ("Region", loss.region.text, nil),
            ("Image", image, links.image(loss.image)),
            ("Image name", notice.imageName ?? "not known", nil),
            ("Owner of the image", loss.creator.text, nil),
            ("What happened", "\(notice.whatHappened) (\(loss.occurrence.eventName))", nil),
            ("Who did it", loss.whoDidIt, nil),
            ("When", loss.when, nil),
        ]
        let others = notice.accounts.count - accounts.count
        meaning =
            "No use of the image by these accounts is known, and that is not known well. What they use can no longer be "
            + "launched. A usage tracker that sweeps the account makes its use known."
            + (others > 0 ? " What \(others) more of those that lost it use, their next sweep tells." : "")
        sections = []
        let listed = accounts.prefix(UnknownUseNotice.maximumListed)
        lists = [
            List(
                title: accounts.count == 1 ? "1 account" : "\(accounts.count) accounts",
                lines: listed.map(\.whyUnknown),
                rest: accounts.count > listed.count ? "and \(accounts.count - listed.count) more" : nil
            )
        ]
        reason =
            "Sent to the administrator because these accounts lost an image of account \(loss.creator). "
            + "Event \(loss.occurrence.eventID)."
    }
}
