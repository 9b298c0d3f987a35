import WorkflowJSON
public import WorkflowModel

/// What the care of a storage tells, as JSON.
public enum CareDocument {
    public static func text(of page: StoragePage<RunEntry>) -> Text {
        text { json in
            json.name("runs")
            json.array { json in for run in page.entries { json.object { write(run, &$0) } } }
            json.member("next", page.next)
        }
    }

    public static func text(of page: StoragePage<StoredCheckpoint>) -> Text {
        text { json in
            json.name("checkpoints")
            json.array { json in for entry in page.entries { json.object { ListingDocument.write(entry, to: &$0) } } }
            json.member("next", page.next)
        }
    }

    public static func text(of details: CheckpointDetails) -> Text {
        text { json in
            ListingDocument.write(.good(details.summary), to: &json)
            json.member("status", details.status.rawValue)
            json.name("pending_request_ids")
            json.array { json in for id in details.pendingRequestIDs { json.string(id) } }
            json.member("messages", details.messages)
            json.member("bytes", details.bytes)
        }
    }

    public static func text(of report: PruneReport) -> Text {
        text { json in
            json.member("deleted", report.deleted)
            json.member("runs_deleted", report.runsDeleted)
            json.member("kept", report.kept)
            json.member("live_runs_skipped", report.liveRunsSkipped)
            json.member("bytes_before", report.bytesBefore)
            json.member("bytes_after", report.bytesAfter)
        }
    }

    public static func text(of report: VerifyReport) -> Text {
        text { json in
            json.member("checkpoints", report.checkpoints)
            json.member("good", report.good)
            json.name("problems")
            json.array { json in
                for problem in report.problems {
                    json.object { json in
                        json.member("checkpoint_id", problem.checkpointID)
                        json.member("problem", problem.problem)
                    }
                }
            }
            json.name("missing_parents")
            json.array { json in for id in report.missingParents { json.string(id) } }
            json.name("runs")
            json.array { json in
                for run in report.runs {
                    json.object { json in
                        json.member("run_id", run.runID)
                        json.member("latest_good", run.latestGood)
                    }
                }
            }
            json.member("memos", report.memos)
        }
    }

    private static func write(_ run: RunEntry, _ json: inout JSONWriter) {
        json.member("run_id", run.runID)
        json.member("workflow_name", run.workflowName)
        json.member("head", run.head)
        json.member("superstep", run.superstep)
        json.member("status", run.status?.rawValue)
        json.member("timestamp", run.timestamp)
        json.member("checkpoints", run.checkpoints)
        if let problem = run.problem { json.member("problem", problem) }
    }

    private static func text(_ members: (inout JSONWriter) -> Void) -> Text {
        var json = JSONWriter(capacity: 1024)
        json.object(members)
        return json.finish()
    }
}
