import Testing
@testable import WorkflowKernel
import WorkflowModel
import WorkflowTestSupport

@Suite("The queue of events")
struct EventQueueTests {
    @Test("Events come out as they went in, whenever they are taken", arguments: 1...20 as ClosedRange<UInt64>)
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (queue, put, taken) = (EventQueue(), 0, 0)
        for _ in 0..<1000 {
            if Int.random(in: 0..<3, using: &random) > 0, put - taken < 5 {
                queue.put(Event(.output, superstep: put))
                put += 1
            } else if let event = queue.take() {
                #expect(event.superstep == taken)
                taken += 1
            }
            #expect(queue.isEmpty == (put == taken))
        }
        #expect(taken > 100)
    }
}
