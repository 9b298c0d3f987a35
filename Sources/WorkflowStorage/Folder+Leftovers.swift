import Glibc
import WorkflowModel

/// Temporary files of writers that died.
extension Folder {
    /// One that is so old, in seconds, has no writer any more, or one that has stood still for so long that it may well begin
    /// again: what becomes of its commit is an error then.
    private static let dead = 3600

    /// Removes the temporary files that are old, by the clock of the file system that wrote their times, and that have no other
    /// name: one that has is the claim of a run, and its checkpoint may have no name of its own yet.
    func removeLeftovers() throws(Failure) {
        let old = try names().filter { Self.isTemporary($0) }
        guard !old.isEmpty, let now = try clock() else { return }
        for name in old {
            guard let looks = try look(name), looks.isRegular, looks.names == 1,
                looks.changed < now &- Self.dead &* 1_000_000_000
            else { continue }
            _ = try remove(name)
        }
    }

    /// As `withTemporary` makes them; other files that begin with a dot are somebody else's.
    static func isTemporary(_ name: String) -> Bool {
        guard name.hasPrefix("."), name.hasSuffix(".tmp") else { return false }
        let parts = name.dropFirst().dropLast(4).split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count >= 2, let random = parts.last, (1...16).contains(random.utf8.count) else { return false }
        return random.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    /// What the file system takes for now. Nil if it has no time.
    private func clock() throws(Failure) -> Int? {
        try withTemporary("clock", Text(""), onDisk: false) { (temporary: inout Temporary) throws(Failure) in try look(temporary.name)?.changed }
    }
}

extension DirectoryStorage {
    /// Where something was deleted, what dead writers have left goes too. Not where nothing was: it needs a listing.
    public func reclaim() throws(Failure) {
        var places: [Folder] = [folder]
        for name in [Self.indexPlace.folder, Self.memoPlace] {
            if let inner = try folder.folder(name, make: false) { places.append(inner) }
        }
        for place in places { try place.removeLeftovers() }
    }
}
