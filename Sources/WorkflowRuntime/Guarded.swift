/// A value that one function at a time looks at or changes, on the one thread that its owner lets in.
///
/// Swift would see to that for any variable of a class: in a table of the thread, at sixty instructions for each look. Here a mark does,
/// and whoever comes in between is stopped just the same. What is called or dropped in `use` may be an object of the host's, whose code
/// runs then: who lets a host in looks at `isInUse` before.
final class Guarded<Value> {
    @exclusivity(unchecked) private var value: Value
    @exclusivity(unchecked) private(set) var isInUse = false

    init(_ value: consuming Value) { self.value = value }

    @inline(__always)
    func use<Result>(_ body: (inout Value) -> Result) -> Result {
        precondition(!isInUse, "a value is used while it changes")
        isInUse = true
        defer { isInUse = false }
        return body(&value)
    }
}
