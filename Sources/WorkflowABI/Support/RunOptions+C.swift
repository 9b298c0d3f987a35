import CWorkflow
import WorkflowJSON
import WorkflowModel
import WorkflowRuntime

extension RunOptions {
    init(_ pointer: UnsafePointer<wf_run_options>?) throws(Failure) {
        self.init()
        guard pointer != nil else { return }
        let options = try wf_run_options.read(pointer)
        try wf_run_options.requireKnown(pointer)
        runID = try CText.optionalString(options.run_id, "run id")
        if let runID { try Name.check(runID, as: "run id") }
        if options.storage != nil { storage = try Handle.object(options.storage).storage }
        if options.pool != nil { pool = try Handle.object(options.pool) }
        checkpoints = options.flags & WF_RUN_CHECKPOINTS.rawValue != 0
        strictState = options.flags & WF_RUN_STRICT_STATE.rawValue != 0
        if options.max_supersteps > 0 { maxSupersteps = Int(clamping: options.max_supersteps) }
        hidden = HiddenEvents(bits: options.hidden_events)
        if options.lease_ms > 0 { lease = Int(clamping: min(options.lease_ms, 366 * 86_400_000)) }
        guard let level = UInt32(exactly: options.durability).flatMap(RunDurability.init) else {
            throw Failure(.invalid, "durability is \(options.durability); use one of enum wf_durability, 0 to 2")
        }
        durability = level
        if let text = options.edits { edits = try CText.json(text, UInt.max, "the edits") }
        if let migrate = options.migrate { migration = CMigration(migrate, options.migrate_data) }
    }
}
