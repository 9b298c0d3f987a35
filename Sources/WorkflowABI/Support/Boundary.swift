import CWorkflow
import WorkflowModel
import WorkflowRuntime

typealias ErrorOut = UnsafeMutablePointer<UnsafeMutablePointer<wf_error_t>?>?

/// Where Swift errors become statuses. Every exported function that can fail is one call of this.
enum Boundary {
    static func status(_ error: ErrorOut, _ body: () throws(Failure) -> Status) -> wf_status_t {
        error?.pointee = nil
        do {
            return try body().rawValue
        } catch {
            return give(error)
        }

        func give(_ failure: Failure) -> wf_status_t {
            error?.pointee = Handle.make(ErrorBox(failure))
            return failure.status.rawValue
        }
    }

    /// For calls that answer ok or throw.
    static func call(_ error: ErrorOut, _ body: () throws(Failure) -> Void) -> wf_status_t {
        status(error) { () throws(Failure) in
            try body()
            return .ok
        }
    }

    /// For calls that describe a graph: a refusal is remembered by the builder, wherever it was noticed.
    static func describe(
        _ handle: UnsafeMutablePointer<wf_builder>?, _ error: ErrorOut,
        _ body: (WorkflowBuilder) throws(Failure) -> Void
    ) -> wf_status_t {
        call(error) { () throws(Failure) in try Handle.object(handle).remembering(body) }
    }

    /// A place for a result, set to NULL until there is one.
    static func place<Result>(
        _ pointer: UnsafeMutablePointer<UnsafeMutablePointer<Result>?>?, _ what: String
    ) throws(Failure) -> UnsafeMutablePointer<UnsafeMutablePointer<Result>?> {
        guard let pointer else { throw Failure(.misuse, "the place for the \(what) is NULL") }
        pointer.pointee = nil
        return pointer
    }
}

/// What a `wf_error_t *` points to. Immutable.
final class ErrorBox {
    let status: Status
    let message: Text
    let details: Text

    init(_ failure: Failure) {
        status = failure.status
        message = Text(failure.message)
        details = failure.detailsJSON
    }
}
