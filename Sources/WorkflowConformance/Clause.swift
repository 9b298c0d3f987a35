/// One promise of a storage, and how it is tried.
struct Clause: Sendable {
    enum Need: Sendable {
        /// The storage must have a fence.
        case fence
        /// A second handle on the same place.
        case second
        /// The host must be able to start another process.
        case process
        /// The host must have asked for what takes long.
        case patience
    }

    let name: String
    let level: Level
    let needs: [Need]
    let check: @Sendable (Trial) throws(Verdict) -> Void

    init(_ name: String, _ level: Level, needs: Need..., check: @escaping @Sendable (Trial) throws(Verdict) -> Void) {
        (self.name, self.level, self.needs, self.check) = (name, level, needs, check)
    }

    static let all = keeping + listing + naming + caring + fencing + writing + processes + memos + large
}
