import CShims
import Glibc
import WorkflowModel

/// A process that the host started for a clause: stopped, continued and ended, never reaped.
struct OtherProcess {
    let id: Int
    private static let patience = 60

    /// A host that gives a number of its own, or of a group, must not have that ended.
    init(_ start: Conformance.Start?, _ task: ConformanceTask) throws(Verdict) {
        guard let start else { throw .skipped("no way to start another process was given") }
        do throws(Failure) { id = try start(task.text) } catch { throw .broken("starting another process", expected: "its id", came: error.told) }
        guard id > 1, Int32(exactly: id) != nil, id != Int(getpid()) else {
            throw .broken("starting another process", expected: "the id of a process", came: "\(id)")
        }
    }

    /// Until it stopped itself.
    func waitUntilStopped() throws(Verdict) {
        try wait(for: "the other process to stop itself") { () throws(Verdict) in
            if [UInt8(ascii: "T"), UInt8(ascii: "t")].contains(state) { return true }
            try requireRunning()
            return false
        }
    }

    /// Polls until something is so, as long as the process runs.
    func wait(for what: String, _ isSo: () throws(Verdict) -> Bool) throws(Verdict) {
        for _ in 0..<(Self.patience * 500) {
            if try isSo() { return }
            usleep(2000)
        }
        throw .broken("waiting for \(what)", expected: "it within \(Self.patience) seconds", came: "nothing")
    }

    func requireRunning() throws(Verdict) {
        guard ended == WFS_RUNNING || (isLost && state != 0 && state != UInt8(ascii: "Z")) else {
            throw .broken("the other process", expected: "it to go on", came: "that it ended with \(end ?? "nobody knows what")")
        }
    }

    /// The task was a success.
    func waitForSuccess() throws(Verdict) {
        try wait(for: "the other process to end") { ended != WFS_RUNNING }
        guard ended == 0 else {
            throw .broken("the other process", expected: "exit code 0", came: "\(end ?? "no exit code: the program has reaped it; it must wait until the end of the suite"). Its own message says more")
        }
    }

    func waitForEnd() throws(Verdict) {
        try wait(for: "the other process to end") { ended != WFS_RUNNING }
    }

    func goOn() { kill(Int32(id), SIGCONT) }

    /// Whatever it does. Nothing happens to one that has ended and was not reaped.
    func destroy() { if ended == WFS_RUNNING { kill(Int32(id), SIGKILL) } }

    private var state: UInt8 { UInt8(bitPattern: wfs_process_state(Int64(id))) }
    private var isLost: Bool { ended == WFS_LOST }

    private var ended: Int { Int(wfs_child_end(Int64(id))) }

    /// Nil if it is not a child of this process, or no more.
    private var end: String? {
        switch ended {
        case WFS_RUNNING: "nothing: it goes on"
        case WFS_LOST: nil
        case let end where end >= 256: "signal \(end - 256)"
        case let end: "exit code \(end), which stands for \(Status(rawValue: Int32(clamping: -end)).words.name)"
        }
    }
}
