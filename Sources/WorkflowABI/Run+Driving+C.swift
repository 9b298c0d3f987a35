import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// Drives the run on this thread until there is an event, and gives it.
///
/// Callbacks run inside this call, or on the pool of the run's options. When a superstep's "superstep_completed" comes out, the superstep is committed
/// and, with a storage, saved. One thread at a time; it may be another one each time.
/// - Parameters:
///   - run: Borrowed.
///   - timeout_ms: How long to wait for executors that answered WF_PENDING, run on a pool, or are polled, in
///     milliseconds: 0 not at all, negative forever. Time spent in callbacks on this thread does not count.
///   - event: Receives the event, owned by the caller: wf_event_free. NULL unless WF_OK.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK with an event; WF_TIMEOUT if only executors that work elsewhere are left to wait for; WF_DONE when the
///   run is idle: nothing is left to deliver, or an executor halted it; if the run failed, after its last event and from
///   then on, why: the status that an executor returned, WF_E_EXECUTOR, WF_E_TIMEOUT, WF_E_STORAGE, WF_E_LIMIT,
///   WF_E_CONFLICT under WF_RUN_STRICT_STATE, or WF_E_CANCELLED. These say that the call itself was wrong and leave the run as it is: WF_E_REENTRANT from inside a
///   callback of this run; WF_E_BUSY while another thread drives it; WF_E_CLOSED if one of its own callbacks freed the run
///   and there is something to wait for; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_next")
public func wf_run_next(
    _ run: UnsafeMutablePointer<wf_run>?, _ timeout_ms: Int64, _ event: UnsafeMutablePointer<UnsafeMutablePointer<wf_event>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(event, "event")
        let run = try Handle.object(run)
        let end = try run.next(timeout: timeout_ms, most: 1) { (event: consuming Event, sequence) in
            place.pointee = Handle.make(EventBox(event, sequence: sequence, graph: run.workflow.graph))
        }
        return status(end)
    }
}

/// Drives the run on this thread like wf_run_next, and gives up to `most` events at once.
///
/// For hosts to which a call costs more than an event: scripting languages, and whoever wants all events. Once it has an event it
/// does not wait: it comes back when the run would wait or rest, when host code has failed, or with `most` events. But it goes
/// on through callbacks on this thread: an event that must be seen before the next callback is called wants a `most` of 1.
/// The promise of wf_run_next holds: with "superstep_completed" in the batch, that superstep is committed.
/// - Parameters:
///   - run: Borrowed.
///   - timeout_ms: As for wf_run_next, for the first event.
///   - most: At least 1.
///   - batch: Receives the events, at least one, owned by the caller: wf_batch_free. NULL unless WF_OK.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK with a batch; WF_E_INVALID if `most` is 0; else what wf_run_next answers in place of an event. What comes behind the
///   events of a batch, such as WF_DONE or why the run failed, is answered by the next call.
@_cdecl("wf_run_next_batch")
public func wf_run_next_batch(
    _ run: UnsafeMutablePointer<wf_run>?, _ timeout_ms: Int64, _ most: UInt,
    _ batch: UnsafeMutablePointer<UnsafeMutablePointer<wf_batch>?>?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(batch, "batch")
        let run = try Handle.object(run)
        guard most > 0 else { throw Failure(.invalid, "a batch of at most 0 events was asked for; ask for 1 or more") }
        var (events, kinds): (ContiguousArray<EventBatch.Item>, UInt64) = ([], 0)
        let end = try run.next(timeout: timeout_ms, most: most) { (event: consuming Event, sequence) in
            kinds |= 1 &<< UInt64(truncatingIfNeeded: event.kind.rawValue)
            if events.isEmpty { events.reserveCapacity(8) }
            events.append((event, sequence))
        }
        if end == nil { place.pointee = Handle.make(EventBatch(events, kinds, run.workflow.graph)) }
        return status(end)
    }
}

