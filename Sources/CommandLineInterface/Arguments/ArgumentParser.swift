import AWSClient
import CGetopt
import Glibc
import Synchronization

/// Reads command lines by a table of options, through `getopt_long`: options may stand anywhere, `--name=value` and
/// `--name value` are the same, names may be shortened as long as they are unambiguous, and `--` ends the options.
struct ArgumentParser {
    let options: [CommandOption]

    struct Result {
        /// By the option's name.
        var values: [String: [String]] = [:]
        /// The other arguments.
        var rest: [String] = []
    }

    /// `getopt_long` keeps its state in global variables.
    private static let turn = Mutex(())

    /// The number that `getopt_long` gives for the first option; beyond every character.
    private static let firstNumber: Int32 = 1000

    /// - Parameter stopsAtFirstArgument: Whether the first argument that is no option ends the options.
    func parse(_ arguments: [String], stopsAtFirstArgument: Bool = false) throws(UsageError) -> Result {
        let parsed: Swift.Result<Result, UsageError> = Self.turn.withLock { _ in
            var argv = (["amictl"] + arguments).map { strdup($0) }
            argv.append(nil)
            let names = options.map { strdup($0.name) }
            defer {
                // The strings, in whichever order getopt_long has put them.
                for text in argv { free(text) }
                for name in names { free(name) }
            }
            var table = zip(options.indices, names).map { index, name in
                CGetopt.option(
                    name: name,
                    has_arg: options[index].takesValue ? required_argument : no_argument,
                    flag: nil,
                    val: Self.firstNumber + Int32(index)
                )
            }
            table.append(CGetopt.option())
            do throws(UsageError) {
                return .success(try parse(&argv, table, stopsAtFirstArgument: stopsAtFirstArgument))
            } catch {
                return .failure(error)
            }
        }
        return try parsed.get()
    }

    private func parse(
        _ argv: inout [UnsafeMutablePointer<CChar>?],
        _ table: [option],
        stopsAtFirstArgument: Bool
    ) throws(UsageError) -> Result {
        var result = Result()
        let count = Int32(argv.count - 1)
        let letters = (stopsAtFirstArgument ? "+:" : ":") + shortOptions
        cgetopt_reset()
        while true {
            let before = max(1, Int(cgetopt_index()))
            let found = getopt_long(count, &argv, letters, table, nil)
            if found == -1 { break }
            let value = cgetopt_value().map { String(cString: $0) }
            switch found {
            case Int32(UInt8(ascii: ":")):
                throw UsageError("\(spelling(of: cgetopt_wrong())) needs a value")
            case Int32(UInt8(ascii: "?")):
                throw unknown(cgetopt_wrong(), argv, at: before)
            default:
                guard let option = declared(found) else { throw UsageError("an option that does not exist") }
                try add(value, of: option, to: &result)
            }
        }
        result.rest = argv[Int(cgetopt_index())..<Int(count)].compactMap { $0.map { String(cString: $0) } }
        return result
    }

    private func add(_ value: String?, of option: CommandOption, to result: inout Result) throws(UsageError) {
        if case .choice(let words) = option.value, let value, !words.contains(value) {
            throw UsageError("--\(option.name) is \"\(value)\", and not one of \(words.joined(separator: ", "))")
        }
        if option.takesValue, value?.isEmpty != false { throw UsageError("--\(option.name) needs a value") }
        result.values[option.name, default: []].append(value ?? "")
    }

    /// The letters as `getopt_long` wants them: each with a colon where it takes a value.
    private var shortOptions: String {
        options.compactMap { option in option.letter.map { "\($0)\(option.takesValue ? ":" : "")" } }.joined()
    }

    private func declared(_ number: Int32) -> CommandOption? {
        let index = Int(number - Self.firstNumber)
        if options.indices.contains(index) { return options[index] }
        return options.first { $0.letter?.asciiValue.map(Int32.init) == number }
    }

    private func spelling(of number: Int32) -> String {
        guard let option = declared(number) else { return "the option" }
        return number >= Self.firstNumber ? "--\(option.name)" : option.letter.map { "-\($0)" } ?? ""
    }

    /// An option that is none, is ambiguous, or has a value it does not take.
    private func unknown(_ number: Int32, _ argv: [UnsafeMutablePointer<CChar>?], at before: Int) -> UsageError {
        if number >= Self.firstNumber { return UsageError("\(spelling(of: number)) takes no value") }
        if number > 0, let scalar = Unicode.Scalar(UInt32(number)) {
            return UsageError("there is no option -\(scalar)")
        }
        // The argument that getopt_long has just passed.
        let index = max(before, Int(cgetopt_index()) - 1)
        let text = argv.indices.contains(index) ? argv[index].map { String(cString: $0) } ?? "" : ""
        let name = String(text.drop { $0 == "-" }.prefix { $0 != "=" })
        let candidates = options.map(\.name).filter { $0.hasPrefix(name) }.sorted()
        if candidates.count > 1 {
            return UsageError("--\(name) may be \(candidates.map { "--\($0)" }.joined(separator: " or "))")
        }
        guard let near = Spelling.nearest(to: name, among: options.map(\.name)) else {
            return UsageError("there is no option --\(name)")
        }
        return UsageError("there is no option --\(name); is it --\(near)?")
    }
}
