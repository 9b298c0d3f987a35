public import WorkflowModel

/// Where a value of the state stands in the checkpoint document. Ordered as in the document.
public struct StatePlace: Hashable, Sendable {
    public enum Area: Int, Sendable {
        /// `state`
        case shared = 0
        /// `executor_states`
        case executor = 1
        /// `sub_workflows`
        case scope = 2
    }

    public var area: Area
    /// The number of the executor or of the sub-workflow's node in the graph; 0 for `shared`.
    public var owner: Int
    /// Its id; empty for `shared`.
    public var name: Text
    /// Nil for what the save hook of an executor gave.
    public var key: Text?

    public init(area: Area, owner: Int = 0, name: Text = Text(""), key: Text?) {
        self.area = area
        self.owner = owner
        self.name = name
        self.key = key
    }

    public init(_ place: StateChanges.Place, in graph: Graph) {
        switch place {
        case .shared(Graph.outermost, let key): self.init(area: .shared, key: key)
        case .shared(let node, let key): self.init(area: .scope, owner: node, name: Text(graph.executorID(node)), key: key)
        case .own(let index, let key): self.init(area: .executor, owner: index, name: Text(graph.executorID(index)), key: key)
        case .saved(let index): self.init(area: .executor, owner: index, name: Text(graph.executorID(index)), key: nil)
        }
    }
}

/// One value of the state, for a storage that keeps each by itself.
public struct StatePart: Sendable {
    public var place: StatePlace
    public var value: Text

    public init(place: StatePlace, value: Text) {
        self.place = place
        self.value = value
    }
}

extension Snapshot {
    /// What stands at a place now.
    public func value(at place: StateChanges.Place) -> Text? {
        switch place {
        case .shared(let scope, let key): shared(of: scope)[key]
        case .own(let index, let key): executors.indices.contains(index) ? executors[index].state[key] : nil
        case .saved(let index): executors.indices.contains(index) ? executors[index].saved : nil
        }
    }

    /// Puts another value where one stands.
    public mutating func replace(at place: StateChanges.Place, with value: Text) {
        guard self.value(at: place) != nil else { return }
        switch place {
        case .shared(Graph.outermost, let key): shared[key] = value
        case .shared(let scope, let key): scopes[scope]?[key] = value
        case .own(let index, let key): executors[index].state[key] = value
        case .saved(let index): executors[index].saved = value
        }
    }

    /// The whole state, in the order of the document.
    public func parts(in graph: Graph) -> [StatePart] {
        var parts: [StatePart] = []
        func add(_ state: StateMap, _ area: StatePlace.Area, _ owner: Int, _ name: Text) {
            for key in state.keys {
                guard let value = state[key] else { continue }
                parts.append(StatePart(place: StatePlace(area: area, owner: owner, name: name, key: key), value: value))
            }
        }
        add(shared, .shared, 0, Text(""))
        for index in executorsWithState {
            let name = Text(graph.executorID(index))
            if let saved = executors[index].saved {
                parts.append(StatePart(place: StatePlace(area: .executor, owner: index, name: name, key: nil), value: saved))
            }
            add(executors[index].state, .executor, index, name)
        }
        for node in scopes.keys.sorted() { add(scopes[node] ?? StateMap(), .scope, node, Text(graph.executorID(node))) }
        return parts
    }
}

extension CheckpointDocument {
    /// What is neither state nor summary nor graph, as one object; what is empty is left out.
    public static func frame(of snapshot: Snapshot, graph: Graph) -> Text {
        var groups = RequestGroups()
        return frame(of: snapshot, graph: graph, shortestPiece: .max, &groups).rest
    }

