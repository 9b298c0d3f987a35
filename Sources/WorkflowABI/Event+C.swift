import CWorkflow
import WorkflowModel

/// What the event tells.
///
/// Any thread.
/// - Parameter event: Borrowed.
/// - Returns: The kind; 0 for anything but an event.
@_cdecl("wf_event_kind")
public func wf_event_kind(_ event: UnsafePointer<wf_event>?) -> wf_event_kind_t {
    Handle.peek(event)?.event.kind.rawValue ?? 0
}

/// The name of a kind, such as "superstep_completed".
///
/// Any thread.
/// - Parameter kind: Any number.
/// - Returns: A static text; "unknown" for a kind that this version does not know.
@_cdecl("wf_event_kind_name")
public func wf_event_kind_name(_ kind: wf_event_kind_t) -> UnsafePointer<CChar> {
    (EventKind(rawValue: kind)?.name ?? "unknown").cString
}

/// The event's place among those that this run handle gave: 1, 2, 3 and so on without gaps.
///
/// Any thread.
/// - Parameter event: Borrowed.
/// - Returns: The number; 0 for anything but an event.
@_cdecl("wf_event_sequence")
public func wf_event_sequence(_ event: UnsafePointer<wf_event>?) -> UInt64 { Handle.peek(event)?.sequence ?? 0 }

/// The superstep that the event belongs to, counted from 1 and across resumes; 0 before the first.
///
/// Any thread.
/// - Parameter event: Borrowed.
/// - Returns: The number; 0 for anything but an event.
@_cdecl("wf_event_superstep")
public func wf_event_superstep(_ event: UnsafePointer<wf_event>?) -> UInt64 {
    UInt64(clamping: Handle.peek(event)?.event.superstep ?? 0)
}

/// The executor that the event is about.
///
/// Any thread.
/// - Parameter event: Borrowed.
/// - Returns: NUL-terminated id, borrowed: valid until the event is freed. NULL if the event is about no executor.
@_cdecl("wf_event_executor_id")
public func wf_event_executor_id(_ event: UnsafePointer<wf_event>?) -> UnsafePointer<CChar>? {
    Handle.peek(event)?.executorID.map { CText.lend($0, nil) }
}

/// The id of the request that a "request_info" event tells of: for wf_run_respond.
///
/// Any thread.
/// - Parameter event: Borrowed.
/// - Returns: NUL-terminated id, borrowed: valid until the event is freed. NULL for other kinds of events.
@_cdecl("wf_event_request_id")
public func wf_event_request_id(_ event: UnsafePointer<wf_event>?) -> UnsafePointer<CChar>? {
    guard case .request(let request) = Handle.peek(event)?.event.data else { return nil }
    return CText.lend(request.id, nil)
}

/// The name that the host gave a "custom" event.
///
/// Any thread.
/// - Parameter event: Borrowed.
/// - Returns: NUL-terminated name, borrowed: valid until the event is freed. Empty for other kinds of events, and for
///   anything but an event.
@_cdecl("wf_event_name")
public func wf_event_name(_ event: UnsafePointer<wf_event>?) -> UnsafePointer<CChar> {
    guard case .custom(let name, _) = Handle.peek(event)?.event.data else { return CText.lend(emptyText, nil) }
    return CText.lend(name, nil)
}

/// The event's data as JSON. Its shape depends on the kind: see `enum wf_event_kind`.
///
/// Any thread.
/// - Parameters:
///   - event: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated JSON, borrowed: valid until the event is freed. "null" if there is none. Never NULL.
@_cdecl("wf_event_data")
public func wf_event_data(_ event: UnsafePointer<wf_event>?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(event)?.data ?? .null, length)
}

/// The whole event as one JSON object: `type` (the kind's name), `sequence`, `superstep`, `executor_id` (null if none)
/// and `data`; for "request_info" also `request_id` and `response_type`, for "custom" also `name`.
///
/// Any thread.
/// - Parameters:
///   - event: Borrowed.
///   - length: Receives the number of bytes without the NUL. NULL if not wanted.
/// - Returns: NUL-terminated JSON, borrowed: valid until the event is freed. "null" for anything but an event.
@_cdecl("wf_event_json")
public func wf_event_json(_ event: UnsafePointer<wf_event>?, _ length: UnsafeMutablePointer<UInt>?) -> UnsafePointer<CChar> {
    CText.lend(Handle.peek(event)?.json ?? .null, length)
}

/// Releases an event.
///
/// Any thread.
/// - Parameter event: Consumed. NULL does nothing.
@_cdecl("wf_event_free")
public func wf_event_free(_ event: UnsafeMutablePointer<wf_event>?) { Handle.free(event) }
