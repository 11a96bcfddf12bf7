/// A text of the user's within a message, on one line and not too long.
package func quoted(_ text: String) -> String {
    var shown = ""
    for scalar in text.unicodeScalars {
        if shown.unicodeScalars.count >= 120 {
            shown += "…"
            break
        }
        let isControl =
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) || [0x2028, 0x2029].contains(scalar.value)
        shown.unicodeScalars.append(isControl ? "\u{FFFD}" : scalar)
    }
    return "\"\(shown)\""
}
