import CCrypto
import Transport

/// SHA-256 by libcrypto.
package enum Digest {
    static let byteCount = 32

    /// Fetched once: finding an algorithm takes libcrypto longer than using it on a few bytes.
    private static let algorithm = ThreadSafePointer(pointer: EVP_MD_fetch(nil, "SHA256", nil))

    package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] {
        let digest = bytes.withContiguousStorageIfAvailable { sha256(UnsafeRawBufferPointer($0)) }
        return digest ?? Array(bytes).withUnsafeBytes(sha256)
    }

    private static func sha256(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { output, count in
            // An empty buffer may have no address; the digest of nothing reads none.
            let status = EVP_Digest(bytes.baseAddress, bytes.count, output.baseAddress, nil, algorithm.pointer, nil)
            precondition(status == 1, "libcrypto has no SHA-256")
            count = byteCount
        }
    }

    /// Lower-case hexadecimal.
    package static func hex(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { output in
            for (index, byte) in bytes.enumerated() {
                output[index * 2] = hexDigit(byte >> 4)
                output[index * 2 + 1] = hexDigit(byte & 15)
            }
            return bytes.count * 2
        }
    }

    /// Appends lower-case hexadecimal.
    static func appendHex(_ bytes: [UInt8], to text: inout [UInt8]) {
        for byte in bytes {
            text.append(hexDigit(byte >> 4))
            text.append(hexDigit(byte & 15))
        }
    }

    private static func hexDigit(_ value: UInt8) -> UInt8 {
        value < 10 ? 0x30 + value : 0x61 - 10 + value
    }
}
