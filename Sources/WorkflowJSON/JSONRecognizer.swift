import WorkflowModel

/// Says quickly that a text is JSON, without building anything of it.
///
/// It accepts a subset of what jansson accepts and answers "not sure" for all else: for what is wrong, and for what is rare (escapes
/// in names, numbers near a limit, a name that might be there twice). Then jansson decides, and says what is wrong. So a mistake can
/// be made in one direction only, and a test looks for it: `JSONRecognizerTests` holds both against each other.
struct JSONRecognizer {
    private let bytes: UnsafeRawBufferPointer
    private let deepest: Int
    private var offset = 0
    /// The arrays and objects around the place: for an object the number of hashes when it began, for an array -1.
    private var levels: ContiguousArray<Int> = []
    /// Of the names of the objects that are open.
    private var hashes: ContiguousArray<UInt64> = []

    /// Whether `bytes` are surely one JSON value with at most `deepest` levels.
    static func accepts(_ bytes: UnsafeRawBufferPointer, deepest: Int) -> Bool {
        var recognizer = JSONRecognizer(bytes, deepest)
        return recognizer.document()
    }

    private init(_ bytes: UnsafeRawBufferPointer, _ deepest: Int) { (self.bytes, self.deepest) = (bytes, deepest) }

    private mutating func document() -> Bool {
        repeat {
            skipSpace()
            switch current {
            case UInt8(ascii: "{"):
                guard levels.count < deepest else { return false }
                levels.append(hashes.count)
                offset += 1
                skipSpace()
                if current != UInt8(ascii: "}") {
                    guard name() else { return false }
                    continue
                }
            case UInt8(ascii: "["):
                guard levels.count < deepest else { return false }
                levels.append(-1)
                offset += 1
                skipSpace()
                if current != UInt8(ascii: "]") { continue }
            default: guard scalar() else { return false }
            }
            guard goOn() else { return false }
        } while !levels.isEmpty
        return offset == bytes.count
    }

    /// Behind a value, or behind the bracket of an empty array or object: goes to the next value, or to the end.
    private mutating func goOn() -> Bool {
        skipSpace()
        while let first = levels.last {
            switch current {
            case UInt8(ascii: ","):
                offset += 1
                guard first >= 0 else { return true }
                skipSpace()
                return name()
            case UInt8(ascii: "]") where first < 0: break
            case UInt8(ascii: "}") where first >= 0: guard closeNames(first) else { return false }
            default: return false
            }
            offset += 1
            levels.removeLast()
            skipSpace()
        }
        return true
    }

    /// A NUL, which is right nowhere, at the end.
    private var current: UInt8 { offset < bytes.count ? bytes[offset] : 0 }

    private mutating func skipSpace() {
        while true {
            switch current {
            case 0x20, 0x0A, 0x0D, 0x09: offset += 1
            default: return
            }
        }
    }

    private mutating func scalar() -> Bool {
        switch current {
        case UInt8(ascii: "\""): string()
        case UInt8(ascii: "t"): word("true")
        case UInt8(ascii: "f"): word("false")
        case UInt8(ascii: "n"): word("null")
        default: number()
        }
    }

    private mutating func word(_ word: StaticString) -> Bool {
        for index in 0..<word.utf8CodeUnitCount {
            guard current == word.utf8Start[index] else { return false }
            offset += 1
        }
        return true
    }

    // MARK: Numbers

    /// No more digits than any 64-bit integer has, no larger an exponent than any double can take.
    private mutating func number() -> Bool {
        if current == UInt8(ascii: "-") { offset += 1 }
        let whole = current == UInt8(ascii: "0") ? 1 : 18
        let digits = digits()
        guard (1...whole).contains(digits) else { return false }
        if current == UInt8(ascii: ".") {
            offset += 1
            guard self.digits() > 0 else { return false }
        }
        guard current | 0x20 == UInt8(ascii: "e") else { return true }
        offset += 1
        if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { offset += 1 }
        return (1...2).contains(self.digits())
    }

    private mutating func digits() -> Int {
        let start = offset
        while current &- UInt8(ascii: "0") < 10 { offset += 1 }
        return offset - start
    }

    // MARK: Strings

