import Glibc
import Synchronization

/// A directory that goes, with the files written to it, with the last reference to it.
final class TemporaryDirectory: Sendable {
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    let path: String
    private let made = Mutex<[String]>([])

    init() throws {
        var template = Array("/tmp/ami-steward-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(call: "mkdtemp", code: errno) }
        path = template.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" }
    }

    deinit {
        for path in made.withLock({ $0.reversed() }) { remove(path) }
        rmdir(path)
    }

    /// Writes a file; the directories to it are made.
    func write(_ name: String, _ text: String) throws {
        var directory = path
        for label in name.split(separator: "/").dropLast() {
            directory += "/\(label)"
            if mkdir(directory, 0o700) == 0 {
                let made = directory
                self.made.withLock { $0.append(made) }
            } else if errno != EEXIST {
                throw Failure(call: "mkdir", code: errno)
            }
        }
        guard let file = fopen("\(path)/\(name)", "w") else { throw Failure(call: "fopen", code: errno) }
        defer { fclose(file) }
        made.withLock { $0.append("\(path)/\(name)") }
        guard fputs(text, file) >= 0 else { throw Failure(call: "fputs", code: errno) }
    }
}
