/// The program `amictl`.
public enum Amictl {
    public static let program = Program(
        name: "amictl",
        version: "1.0.0",
        summary: "who uses an AMI, who has it, and what becomes of them",
        commands: commands
    )

    /// In the order in which help lists them.
    private static let commands: [Command] = [
        .usage, .check, .shares, .accounts, .alerts, .report, .forget,
        .share, .sharePlan, .shareApply, .shareRevoke, .shareDrift,
    ]
}
