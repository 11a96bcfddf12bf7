import AWSClient
import Transport

extension AWSError {
    /// Whether the answer will be the same however often one asks: the caller may not make this call, or the service or the
    /// operation is not there for this account in this region.
    public var isRefusal: Bool { kind == .clientError && Self.refusals.contains(code) || saysNotOffered }

    /// Whether the service says that it, or the operation, is not there for this account in this region.
    var saysNotOffered: Bool { kind == .clientError && Self.absences.contains(code) }

    /// Whether the service's endpoint has no address, as far as could be found out.
    var isUnresolved: Bool { (underlying as? HTTPError)?.code == .couldNotResolve }

    /// Whether a page was asked for with a token that the service does not know, or no longer.
    var refusesToken: Bool {
        guard kind == .clientError else { return false }
        return Self.tokenRefusals.contains(code)
            || Self.parameterRefusals.contains(code)
                && message.lowercased().split(whereSeparator: { !$0.isLetter }).contains { $0.hasSuffix("token") }
    }

    /// EC2's common errors <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>, and those of the
    /// JSON services <https://docs.aws.amazon.com/systems-manager/latest/APIReference/CommonErrors.html>.
    private static let refusals: Set = [
        "AccessDenied", "AccessDeniedException", "AuthFailure", "ForbiddenException", "NotAuthorized",
        "UnauthorizedOperation", "UnsupportedOperation", "UnsupportedOperationException",
    ]

    private static let absences: Set = [
        "InvalidAction", "OptInRequired", "SubscriptionRequiredException", "UnknownOperation",
        "UnknownOperationException",
    ]

    private static let tokenRefusals: Set = [
        "InvalidInventoryToken", "InvalidNextToken", "InvalidNextTokenException", "InvalidPaginationToken",
        "InvalidPaginationTokenException",
    ]

    /// What services say that have no error of their own for a token.
    private static let parameterRefusals: Set = [
        "InvalidParameter", "InvalidParameterException", "InvalidParameterValue", "InvalidParameterValueException",
        "InvalidRequestException", "ValidationError", "ValidationException",
    ]
}
