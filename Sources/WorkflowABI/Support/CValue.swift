import CWorkflow
import Glibc
import Synchronization
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

/// An object of the host that travels as a message.
///
/// `@unchecked Sendable` because function pointers are values and `UserData` says why it is.
final class CValue: HostValue, @unchecked Sendable {
    private let value: wf_value_t
    /// The object, released when the last message with it has gone.
    private let object: UserData
    /// The text of the message behind which it was sent: an object that is passed on has the same. For the thread in `encoder`.
    private var near: Text?
    /// Written once, by the thread in `encoder`.
    private let made = AtomicLazyReference<Encoding>()
    /// The thread that was first to need the text, or 0.
    private let encoder = Atomic<UInt>(0)

    init(_ value: wf_value_t, _ object: UserData, typeName: String?, near: Text?) {
        self.value = value
        self.object = object
        if let near, near.count >= CText.shortestKnown { self.near = near }
        super.init(typeName: typeName)
    }

    /// The object, for whoever knows its kind.
    func object(of kind: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
        value.kind == kind ? object.pointer : nil
    }

    override var knownText: Text? { made.load().flatMap { $0.failure == nil ? $0.text : nil } }

    override var encoding: Encoding {
        if let made = made.load() { return made }
        let thread = CurrentThread.id
        let claim = encoder.compareExchange(expected: 0, desired: thread, ordering: .relaxed)
        guard claim.exchanged else { return claim.original == thread ? inACircle : awaited }
        let new: Encoding
        do throws(Failure) { new = Encoding(try encode(), nil) } catch { new = Encoding(.null, error) }
        return made.storeIfNil(new)
    }

    /// What another thread is making. It is seldom, and soon done: not worth a lock in every value, which could not be held
    /// while host code runs anyway.
    private var awaited: Encoding {
        var pause: useconds_t = 1
        while true {
            if let made = made.load() { return made }
            usleep(pause)
            pause = min(2 * pause, 1000)
        }
    }

    private var inACircle: Encoding {
        Encoding(.null, Failure(.reentrant, "its encode callback asks for the text that it is to make"))
    }

    private func encode() throws(Failure) -> Text {
        let answer = Answer(to: "the encoding of a value", known: near)
        defer { near = nil }
        let handle: UnsafeMutablePointer<wf_answer> = Handle.make(answer)
        let result = value.encode?(object.pointer, handle) ?? Status.internal.rawValue
        answer.close()
        Handle.free(handle)
        let isStrict = value.flags & WF_STRICT_RESULT.rawValue != 0
        guard result == Status.done.rawValue || (result == Status.ok.rawValue && !isStrict), answer.sentence == nil else {
            let status = result < 0 ? Status(rawValue: result) : .executor
            throw Failure(status, answer.sentence ?? "its encode callback ended with \(result)")
        }
        guard let text = answer.text else { throw Failure(.executor, "its encode callback did not use wf_answer_set") }
        // What is known is given back as it was.
        if let near, text.isIdentical(to: near) { return text }
        return try JSON.checked(text, as: "its JSON")
    }
}
