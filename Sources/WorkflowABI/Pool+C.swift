import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// Makes threads that handle messages for the runs whose options name the pool.
///
/// `invoke` callbacks of those runs then run on the pool, several at a time; an executor still handles one message after
/// another. Save and restore callbacks, conditions and selectors stay on the thread that drives the run, which waits for
/// the pool as it waits for executors that answered WF_PENDING. Checkpoints are the same with any number of threads, and
/// without. A run that is driven from inside a callback on the pool has its callbacks on that very thread, so that it
/// cannot wait for itself. Signals are blocked in the threads. Any thread.
/// - Parameters:
///   - threads: How many, 1 to 1024. All are made now.
///   - pool: Receives the pool, owned by the caller: wf_pool_free. NULL on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_INVALID for another number of threads; WF_E_LIMIT if the system gives no more threads;
///   WF_E_MISUSE for a NULL.
@_cdecl("wf_pool_new")
public func wf_pool_new(
    _ threads: UInt32, _ pool: UnsafeMutablePointer<UnsafeMutablePointer<wf_pool>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        let place = try Boundary.place(pool, "pool")
        place.pointee = Handle.make(try Pool(threads: Int(threads)))
    }
}

/// Releases a pool. Runs that use it keep it until they are freed.
///
/// When the last of them lets go, its threads end, and that call waits for the callbacks that are at work: hold no lock
/// that they may want. Inside a callback on a pool, of this or another one, it does not wait. Any thread.
/// - Parameter pool: Consumed. NULL does nothing, and so does a pool of the parent in a forked child.
@_cdecl("wf_pool_free")
public func wf_pool_free(_ pool: UnsafeMutablePointer<wf_pool>?) { Handle.free(pool) }
