import WorkflowModel

/// Takes the columns of a row, one after another.
protocol ColumnSink {
    mutating func addNull() throws(Failure)
    mutating func add(_ number: Int) throws(Failure)
    mutating func add(_ text: Text) throws(Failure)
}

extension ColumnSink {
    mutating func add(_ text: Text?) throws(Failure) { if let text { try add(text) } else { try addNull() } }

    mutating func add(_ value: SQLiteStatement.Value) throws(Failure) {
        switch value {
        case .null: try addNull()
        case .integer(let number): try add(Int(number))
        case .text(let text), .blob(let text): try add(text)
        }
    }
}

/// Only their seal.
struct SealedColumns: ColumnSink {
    private(set) var seal = Seal()

    mutating func addNull() { seal.add(0) }
    mutating func add(_ number: Int) { seal.add(1); seal.add(number) }
    mutating func add(_ text: Text) { seal.add(2); seal.add(text) }
}

/// Into a statement, from its first parameter on, with their seal so far.
struct BoundColumns: ColumnSink {
    private let statement: SQLiteStatement
    private var place: Int32 = 0
    private var columns = SealedColumns()
    var seal: Seal { columns.seal }

    init(_ statement: SQLiteStatement) { self.statement = statement }

    mutating func addNull() throws(Failure) {
        columns.addNull()
        try statement.bindNull(next())
    }

    mutating func add(_ number: Int) throws(Failure) {
        columns.add(number)
        try statement.bind(number, next())
    }

    mutating func add(_ text: Text) throws(Failure) {
        columns.add(text)
        try statement.bind(text, next())
    }

    private mutating func next() -> Int32 {
        place &+= 1
        return place
    }
}
