import Synchronization
import WorkflowJSON
public import WorkflowModel

/// The graph as checkpoints carry it, in one line. All runs of a workflow share it: it is made once, when the first asks. Any thread.
public final class DefinitionLine: Sendable {
    private let graph: Graph
    private let known = AtomicLazyReference<Known>()

    private final class Known: Sendable {
        let text: Text
        init(_ text: Text) { self.text = text }
    }

    public init(of graph: Graph) { self.graph = graph }

    public var text: Text { (known.load() ?? known.storeIfNil(Known(Definition.line(of: graph)))).text }
}
