import CShims
import CWorkflow
import WorkflowModel
import WorkflowRuntime

/// The tie between a C handle type and the Swift object behind it. All `Unmanaged` lives in this folder.
///
/// A handle is the address of the object. Its first word, the `reserved` member that C never reads, is the pointer to
/// the object's class: so a handle of another kind is recognised, and most freed ones too, before anything is touched.
protocol HandleType {
    associatedtype Object: AnyObject
    static var noun: String { get }
}

extension wf_error: HandleType {
    typealias Object = ErrorBox
    static let noun = "error"
}
extension wf_builder: HandleType {
    typealias Object = WorkflowBuilder
    static let noun = "builder"
}
extension wf_workflow: HandleType {
    typealias Object = Workflow
    static let noun = "workflow"
}
extension wf_storage: HandleType {
    typealias Object = StorageBox
    static let noun = "storage"
}
extension wf_pool: HandleType {
    typealias Object = Pool
    static let noun = "pool"
}
extension wf_run: HandleType {
    typealias Object = Run
    static let noun = "run"
}
extension wf_event: HandleType {
    typealias Object = EventBox
    static let noun = "event"
}
extension wf_batch: HandleType {
    typealias Object = EventBatch
    static let noun = "batch"
}
extension wf_selection: HandleType {
    typealias Object = Selection
    static let noun = "selection"
}
extension wf_answer: HandleType {
    typealias Object = Answer
    static let noun = "answer"
}
extension wf_migration: HandleType {
    typealias Object = Migration
    static let noun = "migration"
}
extension wf_context: HandleType {
    typealias Object = Context
    static let noun = "context"
}

enum Handle {
    /// A new handle that owns a reference.
    static func make<H: HandleType>(_ object: H.Object, as: H.Type = H.self) -> UnsafeMutablePointer<H> {
        Unmanaged.passRetained(object).toOpaque().assumingMemoryBound(to: H.self)
    }

    /// Gives up the reference. NULL and handles of another kind are left alone.
    static func free<H: HandleType>(_ handle: UnsafeMutablePointer<H>?) {
        guard let handle, isOne(handle) else { return }
        Unmanaged<H.Object>.fromOpaque(handle).release()
    }

    /// The same for objects that belong to a process: in a forked child they are left to the parent.
    static func free<H: HandleType>(_ handle: UnsafeMutablePointer<H>?) where H.Object: ProcessBound {
        guard let handle, isOne(handle) else { return }
        let object = Unmanaged<H.Object>.fromOpaque(handle)
        let isOurs = object._withUnsafeGuaranteedRef { !$0.isForeign && !$0.isGone }
        if isOurs { object.release() }
    }

    /// The object, or nil for NULL and handles of another kind.
    static func peek<H: HandleType>(_ handle: UnsafePointer<H>?) -> H.Object? {
        guard let handle, isOne(handle) else { return nil }
        return Unmanaged<H.Object>.fromOpaque(handle).takeUnretainedValue()
    }

    static func peek<H: HandleType>(_ handle: UnsafePointer<H>?) -> H.Object? where H.Object: ProcessBound {
        guard let handle, isOne(handle) else { return nil }
        let object = Unmanaged<H.Object>.fromOpaque(handle).takeUnretainedValue()
        return object.isGone ? nil : object
    }

    /// The object, or a sentence about what was passed instead.
    static func object<H: HandleType>(_ handle: UnsafePointer<H>?) throws(Failure) -> H.Object where H.Object: ProcessBound {
        guard let handle else { throw Failure(.misuse, "the \(H.noun) is NULL") }
        let object = Unmanaged<H.Object>.fromOpaque(handle)
        guard isOne(handle), object._withUnsafeGuaranteedRef({ !$0.isGone }) else {
            throw Failure(.misuse, "the pointer passed as \(H.noun) is not a \(H.noun), or one that was freed")
        }
        guard object._withUnsafeGuaranteedRef({ !$0.isForeign }) else {
            throw Failure(.forked, "the \(H.noun) was made before fork(); the child must make its own")
        }
        return object.takeUnretainedValue()
    }

    static func object<H: HandleType>(_ handle: UnsafeMutablePointer<H>?) throws(Failure) -> H.Object
    where H.Object: ProcessBound {
        try object(UnsafePointer(handle))
    }

    private static func isOne<H: HandleType>(_ handle: UnsafePointer<H>) -> Bool {
        guard UInt(bitPattern: handle) % UInt(MemoryLayout<UnsafeRawPointer>.alignment) == 0 else { return false }
        let metadata = UnsafeRawPointer(handle).load(as: UnsafeRawPointer?.self)
        return metadata == unsafeBitCast(H.Object.self as AnyClass, to: UnsafeRawPointer.self)
    }

    private static func isOne<H: HandleType>(_ handle: UnsafeMutablePointer<H>) -> Bool { isOne(UnsafePointer(handle)) }
}
