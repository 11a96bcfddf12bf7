import Glibc

/// Files that a command reads.
public enum InputFile {
    /// The bytes of a file.
    ///
    /// - Parameter limit: More bytes than this are refused.
    /// - Throws: ``CommandFailure``, naming the file and the reason.
    public static func read(_ path: String, limit: Int = 1 << 28) throws(CommandFailure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure(path)
            }
            bytes += buffer[..<count]
            guard bytes.count <= limit else { throw CommandFailure("\(path) is larger than \(limit) bytes") }
        }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) cannot be read: \(String(cString: strerror(errno)))")
    }
}
