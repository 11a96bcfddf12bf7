/// Options that every command takes, before or after its name.
public enum GlobalOptions {
    public static let output = CommandOption(
        "output",
        .choice(CommandOutput.Format.allCases.map(\.rawValue)),
        "how results are written; table unless AWS_DEFAULT_OUTPUT is json or yaml"
    )
    public static let color = CommandOption(
        "color",
        .choice(Terminal.ColorChoice.allCases.map(\.rawValue)),
        "when to use colours; auto is on a terminal, unless NO_COLOR is set"
    )
    public static let profile = CommandOption(
        "profile",
        .single("name"),
        "profile of ~/.aws/config and ~/.aws/credentials; wins over AWS_PROFILE and keys in the environment"
    )
    public static let region = CommandOption(
        "region",
        .single("region"),
        "region; wins over AWS_REGION, AWS_DEFAULT_REGION and the profile"
    )
    public static let roleARN = CommandOption(
        "role-arn",
        .single("arn"),
        "role to assume with those credentials, for the account that owns the images"
    )
    public static let externalID = CommandOption(
        "external-id",
        .single("text"),
        "external id that the role's trust policy asks for"
    )
    public static let endpointURL = CommandOption(
        "endpoint-url",
        .single("url"),
        "where all requests go instead of AWS; wins over AWS_ENDPOINT_URL and its variants"
    )
    public static let help = CommandOption("help", letter: "h", .flag, "explain the command and end")
    public static let version = CommandOption("version", .flag, "print the version and end")

    static let all = [output, color, profile, region, roleARN, externalID, endpointURL, help, version]
}
