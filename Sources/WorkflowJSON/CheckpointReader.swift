public import WorkflowModel

/// Reads the checkpoint document: everything is checked before anything is used.
extension CheckpointDocument {
    /// What stands at the head of the document, without a graph. `what` names the document in errors.
    public static func summary(of document: Text, as what: String) throws(Failure) -> CheckpointSummary {
        try CheckpointReader(document, what).summary()
    }

    /// The same of a document that a checksum has shown to be the one that was written. It is read only as far as its head goes,
    /// which for a large state is next to nothing.
    public static func summary(trusting document: Text, as what: String) throws(Failure) -> CheckpointSummary {
        try CheckpointReader(headOf: document, what).summary()
    }

    /// The whole checkpoint, if it was made by `graph`.
    public static func checkpoint(from document: Text, graph: Graph, as what: String) throws(Failure) -> Checkpoint {
        let reader = try CheckpointReader(document, what)
        let summary = try reader.summary()
        guard summary.signature == graph.signature.string else {
            throw CheckpointComparison(reader, to: graph, summary).mismatch
        }
        return Checkpoint(summary: summary, snapshot: try reader.snapshot(graph, summary))
    }
}

struct CheckpointReader {
    let what: String
    /// In the order of the document.
    let all: [(name: String, value: JSONValue)]
    let members: [String: JSONValue]

    static let known: Set<String> = [
        "format", "version", "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature",
        "timestamp", "kind", "superstep", "input_superstep", "messages", "fan_in_buffers", "state", "executor_states",
        "pending_request_info_events", "sub_workflows", "partial", "lanes", "metadata", "graph", "checksum",
    ]

    /// Far more than any run can count, and far from where counting would overflow.
    static let largestCount = 1 << 53

    init(_ document: Text, _ what: String) throws(Failure) {
        let value: JSONValue
        do throws(Failure) { value = try JSONValue(checking: document, as: what) } catch {
            throw Failure(.checkpoint, error.message + ". It is damaged or cut short", offset: error.offset)
        }
        try self.init(value.members, what)
    }

    /// With no more members than a summary needs.
    fileprivate init(headOf document: Text, _ what: String) throws(Failure) {
        var missing = Self.head
        try self.init(
            JSONValue.firstMembers(trusting: document) { name in
                missing.remove(name)
                return missing.isEmpty
            }, what)
    }

    private static let head: Set<String> = [
        "format", "version", "checkpoint_id", "previous_checkpoint_id", "run_id", "workflow_name", "graph_signature", "timestamp",
        "kind", "superstep",
    ]

