import Testing
@testable import WorkflowModel

@Suite("States of executors")
struct ExecutorStatesTests {
    @Test("Whoever has a state is found, in the order of declaration, whatever the order of writing")
    func order() {
        var states = ExecutorStates(count: 1000)
        #expect(states.count == 1000 && states.withState.isEmpty && states.isEmptyOfState)
        for executor in [700, 3, 999, 0] { states[executor].state["k"] = Text("\(executor)") }
        states[5].saved = "null"
        #expect(states.withState == [0, 3, 5, 700, 999])
        #expect(states.map { $0.state["k"]?.string }.compactMap { $0 } == ["0", "3", "700", "999"])
        states[3].state["k"] = nil
        states[5] = ExecutorState()
        #expect(states.withState == [0, 700, 999])
        #expect(states[3].isEmpty && states[4].isEmpty)
        states[3].saved = "1"
        #expect(states.withState == [0, 3, 700, 999])
    }

    @Test("A copy keeps what it had")
    func copies() {
        var states = ExecutorStates(count: 2)
        states[1].state["k"] = "1"
        let before = states
        states[1].state["k"] = "2"
        states[0].saved = "3"
        #expect(before[1].state["k"] == "1" && before[0].isEmpty)
        #expect(states[1].state["k"] == "2" && states[0].saved == "3")
    }

    @Test("To look at a state, or to set an empty one, takes no room")
    func looking() {
        var states = ExecutorStates(count: 2)
        #expect(states[1].isEmpty)
        states[1] = ExecutorState()
        #expect(states.isEmptyOfState)
    }
}
