import AWSClient
import Governance

/// A report as one HTML page that needs nothing else: styles and script are in it, and a content security policy lets the
/// browser run these and fetch nothing.
struct ReportPage {
    let data: ReportData
    /// Of the AWS console, for links to images; nil for none.
    let links: ConsoleLinks?

    var html: String {
        let title: HTML = "Images of \(data.owner?.text ?? "this account"), \(data.region.text)"
        var page: HTML = """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <meta name="color-scheme" content="light dark">
            <meta name="referrer" content="no-referrer">
            <meta http-equiv="Content-Security-Policy" content="\(policy)">
            <title>\(title)</title>
            <style>\(HTML(stringLiteral: Self.style))</style>
            </head>
            <body>
            <a class="skip" href="#images">Skip to the images</a>

            """
        page += header
        page += "<main>\n"
        page += overview
        page += breaking
        if let broken { page += broken }
        page += stale
        page += images
        page += accounts
        page += notes
        page += "</main>\n"
        page += "<script>\(HTML(stringLiteral: Self.script))</script>\n</body>\n</html>\n"
        return page.description
    }

    private var policy: String {
        "default-src 'none'; style-src '\(Self.hash(Self.style))'; script-src '\(Self.hash(Self.script))';"
            + " base-uri 'none'; form-action 'none'"
    }

    /// The hash of a script or style as a policy names it. <https://www.w3.org/TR/CSP3/>
    private static func hash(_ text: String) -> String {
        "sha256-\(Base64.encode(Digest.sha256(Array(text.utf8))))"
    }

    // MARK: Overview

    private var header: HTML {
        let gone = data.gone.count
        let images = Counted.text(data.images.count - gone, "image") + (gone > 0 ? ", and \(gone) deregistered" : "")
        let broken: HTML? =
            data.broken.isEmpty ? nil : "<a href=\"#broken\">Broken already</a> "
        return """
            <header>
            <p class="product">AMI Steward</p>
            <h1>Who uses our images</h1>
            <p class="meta"><span>Account <b>\(data.owner?.text ?? "not known")</b></span> <span>Region <b>\(data.region
                .text)</b></span> <span>\(images)</span> <span>\
            <time datetime="\(data.generated.description)">\(Moment.text(data.generated)) UTC</time></span></p>
            <nav aria-label="Sections"><a href="#overview">Overview</a> <a href="#breaking">Would break</a> \
            \(broken)<a href="#stale">Stale</a> <a href="#images">Images</a> <a href="#accounts">Accounts</a></nav>
            </header>

            """
    }

    private var overview: HTML {
        let omissions = HTML.joined(data.omissions.map { "<li>\($0)</li>" })
        let warning: HTML? =
            data.omissions.isEmpty
            ? nil : "<div class=\"omissions\" role=\"note\"><b>Not in this report</b><ul>\(omissions)</ul></div>\n"
        let broken: HTML? =
            data.broken.isEmpty ? nil : tile("Deregistered, and still used", data.broken.count, "use", "#broken")
        return """
            <section id="overview" aria-labelledby="overview-title">
            <h2 id="overview-title">Overview</h2>
            \(warning)<dl class="tiles">
            \(tile("Deregistration breaks something", data.count(.inUse), "use", "#breaking"))\
            \(broken)\
            \(tile("Not known well enough", data.count(.unknown), "unknown", "#images"))\
            \(tile("Clear", data.count(.clear), "clear", "#images"))\
            \(tile("Stale", data.stale.count, "plain", "#stale"))\
            \(tile("Accounts not known well", data.unknownAccounts.count, "unknown", "#accounts"))</dl>
            <div class="charts">
            \(ReportCharts.outcomes(data))
            \(ReportCharts.launches(data))
            \(ReportCharts.largestAccounts(data))
            </div>
            </section>

            """
    }

    private func tile(_ label: String, _ count: Int, _ style: String, _ target: String) -> HTML {
        "<div class=\"tile \(style)\"><dt><a href=\"\(target)\">\(label)</a></dt><dd>\(count)</dd></div>\n"
    }

    private var notes: HTML {
        """
        <section id="notes" aria-labelledby="notes-title">
        <h2 id="notes-title">How to read this</h2>
        <dl class="terms">
        <dt>\(pill(.inUse))</dt><dd>Something is known to use the image: it breaks, or cannot be launched anew, when the \
        image goes.</dd>
        <dt>\(pill(.clear))</dt><dd>No use is known, and every account that has the image was looked through completely \
        since it got it, and not too long ago. Auto Scaling groups, fleets, Image Builder recipes and the launch \
        template versions that they name are as of then.</dd>
        <dt>\(pill(.unknown))</dt><dd>No use is known, but that is not the same as none: an account was never looked \
        through, or not lately, or the image is shared with accounts that cannot be listed.</dd>
        <dt>\(Self.brokenPill)</dt><dd>The image is deregistered, and something is still known to use it: it is broken, or \
        cannot be launched anew, already.</dd>
        <dt>Stale</dt><dd>No use is known, and the image was created and last launched more than \(Int(data.staleDays)) \
        days ago. EC2 tells of a launch up to a day late.</dd>
        </dl>
        <p>Shares are those that are recorded. <code>amictl check</code> asks EC2 about one image before \
        you act on it.</p>
        </section>

        """
    }

    static let brokenPill: HTML = "<span class=\"pill use\">still used</span>"

    /// What the deregistration of an image does; of one that is gone, what it has done.
    func pill(_ image: ReportData.Image) -> HTML {
        if image.exists { return pill(image.outcome) }
        return image.outcome == .inUse ? Self.brokenPill : "<span class=\"pill\">gone</span>"
    }

    /// An outcome as a word with a shape and a colour of its own.
    func pill(_ outcome: Verdict.Outcome) -> HTML {
        switch outcome {
        case .inUse: "<span class=\"pill use\">in use</span>"
        case .clear: "<span class=\"pill clear\">clear</span>"
        case .unknown: "<span class=\"pill unknown\">not known</span>"
        }
    }
}