    init(_ all: [(name: String, value: JSONValue)], _ what: String) throws(Failure) {
        (self.all, self.what) = (all, what)
        members = Dictionary(all.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
        guard members["format"]?.string == CheckpointDocument.format else {
            throw Failure(.checkpoint, "\(what) is not a libworkflow checkpoint: it has no \"format\": \"\(CheckpointDocument.format)\"")
        }
        guard let version = members["version"]?.integer else { throw wrong("version", "an integer") }
        guard version == CheckpointDocument.version else {
            throw Failure(
                .checkpoint,
                "\(what) has format version \(version); this library reads version \(CheckpointDocument.version). Use a newer library")
        }
    }

    func summary() throws(Failure) -> CheckpointSummary {
        CheckpointSummary(
            id: try string("checkpoint_id"), previousID: try optionalString("previous_checkpoint_id"),
            runID: try string("run_id"), workflowName: try string("workflow_name"),
            signature: try string("graph_signature"), kind: try string("kind"), superstep: try count("superstep"),
            timestamp: try string("timestamp"))
    }

    func snapshot(_ graph: Graph, _ summary: CheckpointSummary) throws(Failure) -> Snapshot {
        guard CheckpointKind(rawValue: summary.kind) != nil else {
            throw Failure(
                .unsupported, "\(what) is of the kind '\(summary.kind.printable)', which this version of the library cannot resume")
        }
        var snapshot = Snapshot(graph: graph)
        snapshot.superstep = summary.superstep
        snapshot.inputSuperstep = try count("input_superstep")
        guard snapshot.inputSuperstep <= snapshot.superstep else { throw wrong("input_superstep", "at most the superstep") }
        for (index, message) in try array("messages").enumerated() {
            snapshot.messages.append(try self.message(message, graph, "messages[\(index)]"))
        }
        for (index, buffer) in try array("fan_in_buffers").enumerated() {
            let (fanIn, waiting) = try fanIn(buffer, graph, "fan_in_buffers[\(index)]")
            guard snapshot.fanIns.updateValue(waiting, forKey: fanIn) == nil else {
                throw wrong("fan_in_buffers[\(index)]", "the only one of its fan-in")
            }
        }
        snapshot.shared = try state(try object("state"), "state")
        for (id, value) in try object("executor_states").members {
            let path = "executor_states.\(id.printable)"
            guard let index = graph.index(ofExecutor: id) else { throw wrong(path, "an executor of the workflow") }
            snapshot.executors[index] = try executorState(value, path)
        }
        for (id, value) in try object("pending_request_info_events").members {
            let path = "pending_request_info_events.\(id.printable)"
            let request = try self.request(value, graph, path)
            guard request.id.string == id else { throw wrong(path + ".request_id", "'\(id.printable)'") }
            snapshot.requests.append(request)
        }
        for (id, value) in try object("sub_workflows").members {
            let path = "sub_workflows.\(id.printable)"
            guard let node = graph.index(ofExecutor: id), let sub = graph.subWorkflows[node], !sub.ties.sharesState else {
                throw wrong(path, "a sub-workflow with a state of its own")
            }
            let fields = try fields(value, path, ["state"])
            guard let own = fields["state"] else { throw wrong(path + ".state", "present") }
            snapshot.scopes[node] = try state(own, path + ".state")
        }
        if let partial = members["partial"] {
            guard [CheckpointKind.partial, .fork].contains(where: { $0.rawValue == summary.kind }) else {
                throw wrong("partial", "absent from a checkpoint of kind \(summary.kind)")
            }
            guard snapshot.messages.isEmpty else {
                throw wrong("messages", "empty beside 'partial': what is to be handled stands in its deliveries")
            }
            guard snapshot.superstep < Self.largestCount else { throw wrong("superstep", "below 2^53, for 'partial' is of the next one") }
            snapshot.partial = try self.partial(partial, snapshot, graph)
        } else if summary.kind == CheckpointKind.partial.rawValue {
            throw wrong("partial", "present in a checkpoint of kind partial")
        }
        if members["lanes"] != nil { snapshot.lanes = try count("lanes") }
        snapshot.metadata = try object("metadata").raw
        if members["graph"] != nil { _ = try object("graph") }
        for (name, value) in all where !Self.known.contains(name) { snapshot.unknownMembers.append((name, value.raw)) }
        return snapshot
    }

    func message(_ value: JSONValue, _ graph: Graph, _ path: String) throws(Failure) -> Message {
        let fields = try fields(value, path, ["source", "target", "lane", "data", "request"])
        guard let payload = fields["data"]?.raw else { throw wrong(path + ".data", "present") }
        let source = try executor(fields["source"], graph, path + ".source") ?? Message.outside
        let target = try executor(fields["target"], graph, path + ".target")
        guard source != Message.outside || target != nil else {
            throw wrong(path + ".target", "an executor, for a message from outside")
        }
        let request = try fields["request"].map { value throws(Failure) in try self.request(value, graph, path + ".request") }
        if let request, request.executor != target { throw wrong(path + ".target", "the executor that made the request") }
        return Message(
            source: source, target: target ?? Message.everyone, payload: payload, request: request,
            lane: try lane(fields["lane"], path + ".lane"))
    }

    func lane(_ value: JSONValue?, _ path: String) throws(Failure) -> Lane {
        guard let value else { return .main }
        guard let text = value.string, let lane = Lane(text) else { throw wrong(path, "a path of numbers such as '3.7'") }
        return lane
    }

    func request(_ value: JSONValue, _ graph: Graph, _ path: String) throws(Failure) -> Request {
        let fields = try fields(value, path, ["request_id", "source_executor_id", "response_type", "lane", "intercepted_at", "data"])
        guard let id = fields["request_id"]?.string, !id.isEmpty, let data = fields["data"]?.raw,
            let executor = try executor(fields["source_executor_id"], graph, path + ".source_executor_id")
        else { throw wrong(path, "a request with 'request_id', 'source_executor_id' and 'data'") }
        if let type = fields["response_type"], !type.isNull, type.string == nil { throw wrong(path + ".response_type", "a text or null") }
        // The next checkpoint has it as a member's name, and JSON has no names with a NUL.
        guard !id.utf8.contains(0) else { throw wrong(path + ".request_id", "a text without NUL") }
        guard graph.subWorkflows[executor] == nil else {
            throw wrong(path + ".source_executor_id", "an executor that can ask, not a sub-workflow")
        }
        let lane = try lane(fields["lane"], path + ".lane")
        let interceptor = try fields["intercepted_at"].flatMap { value throws(Failure) in
            try self.executor(value, graph, path + ".intercepted_at")
        }
        if let interceptor, graph.interceptor(of: executor) != interceptor {
            throw wrong(path + ".intercepted_at", "the sub-workflow around its executor whose requests are intercepted")
        }
        return Request(
            id: Text(id), executor: executor, data: data, responseType: fields["response_type"]?.string.map { Text($0) }, lane: lane,
            interceptor: interceptor)
    }

    private func fanIn(_ value: JSONValue, _ graph: Graph, _ path: String) throws(Failure) -> (FanIn, FanInBuffer) {
        let fields = try fields(value, path, ["target", "lane", "sources", "buffered"])
        let target = try executor(fields["target"], graph, path + ".target")
        var sources: [Int] = []
        for source in try list(fields["sources"], path + ".sources") {
            guard let index = try executor(source, graph, path + ".sources") else { throw wrong(path + ".sources", "a list of executors") }
            sources.append(index)
        }
        let group = graph.edges.firstIndex { $0 == target.map { .fanIn(sources: sources, target: $0) } }
        guard let group else { throw wrong(path, "a fan-in of the workflow") }
        var buffer = FanInBuffer(sources: sources.count)
        for (index, entry) in try list(fields["buffered"], path + ".buffered").enumerated() {
            let entryPath = "\(path).buffered[\(index)]"
            let fields = try self.fields(entry, entryPath, ["source", "data"])
            let source = try executor(fields["source"], graph, entryPath + ".source")
            guard let place = sources.firstIndex(where: { $0 == source }), let payload = fields["data"]?.raw else {
                throw wrong(entryPath, "a source of the fan-in and its data")
            }
            buffer.waiting[place].append(payload)
        }
        return (FanIn(group: group, lane: try lane(fields["lane"], path + ".lane")), buffer)
    }

    private func executorState(_ value: JSONValue, _ path: String) throws(Failure) -> ExecutorState {
        var result = ExecutorState()
        let fields = try fields(value, path, ["saved", "state"])
        result.saved = fields["saved"]?.raw
        if let own = fields["state"] { result.state = try state(own, path + ".state") }
        return result
    }

    func state(_ value: JSONValue, _ path: String) throws(Failure) -> StateMap {
        guard value.kind == .object else { throw wrong(path, "an object") }
        return StateMap(value.members.lazy.map { (Text($0.name), $0.value.raw) })
    }

    // MARK: Single values

    /// The members of an inner object. One that is not known is not dropped in silence: somebody meant something by it.
    func fields(_ value: JSONValue, _ path: String, _ known: [String]) throws(Failure) -> [String: JSONValue] {
        guard value.kind == .object else { throw wrong(path, "an object") }
        if let (name, _) = value.members.first(where: { !known.contains($0.name) }) {
            throw wrong(path + "." + name.printable, "one of \(known.joined(separator: ", "))")
        }
        return Dictionary(value.members.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// Nil for null.
    func executor(_ value: JSONValue?, _ graph: Graph, _ path: String) throws(Failure) -> Int? {
        guard let value else { throw wrong(path, "present") }
        if value.isNull { return nil }
        guard let id = value.string, let index = graph.index(ofExecutor: id) else {
            throw wrong(path, "an executor of the workflow")
        }
        return index
    }

    private func string(_ name: String) throws(Failure) -> String {
        guard let value = members[name]?.string, !value.isEmpty else { throw wrong(name, "a text that is not empty") }
        return value
    }

    private func optionalString(_ name: String) throws(Failure) -> String? {
        if members[name]?.isNull == true { return nil }
        return try string(name)
    }

    private func count(_ name: String) throws(Failure) -> Int {
        guard let value = members[name]?.integer, (0...Self.largestCount).contains(value) else {
            throw wrong(name, "an integer from 0 to 2^53")
        }
        return value
    }

    func array(_ name: String) throws(Failure) -> [JSONValue] { try list(members[name], name) }

    func list(_ value: JSONValue?, _ path: String) throws(Failure) -> [JSONValue] {
        guard let value, value.kind == .array else { throw wrong(path, "an array") }
        return value.elements
    }

    func object(_ name: String) throws(Failure) -> JSONValue {
        guard let value = members[name], value.kind == .object else { throw wrong(name, "an object") }
        return value
    }

    func wrong(_ path: String, _ expected: String) -> Failure {
        Failure(.checkpoint, "\(what) is damaged: '\(path)' should be \(expected)")
    }
}
