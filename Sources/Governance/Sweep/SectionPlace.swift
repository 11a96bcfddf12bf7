/// How far the listing of one section has come.
public struct SectionPlace: Hashable, Sendable {
    /// When the listing began: what is listed is as it was then, or later.
    public internal(set) var started: EventTime?
    /// Continues the listing; nil at its beginning.
    public internal(set) var token: String?
    /// How often in a row a page could not be listed, or recorded.
    public internal(set) var failures = 0
    /// How often the section had to be begun again.
    public internal(set) var restarts = 0
    /// Since when the endpoint of the section's service cannot be found.
    public internal(set) var unresolvedSince: EventTime?
    /// Since when throttling has let no page through.
    public internal(set) var throttledSince: EventTime?
}
