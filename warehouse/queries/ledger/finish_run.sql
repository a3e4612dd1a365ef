-- Close a run with its report.
UPDATE runs SET status = $status, report = $report, finished_at = heartbeat_at WHERE run_id = $run_id;
