import CSQLite
import WorkflowModel

/// One prepared statement. Bind, step until false, which makes it ready for the next use.
final class SQLiteStatement {
    private let library: UnsafePointer<wfq_library>
    private let connection: OpaquePointer
    private let path: String
    private let handle: OpaquePointer
    /// Bytes that are bound stay alive as long as the statement looks at them.
    private var bound: [Text] = []

    let text: String
    /// The number of the statement that was used behind it.
    var next = 0

    init(_ database: SQLite, _ handle: OpaquePointer, _ text: String) {
        self.text = text
        library = database.library
        connection = database.handle
        path = database.path
        self.handle = handle
    }

    deinit { _ = library.pointee.finalize(handle) }

    enum Value {
        case null
        case integer(Int64)
        case text(Text)
        case blob(Text)

        static func integer(_ value: Int) -> Value { .integer(Int64(value)) }
        static func optional(_ value: Int?) -> Value { value.map { .integer(Int64($0)) } ?? .null }
    }

    /// From the first parameter on.
    func bind(_ values: [Value]) throws(Failure) {
        for (index, value) in values.enumerated() {
            let place = Int32(truncatingIfNeeded: index + 1)
            switch value {
            case .null: try bindNull(place)
            case .integer(let number): try check(library.pointee.bind_int64(handle, place, number))
            case .text(let text):
                bound.append(text)
                try check(library.pointee.bind_text(handle, place, text.unsafeCString, try Self.size(text), nil))
            case .blob(let text): try bind(text, place)
            }
        }
    }

    // One parameter, for what is done at every commit.

    func bindNull(_ place: Int32) throws(Failure) { try check(library.pointee.bind_null(handle, place)) }
    func bind(_ number: Int, _ place: Int32) throws(Failure) { try check(library.pointee.bind_int64(handle, place, Int64(number))) }

    func bind(_ blob: Text, _ place: Int32) throws(Failure) {
        bound.append(blob)
        try check(library.pointee.bind_blob(handle, place, blob.unsafeCString, try Self.size(blob), nil))
    }

    private func check(_ code: Int32) throws(Failure) {
        guard code != SQLITE_OK else { return }
        let failure = failure(code, "cannot write to")
        reset()
        throw failure
    }

    private static func size(_ text: Text) throws(Failure) -> Int32 {
        guard let size = Int32(exactly: text.count) else {
            throw Failure(.limit, "a value of \(text.count) bytes is larger than SQLite can keep")
        }
        return size
    }

    /// Whether there is a row to look at.
    func step() throws(Failure) -> Bool {
        switch library.pointee.step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE:
            reset()
            return false
        case let code:
            let failure = failure(code, "cannot use")
            reset()
            throw failure
        }
    }

    /// Binds, and steps to the end.
    func run(_ values: Value...) throws(Failure) { try run(values) }

    func run(_ values: [Value]) throws(Failure) {
        try bind(values)
        while try step() {}
    }

    /// What `read` makes of the first row; nil if there is none.
    func first<Result>(_ values: Value..., read: (SQLiteStatement) throws(Failure) -> Result) throws(Failure) -> Result? {
        try bind(values)
        defer { reset() }
        return try step() ? try read(self) : nil
    }

    /// Calls `read` with each row until it answers false.
    func each(_ values: Value..., read: (SQLiteStatement) throws(Failure) -> Bool) throws(Failure) {
        try bind(values)
        defer { reset() }
        while try step() { guard try read(self) else { return } }
    }

    private func failure(_ code: Int32, _ doing: String) -> Failure { SQLite.failure(library, connection, code, path, doing) }

    private func reset() {
        _ = library.pointee.reset(handle)
        guard !bound.isEmpty else { return }
        _ = library.pointee.clear_bindings(handle)
        bound.removeAll(keepingCapacity: true)
    }

    // MARK: Columns of the row. What is of another kind than it should be is nil: the row is damaged.

    func integer(_ column: Int32) -> Int? {
        guard library.pointee.column_type(handle, column) == SQLITE_INTEGER else { return nil }
        return Int(exactly: library.pointee.column_int64(handle, column))
    }

    /// What is counted, numbered or added up: never negative, and far from where adding would overflow.
    func count(_ column: Int32) -> Int? { integer(column).flatMap { (0...Self.largestCount).contains($0) ? $0 : nil } }

    private static let largestCount = 1 << 48

    func isNull(_ column: Int32) -> Bool { library.pointee.column_type(handle, column) == SQLITE_NULL }

    /// An integer, a blob, or null for anything else.
    func value(_ column: Int32) -> Value { integer(column).map { .integer($0) } ?? blob(column).map { .blob($0) } ?? .null }

    func blob(_ column: Int32) -> Text? {
        guard library.pointee.column_type(handle, column) == SQLITE_BLOB else { return nil }
        let bytes = library.pointee.column_blob(handle, column)
        let count = library.pointee.column_bytes(handle, column)
        return Text(copying: UnsafeRawBufferPointer(start: bytes, count: max(0, Int(count))))
    }
}
