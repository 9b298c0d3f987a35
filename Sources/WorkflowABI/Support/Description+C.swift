import CWorkflow
import WorkflowModel

// What numbers, flags and structs of C say about a graph.

extension SubWorkflow.Ties {
    init(_ flags: UInt32) throws(Failure) {
        self.init()
        let known = WF_SUB_DIRECT_OUTPUT.rawValue | WF_SUB_INTERCEPT_REQUESTS.rawValue | WF_SUB_SHARED_STATE.rawValue
        guard flags & ~known == 0 else {
            throw Failure(
                .unsupported, "the sub-workflow flags have bits that this version of the library does not know: 0x\(String(flags & ~known, radix: 16))")
        }
        outputsDirectly = flags & WF_SUB_DIRECT_OUTPUT.rawValue != 0
        interceptsRequests = flags & WF_SUB_INTERCEPT_REQUESTS.rawValue != 0
        sharesState = flags & WF_SUB_SHARED_STATE.rawValue != 0
    }
}

extension OutputDesignation {
    /// Nil for the default.
    static func of(_ number: wf_output_t) throws(Failure) -> OutputDesignation? {
        switch number {
        case Int32(WF_OUTPUT_DEFAULT.rawValue): nil
        case Int32(WF_OUTPUT_FINAL.rawValue): .final
        case Int32(WF_OUTPUT_INTERMEDIATE.rawValue): .intermediate
        case Int32(WF_OUTPUT_HIDDEN.rawValue): .hidden
        default: throw Failure(.invalid, "\(number) is no output designation; use one of enum wf_output")
        }
    }
}

extension Retry {
    init(_ pointer: UnsafePointer<wf_retry>) throws(Failure) {
        try wf_retry.requireKnown(pointer)
        let given = try wf_retry.read(pointer)
        func number(_ value: UInt64, else absent: Int) -> Int { value == 0 ? absent : Int(clamping: value) }
        try self.init(
            attempts: number(UInt64(given.attempts), else: 3), delay: number(given.delay_ms, else: 1000),
            factor: given.factor == 0 ? 2 : given.factor, longest: number(given.longest_ms, else: 60_000), jitter: given.jitter)
    }
}
