import Governance

/// HTML in the making. What is interpolated is escaped, unless it is `HTML` itself: only literals of the source are taken
/// as they are.
struct HTML: ExpressibleByStringInterpolation, Sendable, CustomStringConvertible {
    private(set) var description: String

    init() { description = "" }

    init(stringLiteral value: String) { description = value }

    init(stringInterpolation: Interpolation) { description = stringInterpolation.html }

    struct Interpolation: StringInterpolationProtocol {
        var html = ""

        init(literalCapacity: Int, interpolationCount: Int) { html.reserveCapacity(literalCapacity * 2) }

        mutating func appendLiteral(_ literal: String) { html += literal }

        mutating func appendInterpolation(_ text: String) { html += Display.html(text, limit: 4000) }

        mutating func appendInterpolation(_ number: Int) { html += String(number) }

        mutating func appendInterpolation(_ other: HTML) { html += other.description }

        /// Nothing where there is nothing.
        mutating func appendInterpolation(_ other: HTML?) { html += other?.description ?? "" }
    }

    static func += (html: inout HTML, other: HTML) { html.description += other.description }

    /// The elements one after another.
    static func joined(_ elements: some Sequence<HTML>) -> HTML {
        var html = HTML()
        for element in elements { html += element }
        return html
    }
}
