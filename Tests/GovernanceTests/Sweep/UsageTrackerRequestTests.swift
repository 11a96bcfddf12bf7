import Testing

@testable import Governance

@Suite struct UsageTrackerRequestTests {
    @Test(arguments: [
        (#"{"sweep": {}}"#, false), (#"{"sweep": {"force": true}}"#, true), (#"{"sweep": {"force": false}}"#, false),
        (#"{"sweep": {"force": null}}"#, false),
    ])
    func sweeps(json: String, isForced: Bool) throws {
        #expect(try UsageTrackerRequest(parsing: Array(json.utf8)) == .sweep(isForced: isForced))
    }

    @Test func events() throws {
        let event = try Sample.event("run-instances")
        #expect(try UsageTrackerRequest(parsing: Array(Sample.json("run-instances").utf8)) == .event(event))
    }

    @Test(arguments: [
        (#"{"sweep": 5}"#, "sweep"), (#"{"sweep": null}"#, "sweep"), (#"{"sweep": []}"#, "sweep"),
        (#"{"sweep": true}"#, "sweep"), (#"{"sweep": {"force": "yes"}}"#, "sweep.force"),
        (#"{"sweep": {"force": 1}}"#, "sweep.force"), (#"{"sweep": {"forced": true}}"#, "sweep.forced"),
        (#"{"sweep": {}, "force": true}"#, "force"), ("{}", "detail-type"), ("[]", "event"), ("", "event"),
        (#"{"Sweep": {}}"#, "detail-type"),
    ])
    func othersNameTheField(json: String, field: String) {
        do throws(MalformedEvent) {
            _ = try UsageTrackerRequest(parsing: Array(json.utf8))
            Issue.record("\(json) was understood")
        } catch {
            #expect(error.field == field)
        }
    }

    @Test func notesAtMostEveryFiveMinutes() {
        let notes = EventNotes()
        func note(_ event: String, _ now: String) -> EventTime? {
            notes.note(time("2026-11-20T\(event)Z"), at: time("2026-11-20T\(now)Z"))
        }
        #expect(note("08:00:00", "08:00:10") == time("2026-11-20T08:00:00Z"))
        #expect(note("08:01:00", "08:01:10") == nil)
        #expect(note("08:04:00", "08:05:09.999") == nil)
        // The newest of all that came, not the one that comes.
        #expect(note("08:03:00", "08:05:10") == time("2026-11-20T08:04:00Z"))
        #expect(note("08:10:00", "08:10:09") == nil)
        // The clock was set back.
        #expect(note("08:02:00", "08:02:00") == time("2026-11-20T08:10:00Z"))
    }
}
