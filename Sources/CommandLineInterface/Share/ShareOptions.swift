/// Options of the commands that share images.
enum ShareOptions {
    static let manifest = CommandOption(
        "config",
        letter: "c",
        .single("file"),
        completion: .files,
        "the manifest: what is shared with whom"
    )
    static let shareSnapshots = CommandOption(
        "share-snapshots",
        .flag,
        "share the snapshots of the images as well, and copy tags to them"
    )
    /// For drift, which changes nothing.
    static let comparedSnapshots = CommandOption(
        shareSnapshots.name,
        .flag,
        "compare the snapshots of the images as well: tell of those that are not shared, and of tags that they lack"
    )
    static let manifestRegions = CommandOption(
        "manifest-regions-only",
        .flag,
        "look only at the regions that the manifest names, not at all that the source account has enabled"
    )
    static let verbose = CommandOption("verbose", letter: "v", .flag, "tell each step as it is done")

    /// Where `plan` writes.
    static let planOutput = CommandOption(
        "plan",
        letter: "o",
        .single("file"),
        completion: .files,
        "where the plan is written, for amictl share apply"
    )
    /// Where the one-step form writes.
    static let planFile = CommandOption(
        "plan",
        letter: "p",
        .single("file"),
        completion: .files,
        "where the plan is written, and, with --no-dry-run, applied from"
    )
    static let noDryRun = CommandOption("no-dry-run", .flag, "apply the plan; without it nothing is changed")
    static let dryRun = CommandOption("dry-run", .flag, "only show what would be done")
    static let force = CommandOption("force", .flag, "take the image back though it is used, or that cannot be asked")
    static let image = CommandOption("ami", .many("id"), "take this image back, ami-…; may be repeated")
    static let account = CommandOption(
        "account",
        .many("id"),
        "take it from this account only; may be repeated"
    )
    static let plan = Positional("plan", "the plan's file", completion: .files)
    static let optionalPlan = Positional("plan", "a plan's file", arity: .optional, completion: .files)
}
