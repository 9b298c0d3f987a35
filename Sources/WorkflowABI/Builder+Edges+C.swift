import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// Adds an edge: what `source` sends goes to `target`, if the condition says so.
///
/// An edge from an executor to itself is a loop: its message arrives in the next superstep.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender; it may be added later. Copied.
///   - target: Id of the receiver; it may be added later. Copied.
///   - condition: Name of a condition, which may be added later; NULL for an edge that is always taken. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_EXISTS if any edge leads from `source` to `target` already; WF_E_INVALID for a bad name;
///   WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_builder_add_edge")
public func wf_builder_add_edge(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?, _ target: UnsafePointer<CChar>?,
    _ condition: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let target = try CText.string(target, "target")
        let condition = try CText.optionalString(condition, "condition name")
        try builder.describe { draft throws(Failure) in try draft.addEdge(source, target, condition: condition) }
    }
}

/// Adds an edge from each executor of a list to the next.
/// - Parameters:
///   - builder: Borrowed.
///   - ids: At least two executor ids. Copied.
///   - count: How many.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two ids. Either all edges are added or none.
@_cdecl("wf_builder_add_chain")
public func wf_builder_add_chain(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ ids: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let ids = try CText.strings(ids, count, "executor id")
        try builder.describe { draft throws(Failure) in try draft.addChain(ids) }
    }
}

/// Adds a fan-out: each message of `source` goes to every target, all in the same superstep.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender. Copied.
///   - targets: At least two executor ids. Copied.
///   - count: How many targets.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two targets.
@_cdecl("wf_builder_add_fan_out_edges")
public func wf_builder_add_fan_out_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?,
    _ targets: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let targets = try CText.strings(targets, count, "target")
        try builder.describe { draft throws(Failure) in try draft.addFanOut(source, targets) }
    }
}

/// Adds a fan-out in which a selector chooses, for each message, the targets that get it.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender. Copied.
///   - targets: At least two executor ids. Copied.
///   - count: How many targets.
///   - selector: Name of the selector, which may be added later. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two targets.
@_cdecl("wf_builder_add_multi_selection_edges")
public func wf_builder_add_multi_selection_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?,
    _ targets: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt, _ selector: UnsafePointer<CChar>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let targets = try CText.strings(targets, count, "target")
        let selector = try CText.string(selector, "selector name")
        try builder.describe { draft throws(Failure) in try draft.addSelection(source, targets, selector: selector) }
    }
}

/// Adds a switch: each message goes to the target of the first case whose condition says yes, else to the default.
/// - Parameters:
///   - builder: Borrowed.
///   - source: Id of the sender. Copied.
///   - conditions: Names of conditions, one for each case; they may be added later. Copied.
///   - targets: The target of each case; several cases may have the same one. Copied.
///   - count: How many cases: at least one.
///   - default_target: Id of the executor that gets what no case takes. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for no case.
@_cdecl("wf_builder_add_switch_case_edges")
public func wf_builder_add_switch_case_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ source: UnsafePointer<CChar>?,
    _ conditions: UnsafePointer<UnsafePointer<CChar>?>?, _ targets: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ default_target: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let source = try CText.string(source, "source")
        let conditions = try CText.strings(conditions, count, "condition")
        let targets = try CText.strings(targets, count, "target")
        let fallback = try CText.string(default_target, "default target")
        let cases = zip(conditions, targets).map { GraphDraft.Case(condition: $0, target: $1) }
        try builder.describe { draft throws(Failure) in try draft.addSwitchCase(source, cases, fallback: fallback) }
    }
}

/// Adds a fan-in: `target` waits until every source has sent, and then gets one JSON array of all that was sent,
/// grouped by source in the order of `sources`.
///
/// What waits is part of every checkpoint.
/// - Parameters:
///   - builder: Borrowed.
///   - sources: At least two executor ids. Copied.
///   - count: How many sources.
///   - target: Id of the receiver. Copied.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: As wf_builder_add_edge; WF_E_INVALID also for less than two sources.
@_cdecl("wf_builder_add_fan_in_edges")
public func wf_builder_add_fan_in_edges(
    _ builder: UnsafeMutablePointer<wf_builder>?, _ sources: UnsafePointer<UnsafePointer<CChar>?>?, _ count: UInt,
    _ target: UnsafePointer<CChar>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.describe(builder, error) { builder throws(Failure) in
        let sources = try CText.strings(sources, count, "source")
        let target = try CText.string(target, "target")
        try builder.describe { draft throws(Failure) in try draft.addFanIn(sources, target) }
    }
}
