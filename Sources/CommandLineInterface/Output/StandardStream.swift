import Glibc

/// The process's standard output and standard error.
enum StandardStream {
    /// Writes everything. Where the reader has gone away the process ends as SIGPIPE ends it, without a word; where the
    /// disk is full, or the stream is closed, with status 1 and the reason.
    static func write(_ descriptor: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = Glibc.write(descriptor, UnsafeBufferPointer(rebasing: rest).baseAddress, rest.count)
                if count >= 0 {
                    rest = rest.dropFirst(count)
                } else if errno == EPIPE {
                    signal(SIGPIPE, SIG_DFL)
                    raise(SIGPIPE)
                    _exit(128 + SIGPIPE)
                } else if errno == EAGAIN {
                    var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                    poll(&wait, 1, -1)
                } else if errno != EINTR {
                    let reason = String(cString: strerror(errno))
                    if descriptor == STDOUT_FILENO { write(STDERR_FILENO, "amictl: standard output: \(reason)\n") }
                    _exit(ExitStatus.failure.code)
                }
            }
        }
    }
}
