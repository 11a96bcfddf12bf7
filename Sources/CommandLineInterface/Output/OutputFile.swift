import Glibc

/// Files that a command writes.
public enum OutputFile {
    /// Writes the text beside the file and puts it in its place: whoever reads the file sees the old text or the new one.
    ///
    /// - Parameter isPrivate: whether only the owner may read a file that is made.
    /// - Throws: ``CommandFailure``, naming the file and the reason.
    public static func write(_ text: String, to path: String, isPrivate: Bool = false) throws(CommandFailure) {
        var information = stat()
        // What is no ordinary file (a pipe, /dev/stdout) is not replaced but written to.
        let isOrdinary = stat(path, &information) != 0 || information.st_mode & S_IFMT == S_IFREG
        let target = isOrdinary ? "\(path).\(getpid()).partial" : path
        let flags = isOrdinary ? O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC : O_WRONLY | O_CLOEXEC
        let descriptor = open(target, flags, isPrivate ? 0o600 : 0o644)
        guard descriptor >= 0 else { throw failure(path) }
        var text = text
        var reason: CommandFailure?
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno != EINTR {
                    reason = failure(path)
                    return
                }
            }
        }
        if close(descriptor) != 0, reason == nil { reason = failure(path) }
        if isOrdinary, reason == nil, rename(target, path) != 0 { reason = failure(path) }
        if let reason {
            if isOrdinary { unlink(target) }
            throw reason
        }
    }

    /// Finds out whether a file can be written before much work is done for it.
    ///
    /// - Throws: ``CommandFailure``, naming the file and the reason.
    public static func check(_ path: String) throws(CommandFailure) {
        var information = stat()
        if stat(path, &information) == 0 {
            guard information.st_mode & S_IFMT != S_IFDIR else { throw CommandFailure("\(path) is a directory") }
            if access(path, W_OK) != 0 { throw failure(path) }
        }
        guard let slash = path.lastIndex(of: "/") else { return }
        let directory = slash == path.startIndex ? "/" : String(path[..<slash])
        if access(directory, W_OK) != 0 { throw failure(path) }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("\(path) cannot be written: \(String(cString: strerror(errno)))")
    }
}
