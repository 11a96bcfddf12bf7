/// What decides the endpoint of a service besides the region.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html>
public struct EndpointSettings: Sendable {
    /// URLs given in code, by ``AWSService/settingsKey``; they win over every other source.
    public var explicit: [String: String] = [:]
    /// A URL given in code for every service without one of its own.
    public var explicitGlobal: String?
    /// `AWS_ENDPOINT_URL_<SERVICE>`, by ``AWSService/settingsKey``.
    var environmentServices: @Sendable (_ settingsKey: String) -> String? = { _ in nil }
    /// `AWS_ENDPOINT_URL`.
    var environmentGlobal: String?
    /// `endpoint_url` of the profile's `services` section, by ``AWSService/settingsKey``.
    var profileServices: [String: String] = [:]
    /// `endpoint_url` of the profile.
    var profileGlobal: String?
    /// `AWS_IGNORE_CONFIGURED_ENDPOINT_URLS` or `ignore_configured_endpoint_urls`: only URLs given in code count.
    public var ignoresConfiguredURLs = false
    public var usesFIPS = false
    public var usesDualStack = false

    public init() {}

    /// Whether a service is asked at the region's usual endpoint: no URL is configured for it, neither FIPS nor dual stack is
    /// asked for.
    public func isUsual(for service: AWSService) -> Bool { url(for: service) == nil && !usesFIPS && !usesDualStack }

    /// The URL configured for a service, with the name of the setting.
    func url(for service: AWSService) -> (url: String, setting: String)? {
        let key = service.settingsKey
        if let url = explicit[key] { return (url, "the endpoint of \(service.sdkID)") }
        if let url = explicitGlobal { return (url, "the endpoint") }
        if ignoresConfiguredURLs { return nil }
        if let url = environmentServices(key) { return (url, "AWS_ENDPOINT_URL_\(key.uppercased())") }
        if let url = environmentGlobal { return (url, "AWS_ENDPOINT_URL") }
        if let url = profileServices[key] { return (url, "endpoint_url of \(key) in the profile's services") }
        if let url = profileGlobal { return (url, "endpoint_url of the profile") }
        return nil
    }
}
