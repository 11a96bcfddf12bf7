import Governance

/// Options that say how well the use by an account has to be known.
enum CoverageOptions {
    static let maximumSweepAge = CommandOption(
        "max-sweep-age",
        .single("hours"),
        "for so long from its beginning on a sweep counts, 1 to 8760; 48 by default"
    )
}

extension ParsedArguments {
    /// In hours.
    func maximumSweepAge() throws(UsageError) -> Int64 {
        try wholeNumber(
            CoverageOptions.maximumSweepAge,
            in: 1...8760,
            otherwise: UsageEvidence.defaultMaximumSweepAgeHours
        )
    }

    /// - Throws: `UsageError`, naming the option and its bounds.
    func wholeNumber(
        _ option: CommandOption,
        in range: ClosedRange<Int64>,
        otherwise: Int64
    ) throws(UsageError) -> Int64 {
        guard let text = self[option] else { return otherwise }
        guard let number = Int64(text), range.contains(number) else {
            throw UsageError(
                "--\(option.name) is \"\(text)\", and not a whole number from \(range.lowerBound) to \(range.upperBound)"
            )
        }
        return number
    }
}
