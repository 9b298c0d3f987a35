import CWorkflow
import Glibc
import WorkflowModel

/// A struct that the host fills. Its first member says how many bytes of it the host knows.
protocol SizedStruct {
    init()
    static var noun: String { get }
    /// The size of the first version that was published: no host has less.
    static var firstSize: Int { get }
    var flags: UInt32 { get }
    static var knownFlags: UInt32 { get }
}

extension wf_executor: SizedStruct {
    static let noun = "wf_executor_t"
    static let firstSize = 48
    static let knownFlags = WF_SAVE_ALWAYS.rawValue | WF_STRICT_RESULT.rawValue | WF_POLLED.rawValue | WF_TAKES_VALUES.rawValue
}
extension wf_condition: SizedStruct {
    static let noun = "wf_condition_t"
    static let firstSize = 48
    static let knownFlags = WF_STRICT_RESULT.rawValue
}
extension wf_selector: SizedStruct {
    static let noun = "wf_selector_t"
    static let firstSize = 48
    static let knownFlags = WF_STRICT_RESULT.rawValue
}
extension wf_storage_code: SizedStruct {
    static let noun = "wf_storage_code_t"
    static let firstSize = 88
    static let knownFlags = WF_STRICT_RESULT.rawValue | WF_UNSEALED.rawValue
}
extension wf_run_options: SizedStruct {
    static let noun = "wf_run_options_t"
    static let firstSize = 40
    static let knownFlags = WF_RUN_CHECKPOINTS.rawValue | WF_RUN_STRICT_STATE.rawValue
}

extension wf_conformance: SizedStruct {
    static let noun = "wf_conformance_t"
    static let firstSize = 48
    static let knownFlags = WF_CONFORM_LARGE.rawValue
}
extension wf_value: SizedStruct {
    static let noun = "wf_value_t"
    static let firstSize = 48
    static let knownFlags = WF_STRICT_RESULT.rawValue
}
extension wf_retry: SizedStruct {
    static let noun = "wf_retry_t"
    static let firstSize = 40
    static let knownFlags: UInt32 = 0
    var flags: UInt32 { 0 }
}

extension SizedStruct {
    /// A copy in which members that the host does not know are zero. Says nothing about what the library does not
    /// know: see `requireKnown`, which comes second so that user data is in safe hands by then.
    static func read(_ pointer: UnsafePointer<Self>?) throws(Failure) -> Self {
        guard let pointer else { throw Failure(.misuse, "the \(noun) is NULL") }
        let raw = UnsafeRawPointer(pointer)
        let size = Int(raw.load(as: UInt32.self))
        guard size >= firstSize else {
            throw Failure(.invalid, "\(noun).struct_size is \(size), less than any version had; start from the _INIT macro")
        }
        var copy = Self()
        withUnsafeMutableBytes(of: &copy) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: min(size, MemoryLayout<Self>.size)))
        }
        return copy
    }

    /// Refuses members and flags that only a newer library would obey.
    static func requireKnown(_ pointer: UnsafePointer<Self>?) throws(Failure) {
        guard let pointer else { return }
        let raw = UnsafeRawPointer(pointer)
        let known = MemoryLayout<Self>.size
        let beyond = UnsafeRawBufferPointer(start: raw + known, count: max(0, Int(raw.load(as: UInt32.self)) - known))
        guard beyond.allSatisfy({ $0 == 0 }) else {
            throw Failure(
                .unsupported, "\(noun) sets a member that this version of the library does not know; use a newer library")
        }
        let unknown = pointer.pointee.flags & ~knownFlags
        guard unknown == 0 else {
            throw Failure(
                .unsupported, "\(noun).flags has bits that this version of the library does not know: 0x\(String(unknown, radix: 16))")
        }
    }
}
