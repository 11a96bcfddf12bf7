import Glibc

/// Small files of settings, tokens and keys.
enum LocalFile {
    /// More than a token or a file of settings ever has.
    private static let maximumBytes = 1 << 20

    /// The file's text without a change; `nil` where there is no file.
    ///
    /// - Throws: ``AWSError/Kind/configuration``, naming the path, when the file cannot be read or is larger than 1 MiB.
    static func text(_ path: String) throws(AWSError) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw unreadable(path, errno)
        }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            bytes += chunk[..<count]
            if bytes.count > maximumBytes {
                throw AWSError(kind: .configuration, code: "FileTooLarge", message: "\(path): more than 1 MiB")
            }
        }
    }

    /// `~` and `~/…` under the home directory.
    static func expandingTilde(_ path: String, home: String?) -> String {
        guard let home, path == "~" || path.hasPrefix("~/") else { return path }
        return home + path.dropFirst()
    }

    private static func unreadable(_ path: String, _ code: Int32) -> AWSError {
        AWSError(kind: .configuration, code: "UnreadableFile", message: "\(path): \(String(cString: strerror(code)))")
    }
}