    private mutating func string() -> Bool {
        guard current == UInt8(ascii: "\"") else { return false }
        offset += 1
        while true {
            skipPlain()
            switch current {
            case UInt8(ascii: "\""):
                offset += 1
                return true
            case UInt8(ascii: "\\"): guard escape() else { return false }
            case 0x80...: guard character() else { return false }
            default: return false
            }
        }
    }

    private mutating func skipPlain() { offset = JSONString.plainEnd(in: bytes, from: offset, onlyASCII: true) }

    private mutating func escape() -> Bool {
        offset += 1
        switch current {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            offset += 1
            return true
        case UInt8(ascii: "u"):
            guard let unit = codeUnit() else { return false }
            guard unit & 0xF800 == 0xD800 else { return true }
            guard unit < 0xDC00, current == UInt8(ascii: "\\") else { return false }
            offset += 1
            guard current == UInt8(ascii: "u"), let second = codeUnit() else { return false }
            return second & 0xFC00 == 0xDC00
        default: return false
        }
    }

    private mutating func codeUnit() -> UInt32? {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            offset += 1
            let digit: UInt8
            switch current {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = current - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = current - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = current - UInt8(ascii: "A") + 10
            default: return nil
            }
            unit = unit << 4 | UInt32(digit)
        }
        offset += 1
        return unit
    }

    /// One character beyond ASCII, as UTF-8 writes it: not longer than need be, no surrogates, nothing above U+10FFFF.
    private mutating func character() -> Bool {
        let first = current
        offset += 1
        let second: ClosedRange<UInt8>
        let more: Int
        switch first {
        case 0xC2...0xDF: (second, more) = (0x80...0xBF, 0)
        case 0xE0: (second, more) = (0xA0...0xBF, 1)
        case 0xE1...0xEC, 0xEE...0xEF: (second, more) = (0x80...0xBF, 1)
        case 0xED: (second, more) = (0x80...0x9F, 1)
        case 0xF0: (second, more) = (0x90...0xBF, 2)
        case 0xF1...0xF3: (second, more) = (0x80...0xBF, 2)
        case 0xF4: (second, more) = (0x80...0x8F, 2)
        default: return false
        }
        guard second.contains(current) else { return false }
        offset += 1
        for _ in 0..<more {
            guard current & 0xC0 == 0x80 else { return false }
            offset += 1
        }
        return true
    }

    // MARK: Names

    /// The name of a member and its colon.
    private mutating func name() -> Bool {
        guard current == UInt8(ascii: "\"") else { return false }
        let start = offset + 1
        offset = start
        // What is spelled in two ways may be one name.
        repeat {
            skipPlain()
            if current >= 0x80 { guard character() else { return false } }
        } while current >= 0x20 && current != UInt8(ascii: "\"") && current != UInt8(ascii: "\\")
        guard current == UInt8(ascii: "\"") else { return false }
        hashes.append(Self.hash(bytes, start, offset))
        offset += 1
        skipSpace()
        guard current == UInt8(ascii: ":") else { return false }
        offset += 1
        return true
    }

    private static func hash(_ bytes: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> UInt64 {
        var hash = UInt64(truncatingIfNeeded: end - start)
        var place = start
        while end - place >= 8 {
            hash = mixed(hash, bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self))
            place += 8
        }
        var last: UInt64 = 0
        while place < end {
            last = last << 8 | UInt64(bytes[place])
            place += 1
        }
        return mixed(hash, last)
    }

    private static func mixed(_ hash: UInt64, _ word: UInt64) -> UInt64 {
        let product = (hash ^ word ^ 0x9E37_79B9_7F4A_7C15).multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low &+ hash.byteSwapped
    }

    /// At the end of an object: whether its names, from `first` on, are surely different.
    private mutating func closeNames(_ first: Int) -> Bool {
        defer { hashes.removeLast(hashes.count - first) }
        let count = hashes.count - first
        guard count > 1 else { return true }
        guard count <= 16 else {
            let sorted = hashes[first...].sorted()
            return !zip(sorted, sorted.dropFirst()).contains { $0 == $1 }
        }
        for later in first + 1..<hashes.count {
            let hash = hashes[later]
            for earlier in first..<later where hashes[earlier] == hash { return false }
        }
        return true
    }
}
