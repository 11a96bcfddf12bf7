import CCrypto
import Transport

/// A key of HMAC-SHA-256 (RFC 2104) by libcrypto, prepared once for any number of messages.
final class HMACKey {
    private let context: OpaquePointer

    private static let algorithm = ThreadSafePointer(pointer: EVP_MAC_fetch(nil, OSSL_MAC_NAME_HMAC, nil))

    init(_ key: [UInt8]) {
        guard let algorithm = Self.algorithm.pointer, let context = EVP_MAC_CTX_new(algorithm) else {
            preconditionFailure("libcrypto has no HMAC")
        }
        self.context = context
        var digest = Array("SHA256".utf8CString)
        // The parameter holds the addresses of both texts.
        let status = OSSL_MAC_PARAM_DIGEST.withCString { name in
            digest.withUnsafeMutableBufferPointer { digest in
                let parameter = OSSL_PARAM_construct_utf8_string(name, digest.baseAddress, 0)
                return EVP_MAC_init(context, key, key.count, [parameter, OSSL_PARAM_construct_end()])
            }
        }
        precondition(status == 1, "libcrypto has no HMAC-SHA-256")
    }

    deinit { EVP_MAC_CTX_free(context) }

    /// The 32 bytes of the message's authentication code.
    func code(of message: some Collection<UInt8>) -> [UInt8] {
        let code = message.withContiguousStorageIfAvailable { authenticate($0) }
        return code ?? Array(message).withUnsafeBufferPointer { authenticate($0) }
    }

    private func authenticate(_ message: UnsafeBufferPointer<UInt8>) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Digest.byteCount) { output, count in
            // Without a key: the one that is there, for another message.
            let status =
                EVP_MAC_init(context, nil, 0, nil) & EVP_MAC_update(context, message.baseAddress, message.count)
                & EVP_MAC_final(context, output.baseAddress, &count, Digest.byteCount)
            precondition(status == 1 && count == Digest.byteCount, "HMAC-SHA-256 failed")
        }
    }
}
