import CWorkflow
import WorkflowModel

/// The events of a batch, in order, as an array of structs: all of it can be read without a further call.
///
/// The next record begins `struct_size` bytes behind the one before, which a newer library may make more than `sizeof(wf_record_t)`.
/// - Parameters:
///   - batch: Borrowed.
///   - count: Receives the number of events. NULL if not wanted.
/// - Returns: The array, borrowed with all that it points to: valid until the batch is freed. NULL for anything but a batch.
@_cdecl("wf_batch_records")
public func wf_batch_records(_ batch: UnsafePointer<wf_batch>?, _ count: UnsafeMutablePointer<UInt>?) -> UnsafePointer<wf_record>? {
    let batch = Handle.peek(batch)
    count?.pointee = UInt(batch?.count ?? 0)
    return batch?.records
}

/// Which kinds of events are in a batch: whether it is worth looking through.
/// - Parameter batch: Borrowed.
/// - Returns: WF_EVENT_BIT of each of them; 0 for anything but a batch.
@_cdecl("wf_batch_kinds")
public func wf_batch_kinds(_ batch: UnsafePointer<wf_batch>?) -> UInt64 { Handle.peek(batch)?.kinds ?? 0 }

/// Gives one event of a batch as wf_run_next would have given it: for data that is made on demand, and to keep it alone.
/// - Parameters:
///   - batch: Borrowed.
///   - index: Its place in the batch, from 0.
/// - Returns: The event, owned by the caller: wf_event_free. A new one each time, independent of the batch. NULL if there is no such
///   place, and for anything but a batch.
@_cdecl("wf_batch_event")
public func wf_batch_event(_ batch: UnsafePointer<wf_batch>?, _ index: UInt) -> UnsafeMutablePointer<wf_event>? {
    Handle.peek(batch)?.event(index).map { Handle.make($0) }
}

/// Releases a batch, and every event in it that was not taken out.
/// - Parameter batch: Consumed. NULL does nothing.
@_cdecl("wf_batch_free")
public func wf_batch_free(_ batch: UnsafeMutablePointer<wf_batch>?) { Handle.free(batch) }
