import AWSServices

/// Why the function was invoked.
enum InvocationEvent: Sendable {
    /// CloudFormation, or the provider framework on its behalf.
    case request(CustomResourceRequest)
    /// The schedule, or an operator: every configuration is to be reconciled.
    case reconciliation
    /// A parameter was created, changed or deleted: the configurations that name it are to be reconciled.
    case parameterChange(name: String, arn: String?)

    /// No event that this function knows.
    struct UnknownEvent: Error, CustomStringConvertible {
        let description: String
    }

    /// - Throws: ``CustomResourceRequest/MalformedRequest`` or ``UnknownEvent``.
    init(_ document: [UInt8]) throws {
        let event: JSONValue
        do {
            event = try JSONValue(parsing: document)
        } catch {
            throw UnknownEvent(description: "the event is not JSON")
        }
        if event["RequestType"] != nil {
            self = .request(try CustomResourceRequest(event))
            return
        }
        switch (event["source"]?.string, event["detail-type"]?.string) {
        case ("aws.ssm", "Parameter Store Change"):
            guard let name = event["detail"]?["name"]?.string, !name.isEmpty else {
                throw UnknownEvent(description: "the event's detail.name is missing")
            }
            self = .parameterChange(name: name, arn: event["resources"]?.strings.first)
        case ("aws.events", "Scheduled Event"), ("aws.scheduler", _):
            self = .reconciliation
        default:
            guard event["reconcile"] == .boolean(true) else {
                throw UnknownEvent(
                    description: "the event has neither a RequestType of CloudFormation, nor is it a schedule's, "
                        + "a parameter's change or {\"reconcile\": true}"
                )
            }
            self = .reconciliation
        }
    }
}
