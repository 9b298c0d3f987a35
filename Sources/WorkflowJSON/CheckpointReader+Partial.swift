import WorkflowModel

/// The member `partial`: what a superstep achieved that did not commit.
extension CheckpointReader {
    func partial(_ value: JSONValue, _ snapshot: Snapshot, _ graph: Graph) throws(Failure) -> Partial {
        var partial = Partial(work: [])
        var requestIDs = Set(snapshot.requests.map(\.id))
        for (index, item) in try list(value, "partial").enumerated() {
            let work = try self.work(item, snapshot, graph, "partial[\(index)]")
            if let last = partial.work.last, last.executor >= work.executor {
                throw wrong("partial[\(index)].executor", "declared after the one before, each executor once")
            }
            for (number, request) in work.staged.requests.enumerated() where !requestIDs.insert(request.id).inserted {
                throw wrong("partial[\(index)].staged.requests[\(number)].request_id", "that of no other pending request")
            }
            partial.work.append(work)
        }
        return partial
    }

    private func work(_ value: JSONValue, _ snapshot: Snapshot, _ graph: Graph, _ path: String) throws(Failure) -> Partial.Work {
        let fields = try fields(
            value, path, ["executor", "handled", "failed_attempts", "not_before_us", "deliveries", "staged"])
        guard let executor = try executor(fields["executor"], graph, path + ".executor"), graph.subWorkflows[executor] == nil else {
            throw wrong(path + ".executor", "an executor that has code")
        }
        var work = Partial.Work(executor: executor)
        work.handled = try number(fields["handled"], path + ".handled")
        if let attempts = fields["failed_attempts"] { work.attempts = try number(attempts, path + ".failed_attempts") }
        if let moment = fields["not_before_us"] { work.notBefore = UInt64(try number(moment, path + ".not_before_us")) }
        for (index, item) in try list(fields["deliveries"], path + ".deliveries").enumerated() {
            work.deliveries.append(try delivery(item, graph, executor, "\(path).deliveries[\(index)]"))
        }
        // Each of them counts once it is handled.
        guard work.handled <= Self.largestCount - work.deliveries.count else { throw wrong(path + ".handled", "the number of messages it has handled") }
        guard let staged = fields["staged"] else { throw wrong(path + ".staged", "present") }
        work.staged = try self.staged(staged, of: executor, snapshot, graph, path + ".staged")
        return work
    }

    private func delivery(_ value: JSONValue, _ graph: Graph, _ executor: Int, _ path: String) throws(Failure) -> Delivery {
        let fields = try fields(value, path, ["sources", "lane", "data", "request"])
        guard let payload = fields["data"]?.raw else { throw wrong(path + ".data", "present") }
        var sources: [Int] = []
        for source in try list(fields["sources"], path + ".sources") {
            guard let index = try self.executor(source, graph, path + ".sources") else {
                throw wrong(path + ".sources", "a list of executors")
            }
            sources.append(index)
        }
        let request = try fields["request"].map { value throws(Failure) in try self.request(value, graph, path + ".request") }
        if let request, request.executor != executor { throw wrong(path + ".request", "one that the executor made") }
        return Delivery(
            payload: payload, sources: sources.isEmpty ? [Message.outside] : sources, request: request,
            lane: try lane(fields["lane"], path + ".lane"))
    }

    private func staged(
        _ value: JSONValue, of executor: Int, _ snapshot: Snapshot, _ graph: Graph, _ path: String
    ) throws(Failure) -> Staged {
        let states = ["state", "shared_state"].flatMap { [$0, "deleted_" + $0, "appended_" + $0] }
        let fields = try fields(value, path, ["messages", "requests", "answers"] + states + ["halts"])
        var staged = Staged()
        for (index, item) in try optionalList(fields["messages"], path + ".messages").enumerated() {
            let message = try self.message(item, graph, "\(path).messages[\(index)]")
            guard message.source != Message.outside else { throw wrong("\(path).messages[\(index)].source", "an executor") }
            staged.messages.append(message)
        }
        for (index, item) in try optionalList(fields["requests"], path + ".requests").enumerated() {
            staged.requests.append(try request(item, graph, "\(path).requests[\(index)]"))
        }
        for (index, item) in try optionalList(fields["answers"], path + ".answers").enumerated() {
            let place = "\(path).answers[\(index)]"
            let fields = try self.fields(item, place, ["request_id", "data"])
            guard let id = fields["request_id"]?.string, let payload = fields["data"]?.raw,
                let request = snapshot.requests.first(where: { $0.id == Text(id) && $0.interceptor != nil })
            else { throw wrong(place, "the answer to a request that a sub-workflow waits for") }
            staged.answers.append((request, payload))
        }
        staged.writes.own = try writes(fields, "state", to: snapshot.executors[executor].state, path)
        staged.writes.shared = try writes(fields, "shared_state", to: snapshot.shared(of: graph.scope(of: executor)), path)
        if let halts = fields["halts"] {
            guard halts.kind == .bool else { throw wrong(path + ".halts", "true or false") }
            staged.halts = halts.raw == Text("true")
        }
        return staged
    }

    private func writes(
        _ fields: [String: JSONValue], _ name: String, to state: StateMap, _ path: String
    ) throws(Failure) -> [Text: StateWrite] {
        var writes: [Text: StateWrite] = [:]
        if let values = fields[name] {
            let map = try self.state(values, "\(path).\(name)")
            for key in map.keys { writes[key] = StateWrite(map[key]) }
        }
        for key in try optionalList(fields["deleted_" + name], "\(path).deleted_\(name)") {
            guard let key = key.string else { throw wrong("\(path).deleted_\(name)", "keys that are texts") }
            writes[Text(key)] = .deletion
        }
        let grown = fields["appended_" + name]
        guard grown == nil || grown?.kind == .object else { throw wrong("\(path).appended_\(name)", "an object") }
        for (key, elements) in grown?.members ?? [] {
            let place = "\(path).appended_\(name).\(key.printable)"
            let elements = try list(elements, place)
            guard !elements.isEmpty else { throw wrong(place, "a list of at least one element") }
            guard writes[Text(key)] == nil else { throw wrong(place, "for a key that is not written or deleted beside it") }
            guard state[Text(key)]?.isList != false else { throw wrong(place, "for a key whose value is a list, or that has none") }
            writes[Text(key)] = .addition(Addition(elements.map(\.raw)))
        }
        return writes
    }

    private func optionalList(_ value: JSONValue?, _ path: String) throws(Failure) -> [JSONValue] {
        value == nil ? [] : try list(value, path)
    }

    private func number(_ value: JSONValue?, _ path: String) throws(Failure) -> Int {
        guard let number = value?.integer, (0...Self.largestCount).contains(number) else { throw wrong(path, "an integer from 0 to 2^53") }
        return number
    }
}