    /// Payloads with so many bytes are cut out. `groups` are those of the boundary before.
    public static func frame(of snapshot: Snapshot, graph: Graph, shortestPiece: Int, _ groups: inout RequestGroups) -> CutText {
        var json = JSONWriter(capacity: 256, shortestPiece: shortestPiece)
        json.object { json in
            if snapshot.inputSuperstep > 0 { json.member("input_superstep", snapshot.inputSuperstep) }
            if !snapshot.messages.isEmpty { writeMessages(snapshot, graph, to: &json, onNewLine: false) }
            if !snapshot.fanIns.isEmpty { writeFanIns(snapshot, graph, to: &json, onNewLine: false) }
            if snapshot.requests.count >= RequestGroups.fewest {
                let texts = groups.arrange(snapshot.requests, graph)
                json.name("pending_request_info_events")
                json.object { json in for text in texts { json.raw(text, stays: true) } }
            } else {
                groups.forget()
                if !snapshot.requests.isEmpty { writeRequests(snapshot, graph, to: &json, onNewLine: false) }
            }
            if let partial = snapshot.partial { writePartial(partial, graph, to: &json, onNewLine: false) }
            if snapshot.lanes > 0 { json.member("lanes", snapshot.lanes) }
            if snapshot.metadata != emptyObject {
                json.name("metadata")
                json.raw(snapshot.metadata)
            }
            for (name, value) in snapshot.unknownMembers {
                json.name(name)
                json.raw(value)
            }
        }
        return json.finishCut()
    }

    /// The document again, as `text` would have written it. `parts` are in the order of the document.
    public static func text(
        _ summary: CheckpointSummary, frame: Text, parts: [StatePart], definition: Text?
    ) -> Text {
        let members = JSONValue(trusting: frame).members
        func raw(_ name: String) -> Text? { members.first { $0.name == name }?.value.raw }
        var json = JSONWriter(capacity: frame.count + parts.reduce(1024) { $0 + $1.value.count + $1.place.name.count + 64 })
        json.document { json in
            write(summary, to: &json)
            json.name("input_superstep", onNewLine: true)
            json.raw(raw("input_superstep") ?? zero)
            for (name, empty) in [("messages", emptyArray), ("fan_in_buffers", emptyArray)] {
                json.name(name, onNewLine: true)
                json.raw(raw(name) ?? empty)
            }
            json.name("state", onNewLine: true)
            json.object { json in for part in parts where part.place.area == .shared { write(part, to: &json) } }
            json.name("executor_states", onNewLine: true)
            json.object { json in
                for owned in owners(of: parts, .executor) {
                    json.name(owned.first?.place.name.string ?? "")
                    json.object { json in
                        if let saved = owned.first(where: { $0.place.key == nil }) {
                            json.name("saved")
                            json.raw(saved.value)
                        }
                        writeState(owned, to: &json)
                    }
                }
            }
            json.name("pending_request_info_events", onNewLine: true)
            json.raw(raw("pending_request_info_events") ?? emptyObject)
            json.name("sub_workflows", onNewLine: true)
            json.object { json in
                for owned in owners(of: parts, .scope) {
                    json.name(owned.first?.place.name.string ?? "")
                    json.object { writeState(owned, to: &$0) }
                }
            }
            for name in ["partial", "lanes"] {
                guard let value = raw(name) else { continue }
                json.name(name, onNewLine: true)
                json.raw(value)
            }
            json.name("metadata", onNewLine: true)
            json.raw(raw("metadata") ?? emptyObject)
            if let definition, definition.count <= largestGraph {
                json.name("graph", onNewLine: true)
                json.raw(definition)
            }
            for (name, value) in members where !CheckpointReader.known.contains(name) {
                json.name(name, onNewLine: true)
                json.raw(value.raw)
            }
        }
        return json.finish()
    }

    private static func owners(of parts: [StatePart], _ area: StatePlace.Area) -> [ArraySlice<StatePart>] {
        let own = parts.filter { $0.place.area == area }
        return own.split(whereOwnerChanges: { $0.place.owner != $1.place.owner })
    }

    private static func write(_ part: StatePart, to json: inout JSONWriter) {
        json.name(part.place.key?.string ?? "")
        json.raw(part.value)
    }

    private static func writeState(_ parts: ArraySlice<StatePart>, to json: inout JSONWriter) {
        guard parts.contains(where: { $0.place.key != nil }) else { return }
        json.name("state")
        json.object { json in for part in parts where part.place.key != nil { write(part, to: &json) } }
    }

    static let emptyObject = Text("{}")
    private static let emptyArray = Text("[]")
    private static let zero = Text("0")
}

extension Array {
    fileprivate func split(whereOwnerChanges differ: (Element, Element) -> Bool) -> [ArraySlice<Element>] {
        var slices: [ArraySlice<Element>] = []
        var start = startIndex
        for index in indices.dropFirst() where differ(self[index - 1], self[index]) {
            slices.append(self[start..<index])
            start = index
        }
        if start < endIndex { slices.append(self[start...]) }
        return slices
    }
}
