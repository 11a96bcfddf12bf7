import AWSClient

/// A place in a section that is listed by more than one operation: a JSON object.
protocol InventoryToken: Codable, Sendable {}

extension InventoryToken {
    var text: String {
        get throws(AWSError) {
            do {
                return String(decoding: try JSONDocument.encode(self), as: UTF8.self)
            } catch {
                throw AWSError(kind: .malformedResponse, code: "InvalidInventoryToken", message: "\(error)")
            }
        }
    }

    /// - Throws: what becomes ``ExpiredInventoryToken`` where this is no such token.
    init(_ text: String) throws(AWSError) {
        do {
            self = try JSONDocument.decode(Self.self, from: Array(text.utf8))
        } catch {
            throw AWSError(kind: .clientError, code: "InvalidInventoryToken", message: "not a token of this section")
        }
    }
}
