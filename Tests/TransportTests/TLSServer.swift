import Glibc

/// `openssl s_server` on 127.0.0.1 with a certificate of its own making; answers each request with a page.
final class TLSServer {
    /// The certificate, PEM: the only one that verifies the server.
    let certificatePath: String
    let port: Int
    private let directory: String
    private let process: pid_t
    private let output: UnsafeMutablePointer<FILE>

    struct Failure: Error {
        var message: String
    }

    init() throws {
        var template = Array("/tmp/tls-server.XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Failure(message: "no temporary directory") }
        directory = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        certificatePath = directory + "/certificate.pem"
        let script = """
            cd \(directory) && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 \
            -keyout key.pem -out certificate.pem -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 2>/dev/null \
            && echo $$ && exec openssl s_server -accept 127.0.0.1:0 -cert certificate.pem -key key.pem -www 2>&1
            """
        guard let output = popen(script, "r") else { throw Failure(message: "popen failed: errno \(errno)") }
        self.output = output
        var lines: [String] = []
        var buffer = [CChar](repeating: 0, count: 1_024)
        while fgets(&buffer, Int32(buffer.count), output) != nil {
            let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            lines.append(String(decoding: bytes, as: UTF8.self).trimmingSuffix(while: \.isNewline).description)
            if let last = lines.last, last.hasPrefix("ACCEPT "), let colon = last.lastIndex(of: ":"),
                let port = Int(last[last.index(after: colon)...]), let process = pid_t(lines[0])
            {
                self.port = port
                self.process = process
                return
            }
        }
        pclose(output)
        throw Failure(message: "openssl did not start: \(lines)")
    }

    deinit {
        kill(process, SIGTERM)
        pclose(output)
        for file in ["key.pem", "certificate.pem"] { unlink("\(directory)/\(file)") }
        rmdir(directory)
    }
}

extension String {
    fileprivate func trimmingSuffix(while isTrimmed: (Character) -> Bool) -> Substring {
        var end = endIndex
        while end > startIndex, isTrimmed(self[index(before: end)]) { end = index(before: end) }
        return self[..<end]
    }
}
