import CWorkflow
import Glibc
import WorkflowModel

/// A struct that the host fills. Its first member says how many bytes of it the host knows.
protocol SizedStruct {
    init()
    static var noun: String { get }
    /// The size of the first version that was published: no host has less.
    static var firstSize: Int { get }
}

extension wf_executor: SizedStruct {
    static let noun = "wf_executor_t"
    static let firstSize = 48
}
extension wf_condition: SizedStruct {
    static let noun = "wf_condition_t"
    static let firstSize = 48
}
extension wf_run_options: SizedStruct {
    static let noun = "wf_run_options_t"
    static let firstSize = 40
}

extension SizedStruct {
    /// A copy in which members that the host does not know are zero.
    static func read(_ pointer: UnsafePointer<Self>?) throws(Failure) -> Self {
        guard let pointer else { throw Failure(.misuse, "the \(noun) is NULL") }
        let raw = UnsafeRawPointer(pointer)
        let size = Int(raw.load(as: UInt32.self))
        guard size >= firstSize else {
            throw Failure(.invalid, "\(noun).struct_size is \(size), less than any version had; start from the _INIT macro")
        }
        let known = MemoryLayout<Self>.size
        if size > known {
            let beyond = UnsafeRawBufferPointer(start: raw + known, count: size - known)
            guard beyond.allSatisfy({ $0 == 0 }) else {
                throw Failure(
                    .unsupported, "\(noun) sets a member that this version of the library does not know; use a newer library")
            }
        }
        var copy = Self()
        withUnsafeMutableBytes(of: &copy) { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(start: raw, count: min(size, known)))
        }
        return copy
    }
}
