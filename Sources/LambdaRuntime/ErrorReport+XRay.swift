extension ErrorReport {
    /// X-Ray documents end at 64 KB, and so does the cause that Lambda takes from the header field.
    static let maximumXRayBytes = 64 << 10

    private static let maximumXRayMessageBytes = 4 << 10

    /// The value of `Lambda-Runtime-Function-XRay-Error-Cause`: the error and its causes as the exceptions of an X-Ray
    /// segment document (`working_directory`, `exceptions`, `paths`), in ASCII and at most `maximumXRayBytes` long. Long
    /// messages are cut; causes that do not fit any more are left out.
    func xRayCause(workingDirectory: String) -> String {
        var document = Array("{\"working_directory\":".utf8)
        JSONText.appendASCII(Self.shortened(workingDirectory, to: 1 << 10), to: &document)
        document += ",\"exceptions\":[".utf8
        let end = Array("],\"paths\":[]}".utf8)
        for (index, entry) in ([error] + causes).enumerated() {
            var exception: [UInt8] = index == 0 ? [] : [UInt8(ascii: ",")]
            exception.append(UInt8(ascii: "{"))
            JSONText.appendName("type", to: &exception)
            JSONText.appendASCII(entry.type, to: &exception)
            JSONText.appendName("message", to: &exception)
            JSONText.appendASCII(Self.shortened(entry.message, to: Self.maximumXRayMessageBytes), to: &exception)
            exception += ",\"stack\":[]}".utf8
            guard document.count + exception.count + end.count <= Self.maximumXRayBytes else { break }
            document += exception
        }
        return String(decoding: document + end, as: UTF8.self)
    }
}
