// swift-tools-version: 6.2
import PackageDescription

let warningsAreErrors: [SwiftSetting] =
    Context.environment["WARNINGS_AS_ERRORS"] == "1" ? [.unsafeFlags(["-warnings-as-errors"])] : []

// An asynchronous function goes on where its caller is: on the event loop, from which nothing has to come back.
let settings: [SwiftSetting] = [.enableUpcomingFeature("NonisolatedNonsendingByDefault")] + warningsAreErrors

// Regular expressions would be linked because the compiler imports them everywhere, a megabyte of which nothing is used.
let withoutRegularExpressions: [SwiftSetting] = [
    .unsafeFlags(["-Xfrontend", "-disable-implicit-string-processing-module-import"])
]

/// A library that functions link.
func library(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings + withoutRegularExpressions)
}

/// A library that only programs for people link.
func programLibrary(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func function(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings + withoutRegularExpressions)
}

func program(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .executableTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: settings)
}

let package = Package(
    name: "ami-steward",
    targets: [
        // C libraries, as packaged by Debian for development, or the static builds of `scripts/package`.
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CCrypto", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CExpat", pkgConfig: "expat", providers: [.apt(["libexpat1-dev"])]),
        .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),

        // Parts of glibc.
        .systemLibrary(name: "CGlibc"),
        .systemLibrary(name: "CGetopt"),

        // Libraries; each knows only those above it in this list.
        library("Transport", ["CCurl", "CCrypto"]),
        library("LambdaRuntime", ["Transport", "CGlibc"]),
        library("AWSClient", ["Transport", "CCrypto", "CExpat"]),
        library("AWSServices", ["AWSClient", "LambdaRuntime"]),
        library("Governance", ["AWSServices", "LambdaRuntime"]),
        library("DistributionResource", ["AWSServices", "LambdaRuntime"]),
        programLibrary("YAML", ["CYAML"]),
        programLibrary("Sharing", ["AWSServices", "Governance", "YAML"]),
        programLibrary("CommandLineInterface", ["Governance", "Sharing", "YAML", "CGetopt"]),

        // One executable a function.
        function("ShareRecorder", ["Governance"]),
        function("UsageTracker", ["Governance"]),
        function("DeregistrationChecker", ["Governance"]),
        function("ImageDistribution", ["DistributionResource"]),

        // For people.
        program("amictl", ["CommandLineInterface"]),

        // The runtime alone: invoked by its tests and measurements, not deployed.
        .executableTarget(
            name: "Echo",
            dependencies: ["LambdaRuntime"],
            swiftSettings: settings + withoutRegularExpressions
        ),

        // A scripted loopback HTTP server for the tests of everything that speaks HTTP.
        .target(name: "TestSupport", path: "Tests/TestSupport", swiftSettings: settings),
        // What the tests of the runtime run beside Echo.
        .executableTarget(
            name: "PrintingFunction",
            dependencies: ["LambdaRuntime"],
            path: "Tests/PrintingFunction",
            swiftSettings: settings
        ),
        // Signs, resolves endpoints and decides on retries for the comparison with botocore.
        .executableTarget(
            name: "SigningProbe",
            dependencies: ["AWSClient"],
            path: "Tests/Botocore/SigningProbe",
            swiftSettings: settings
        ),
        // Serializes and parses for the comparison with botocore.
        .executableTarget(
            name: "ProtocolProbe",
            dependencies: ["AWSServices"],
            path: "Tests/Botocore/ProtocolProbe",
            swiftSettings: settings
        ),
        tests("TransportTests", ["Transport", "TestSupport"]),
        tests("LambdaRuntimeTests", ["LambdaRuntime", "TestSupport", "Echo", "PrintingFunction"]),
        tests("AWSClientTests", ["AWSClient", "TestSupport"]),
        tests("AWSServicesTests", ["AWSServices", "LambdaRuntime", "TestSupport"]),
        tests("GovernanceTests", ["Governance", "TestSupport"]),
        tests("YAMLTests", ["YAML", "TestSupport"]),
        tests("SharingTests", ["Sharing", "TestSupport"]),
        tests("CommandLineInterfaceTests", ["CommandLineInterface", "TestSupport"]),
        tests("DistributionResourceTests", ["DistributionResource", "TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
