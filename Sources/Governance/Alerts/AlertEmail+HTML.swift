extension AlertEmail.Facts {
    /// A whole document without anything from elsewhere. Mail clients know tables and inline styles, and little more.
    var html: String {
        let font = "font-family:-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
        var body = ""
        body +=
            #"<p style="margin:0 0 16px;font-size:18px;line-height:26px;font-weight:600">\#(Display.html(headline))</p>"#
        for note in notes {
            body +=
                #"<p style="margin:0 0 16px;padding:10px 14px;background:#fff4ce;border-left:4px solid #d18b00;"#
                + #"font-size:14px;line-height:20px"><b>Note:</b> \#(Display.html(note))</p>"#
        }
        body += #"<table role="presentation" cellpadding="0" cellspacing="0" style="margin:0 0 16px;font-size:14px">"#
        for detail in details {
            body +=
                #"<tr><td style="padding:3px 16px 3px 0;color:#5f6b7a;vertical-align:top;white-space:nowrap">"#
                + Display.html(detail.label) + #"</td><td style="padding:3px 0;word-break:break-word">"#
                + Self.link(detail.value, to: detail.link) + "</td></tr>"
        }
        body += "</table>"
        body +=
            #"<p style="margin:0 0 16px;font-size:14px;line-height:20px">\#(Display.html(meaning))</p>"#
        for section in sections {
            let items = section.resources.map { Self.link($0.text, to: $0.link) }
            body += Self.list(section.title, items, rest: section.rest)
        }
        for list in lists { body += Self.list(list.title, list.lines.map { Display.html($0) }, rest: list.rest) }
        body +=
            #"<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #e0e3e8;color:#5f6b7a;font-size:12px">"#
        body += Display.html(reason) + "</p>"
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">\
            <title>\(Display.html(subject))</title></head>
            <body style="margin:0;padding:0;background:#f2f3f5">
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="background:#f2f3f5">\
            <tr><td align="center" style="padding:24px 12px">
            <table role="presentation" width="100%" cellpadding="0" cellspacing="0" \
            style="max-width:680px;background:#ffffff;border-top:4px solid #c8372d">\
            <tr><td style="padding:24px;color:#16191f;\(font)">
            \(body)
            </td></tr></table>
            </td></tr></table>
            </body></html>

            """
    }

    /// - Parameter items: As HTML.
    private static func list(_ title: String, _ items: [String], rest: String?) -> String {
        var list = #"<h2 style="margin:20px 0 6px;font-size:15px">\#(Display.html(title))</h2>"#
        list += #"<ul style="margin:0;padding:0 0 0 20px;font-size:14px;line-height:22px">"#
        for item in items { list += #"<li style="word-break:break-word">\#(item)</li>"# }
        if let rest { list += #"<li style="color:#5f6b7a">\#(Display.html(rest))</li>"# }
        return list + "</ul>"
    }

    private static func link(_ text: String, to address: String?) -> String {
        guard let address else { return Display.html(text) }
        return #"<a href="\#(Display.html(address, limit: 4000))" style="color:#0b5cad">\#(Display.html(text))</a>"#
    }
}
