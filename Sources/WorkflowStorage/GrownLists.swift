import WorkflowJSON
import WorkflowModel

/// The lists of a run's state that grow, for a storage that keeps boundaries as they are: each list once, and for each boundary how
/// much of it there was.
///
/// A list that a kept boundary holds too cannot grow in its place. Copied for every boundary it would take the square of its length.
final class GrownLists {
    private var lists: [StateChanges.Place: GrownList] = [:]
    /// The checkpoint behind which the next changes are told.
    private var last: String?

    /// The snapshot for keeping: beginnings stand in the place of lists that have grown. Nil if none has.
    func keep(_ snapshot: Snapshot, _ changes: StateChanges, as summary: CheckpointSummary) -> Snapshot? {
        if last == nil || last != summary.previousID { lists.removeAll() }
        last = summary.id
        var seen: Set<StateChanges.Place> = []
        for change in changes.all where seen.insert(change.place).inserted {
            lists[change.place] = change.growth.flatMap { list(at: change.place, $0, now: snapshot.value(at: change.place)) }
        }
        if lists.isEmpty { return nil }
        var kept = snapshot
        for (place, list) in lists { kept.replace(at: place, with: list.soFar) }
        return kept
    }

    /// Nil for what does not end as a list does that has grown.
    private func list(at place: StateChanges.Place, _ growth: StateChanges.Growth, now value: Text?) -> GrownList? {
        guard let value, value.isList, value.count == value.listBody + 1 else { return nil }
        let list: GrownList
        if let known = lists[place], known.count == growth.kept { list = known } else { list = GrownList() }
        list.take(value)
        return list
    }
}

/// The bytes of a list without its last bracket. They only become more.
private final class GrownList {
    private let bytes = Locked<[UInt8]>([])
    private(set) var count = 0

    /// What `value` has beyond these.
    func take(_ value: Text) {
        let end = value.listBody
        guard end > count else { return }
        value.withBytes { all in bytes.withLock { $0.append(contentsOf: all[count..<end]) } }
        count = end
    }

    /// As it is now, whatever is appended later.
    var soFar: Text { Text(Beginning(of: bytes, count)) }

    private final class Beginning: HostValue, @unchecked Sendable {
        private let bytes: Locked<[UInt8]>
        private let count: Int

        init(of bytes: Locked<[UInt8]>, _ count: Int) {
            (self.bytes, self.count) = (bytes, count)
            super.init()
        }

        override var encoding: Encoding {
            var text = TextBuilder(capacity: count + 1)
            bytes.withLock { all in all.withUnsafeBytes { text.append(UnsafeRawBufferPointer(rebasing: $0.prefix(count))) } }
            text.append(byte: UInt8(ascii: "]"))
            return Encoding(text.finish(), nil)
        }
    }
}
