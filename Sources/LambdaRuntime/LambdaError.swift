/// An error that says for itself how Lambda, the log and X-Ray should see it. Any `Error` may be thrown; for one that does
/// not conform, the defaults below apply and there are no causes.
public protocol LambdaError: Error {
    /// `errorType` of the error response: by default the name of the Swift type without module and enclosing types, as
    /// the runtimes of AWS do it (`MalformedEvent` for `Governance.MalformedEvent`).
    var errorType: String { get }

    /// `errorMessage` of the error response: by default `String(describing:)`. It is logged, so it holds no secrets.
    var errorMessage: String { get }

    /// What led to this error, nearest first; none by default. They become the stack of causes.
    var underlyingErrors: [any Error] { get }
}

extension LambdaError {
    public var errorType: String { ErrorReport.typeName(of: self) }
    public var errorMessage: String { String(describing: self) }
    public var underlyingErrors: [any Error] { [] }
}
