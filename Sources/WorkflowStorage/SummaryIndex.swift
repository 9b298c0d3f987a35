import WorkflowModel

/// What a directory's checkpoints say, so that a listing need not read them: for each file what it looked like when it was
/// read whole, and what stood in it.
///
/// Nobody depends on it. An entry counts as long as the file looks the same to the nanosecond; without one the file is read.
/// What no look shows, such as a bit that turned over, is left to those who read the file: loading, resuming, verifying.
struct SummaryIndex: Sendable {
    struct Entry: Sendable {
        let size: Int
        let number: UInt64
        let changed: Int
        let touched: Int
        let details: CheckpointDetails

        init(_ looks: Folder.Looks, _ details: CheckpointDetails) {
            (size, number, changed, touched) = (looks.size, looks.number, looks.changed, looks.touched)
            self.details = details
        }

        fileprivate init(_ size: Int, _ number: UInt64, _ changed: Int, _ touched: Int, _ details: CheckpointDetails) {
            (self.size, self.number, self.changed, self.touched, self.details) = (size, number, changed, touched, details)
        }

        func isOf(_ looks: Folder.Looks) -> Bool {
            looks.isRegular && looks.size == size && looks.number == number && looks.changed == changed && looks.touched == touched
        }
    }

    /// By id, which is the name of the file.
    var entries: [String: Entry] = [:]

    // MARK: Bytes

    private static let title = "libworkflow.index 1\n"

    /// The title, a hash of the rest, and the entries. Every text stands there once: behind the first it is a number.
    var text: Text {
        var writer = Writer()
        writer.put(UInt64(entries.count))
        for entry in entries.values {
            let (details, summary) = (entry.details, entry.details.summary)
            for number in [entry.size, entry.changed, entry.touched, summary.superstep, details.messages, details.bytes] {
                writer.put(UInt64(bitPattern: Int64(number)))
            }
            writer.put(entry.number)
            for text in [summary.id, summary.runID, summary.workflowName, summary.signature, summary.kind, summary.timestamp] { writer.put(text) }
            writer.put(summary.previousID == nil ? 0 : 1)
            if let previous = summary.previousID { writer.put(previous) }
            writer.put(UInt64(CheckpointStatus.allCases.firstIndex(of: details.status) ?? 0))
            writer.put(UInt64(details.pendingRequestIDs.count))
            for id in details.pendingRequestIDs { writer.put(id) }
        }
        let body = writer.bytes.finish()
        var text = TextBuilder(capacity: body.count + 100)
        text.append(Self.title)
        text.append(SHA256.hex(of: body))
        text.append("\n")
        text.append(body)
        return text.finish()
    }

    init() {}

    /// Nil for what is torn, damaged, foreign or of another version.
    init?(_ text: Text) {
        let start = Self.title.utf8.count + 65
        guard text.count > start, text.hasPrefix(Text(Self.title)) else { return nil }
        let body = text.slice(start..<text.count)
        guard text.slice(Self.title.utf8.count..<start) == Text(SHA256.hex(of: body) + "\n") else { return nil }
        let found: [String: Entry]? = body.withBytes { bytes in
            var reader = Reader(bytes)
            guard let count = reader.count() else { return nil }
            var entries: [String: Entry] = [:]
            for _ in 0..<count {
                guard let entry = reader.entry() else { return nil }
                entries[entry.details.summary.id] = entry
            }
            return entries
        }
        guard let found else { return nil }
        entries = found
    }

    private struct Writer {
        var bytes = TextBuilder(capacity: 1 << 16)
        private var places: [Name: UInt64] = [:]

        mutating func put(_ number: UInt64) { bytes.append(packed: number) }

        /// 0, its length and itself; or its place among the texts before, from 1.
        mutating func put(_ text: String) {
            if let place = places[Name(text)] { return put(place) }
            places[Name(text)] = UInt64(places.count) + 1
            put(0)
            put(UInt64(text.utf8.count))
            bytes.append(text)
        }
    }

    private struct Reader {
        private let bytes: UnsafeBufferPointer<UInt8>
        private var offset = 0
        private var texts: [String] = []

        init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

        mutating func number() -> UInt64? { PackedNumber.read(bytes, &offset) }

        private mutating func integer() -> Int? { number().map { Int(Int64(bitPattern: $0)) } }

        /// Of things that take a byte at least.
        mutating func count() -> Int? { number().flatMap { $0 <= UInt64(bytes.count - offset) ? Int($0) : nil } }

        private mutating func string() -> String? {
            guard let place = number() else { return nil }
            if place > 0 { return place <= UInt64(texts.count) ? texts[Int(place) - 1] : nil }
            guard let length = count() else { return nil }
            let text = String(decoding: bytes[offset..<offset + length], as: UTF8.self)
            offset += length
            texts.append(text)
            return text
        }

        mutating func entry() -> Entry? {
            guard let size = integer(), let changed = integer(), let touched = integer(), let superstep = integer(),
                let messages = integer(), let length = integer(), let number = number(), let id = string(), let run = string(),
                let workflow = string(), let signature = string(), let kind = string(), let timestamp = string(), let hasPrevious = self.number()
            else { return nil }
            var previous: String?
            if hasPrevious != 0 {
                guard let text = string() else { return nil }
                previous = text
            }
            guard let status = integer(), CheckpointStatus.allCases.indices.contains(status), let requests = count() else { return nil }
            var pending: [String] = []
            for _ in 0..<requests {
                guard let id = string() else { return nil }
                pending.append(id)
            }
            let summary = CheckpointSummary(
                id: id, previousID: previous, runID: run, workflowName: workflow, signature: signature, kind: kind, superstep: superstep,
                timestamp: timestamp)
            let details = CheckpointDetails(
                summary, status: CheckpointStatus.allCases[status], pendingRequestIDs: pending, messages: messages, bytes: length)
            return Entry(size, number, changed, touched, details)
        }
    }
}
