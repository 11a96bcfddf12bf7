/// Whether an image is protected from deregistration, as EC2 tells.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ami-deregistration-protection.html>
public enum DeregistrationProtection: Hashable, Sendable {
    case disabled
    /// As the guard gives it.
    case enabled
    /// Keeps protecting for 24 hours after it is disabled.
    case enabledWithCooldown
    /// Anything else, such as the time after it was disabled in which it goes on: left as it is.
    case other

    /// - Parameter text: EC2's `deregistrationProtection`; nil where it tells none.
    public init(_ text: String?) {
        switch text {
        case "disabled": self = .disabled
        case "enabled-without-cooldown": self = .enabled
        case "enabled-with-cooldown": self = .enabledWithCooldown
        default: self = .other
        }
    }
}
