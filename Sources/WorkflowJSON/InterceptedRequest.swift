public import WorkflowModel

/// A request of a sub-workflow as the message that the executors around it get.
public enum InterceptedRequest {
    /// `{"$type": ..., "value": {request_id, executor_id, source_executor_id, response_type, data}}`, where executor_id is the
    /// sub-workflow as those around it know it.
    public static func message(of request: Request, at node: Int, graph: Graph) -> Text {
        let around = graph.node(around: node)
        let path = graph.executorID(node)
        let prefix = around == Graph.outermost ? 0 : graph.executors[around].count + 1
        var json = JSONWriter(capacity: request.data.count + 192)
        json.object { json in
            json.member("$type", PayloadType.subWorkflowRequest.string)
            json.name("value")
            json.object { json in
                json.member("request_id", request.id.string)
                json.member("executor_id", String(path.dropFirst(utf8: prefix)))
                json.member("source_executor_id", graph.executorID(request.executor))
                json.member("response_type", request.responseType?.string)
                json.name("data")
                json.raw(request.data)
            }
        }
        return json.finish()
    }
}

extension String {
    fileprivate func dropFirst(utf8 count: Int) -> String { String(decoding: utf8.dropFirst(count), as: UTF8.self) }
}
