/// How old an image may be, by its creation date.
public struct MaximumAge: Hashable, Sendable {
    public let hours: Int

    /// - Parameter text: A whole number of hours, days or weeks: `36h`, `90d`, `2w`.
    public init?(_ text: String) {
        let factors: [Character: Int] = ["h": 1, "d": 24, "w": 168]
        guard let unit = text.last, let factor = factors[unit], text.utf8.count <= 7,
            text.dropLast().utf8.allSatisfy({ (0x30...0x39).contains($0) }), let count = Int(text.dropLast()), count > 0
        else { return nil }
        hours = count * factor
    }
}