/// Takes a message for an executor that was added with WF_POLLED, in place of a callback.
///
/// Any number of threads may poll, also while another one is inside wf_run_next; somebody must drive the run meanwhile. One
/// thread can do both, in turns and with a timeout of 0. What the context is for: wf_context_executor_id,
/// wf_context_input. The call is one like that of a callback that answered WF_PENDING.
/// - Parameters:
///   - run: Borrowed. Freeing it wakes the threads that wait here, with WF_E_CLOSED.
///   - timeout_ms: How long to wait for a message, in milliseconds: 0 not at all, negative forever.
///   - context: Receives the context, owned by the caller: wf_context_finish, from any thread, is the only way to be rid of
///     it. After the end of its run that answers WF_E_CLOSED. NULL unless WF_OK.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK with a context; WF_TIMEOUT; WF_DONE when the run is idle and no message is left: an input or an answer
///   lets it go on; WF_E_CLOSED if the run failed, was cancelled or is gone; WF_E_REENTRANT if it would have to wait inside
///   a callback that runs on the driving thread of this run; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_poll")
public func wf_run_poll(
    _ run: UnsafeMutablePointer<wf_run>?, _ timeout_ms: Int64,
    _ context: UnsafeMutablePointer<UnsafeMutablePointer<wf_context>?>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.status(error) { () throws(Failure) in
        let place = try Boundary.place(context, "context")
        switch try Handle.object(run).poll(timeout: timeout_ms) {
        case .call(let context):
            place.pointee = Handle.make(context)
            return .ok
        case .timeout: return .timeout
        case .done: return .done
        }
    }
}

/// Gives a file descriptor for poll, epoll, select or an event loop: readable while something has arrived that
/// wf_run_next has not taken in: a finished call, an output of one, an input, an answer, a cancel; and when a pause before a
/// further attempt is over, or a call takes too long.
///
/// Wait for it after wf_run_next with a timeout of 0 has answered WF_TIMEOUT or WF_DONE, and then call wf_run_next again: it
/// makes the descriptor unreadable. Do not read or close it. It is made when first asked for, and has the close-on-exec and
/// non-blocking flags. Any thread, any time.
/// - Parameters:
///   - run: Borrowed. Freeing it closes the descriptor: take it out of the event loop before.
///   - descriptor: Receives the descriptor, borrowed: the same each time. -1 on error.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_LIMIT if the system gives no descriptor; WF_E_MISUSE for a NULL or another kind of handle;
///   WF_E_FORKED.
@_cdecl("wf_run_wake_fd")
public func wf_run_wake_fd(
    _ run: UnsafeMutablePointer<wf_run>?, _ descriptor: UnsafeMutablePointer<Int32>?,
    _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    Boundary.call(error) { () throws(Failure) in
        guard let descriptor else { throw Failure(.misuse, "the place for the descriptor is NULL") }
        descriptor.pointee = -1
        descriptor.pointee = try Handle.object(run).wakeDescriptor()
    }
}

/// Sets the callback that tells when something arrives for wf_run_next, as the descriptor of wf_run_wake_fd does.
///
/// It is called when something arrives and nothing waited before, and at once if something waits already: on the thread that
/// brings it, or on this one; with no lock held. It may use every object; let it tell the driving thread, and return. When
/// it is replaced, or the run is freed, it may be running on another thread and go on: it has returned for good when its
/// finalizer runs. A callback that uses the run is to be replaced, and its finalizer awaited, before wf_run_free. Any
/// thread, any time.
///
/// It does not tell that a pause is over or a call takes too long: nobody brings that. A run with retries, timeouts or a lease
/// wants the descriptor, or wf_run_next every so often.
/// - Parameters:
///   - run: Borrowed.
///   - wake: Replaces the callback before; NULL for none.
///   - user_data: Passed to `wake`. Consumed, whatever the answer is.
///   - finalizer: Releases user_data: when the callback is replaced, when the run is freed, or at once if the call fails.
///     NULL for none.
///   - error: Receives an error, owned by the caller, or NULL. May be NULL.
/// - Returns: WF_OK; WF_E_MISUSE for a NULL or another kind of handle; WF_E_FORKED.
@_cdecl("wf_run_set_wake")
public func wf_run_set_wake(
    _ run: UnsafeMutablePointer<wf_run>?, _ wake: wf_wake_fn?, _ user_data: UnsafeMutableRawPointer?,
    _ finalizer: wf_finalizer_fn?, _ error: UnsafeMutablePointer<UnsafeMutablePointer<wf_error>?>?
) -> wf_status_t {
    let userData = UserData(user_data, finalizer)
    return Boundary.call(error) { () throws(Failure) in
        let run = try Handle.object(run)
        guard let wake else { return run.setWake(nil) }
        run.setWake { wake(userData.pointer) }
    }
}

/// What is answered for events, or in their place.
private func status(_ end: Run.Stop?) -> Status {
    switch end {
    case nil: .ok
    case .timeout: .timeout
    case .done: .done
    }
}
