import AWSClient
import AWSServices
import FoundationEssentials
import Glibc
import Transport

/// Reads one JSON object a line and answers each with one, for the comparison of the AWS client with botocore.
///
/// - `{"service", "operation", "input"}`: the input in botocore's form. Answer: the serialized request.
/// - `{"service", "operation", "response": {"status", "headers", "body"}}`: Answer: the parsed output, or the error.
@main
enum ProtocolProbe {
    static func main() throws {
        while let line = readLine() {
            let answer: JSONValue
            do {
                let question = try JSONDecoder().decode(JSONValue.self, from: Data(line.utf8))
                answer = try Self.answer(question)
            } catch {
                answer = ["failure": .string("\(error)")]
            }
            let encoder = JSONEncoder()
            encoder.outputFormatting = .withoutEscapingSlashes
            print(String(decoding: try encoder.encode(answer), as: UTF8.self))
            fflush(nil)
        }
    }

    private static func answer(_ question: JSONValue) throws -> JSONValue {
        let name = "\(question.get("service") ?? "").\(question.get("operation") ?? "")"
        guard let operation = ProbedOperation.all[name] else { throw Unknown(name: name) }
        if let response: JSONValue = question.get("response") {
            var headers = HTTPHeaders()
            for (name, value) in response.get("headers", as: [String: String].self) ?? [:] {
                headers.add(name: name, value: value)
            }
            let body = response.get("body", as: String.self) ?? ""
            let message = HTTPResponse(status: response.get("status") ?? 0, headers: headers, body: Array(body.utf8))
            return try operation.answer(to: message)
        }
        let request = try operation.request(question.get("input") ?? [:])
        return [
            "method": .string(request.method),
            "path": .string(request.path),
            "query": .array(request.query.map { .array([.string($0.name), .string($0.value)]) }),
            "headers": .object(Dictionary(request.headers.map { ($0.name.lowercased(), .string($0.value)) }) { $1 }),
            "body": .string(String(decoding: request.body, as: UTF8.self)),
        ]
    }

    struct Unknown: Error {
        var name: String
    }
}
