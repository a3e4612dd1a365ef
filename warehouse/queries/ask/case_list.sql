-- All cases with the sentence that hurts: those that wait first, the longest overdue on top, the doubtful ones below.
-- now = : the time by which cases and questions are overdue; the present one if empty
SELECT
    kase.source || '/' || kase.review_id AS "case",
    left(sha256(kase.source || chr(31) || kase.review_id), 8) AS id,
    kase.source, kase.review_id, kase.reopen_no, kase.listing_id, listing.place_id, place.name AS place,
    kase.status, kase.needs_check, kase.is_baseline, member.campaign_id, coalesce(campaign.voices, 1) AS alike,
    kase.severity, round(kase.risk, 2) AS risk, round(1 + 4 * review.rating)::INTEGER AS stars,
    review.posted_at, kase.opened_at, kase.due_at, kase.answered_at, kase.resolved_at, kase.verified_at,
    kase.close_reason, kase.dismiss_reason, kase.reply_quality,
    kase.assignee, coalesce(kase.assignee, listing.responsible) AS person, kase.acknowledged_at, kase.snoozed_until,
    kase.disputed_at, kase.claimed_at, kase.branch_person, kase.branch_asked_at, kase.branch_due_at,
    kase.branch_answered_at, kase.root_cause, kase.remedy, kase.remedy_amount,
    coalesce($now::TIMESTAMPTZ, now()) AS seen_from,
    kase.status IN ('open', 'acknowledged', 'waiting_for_branch', 'disputed') AS waiting,
    waiting AND kase.needs_check AS doubtful,
    waiting AND kase.due_at <= seen_from AS overdue,
    waiting AND coalesce(kase.snoozed_until > seen_from, false) AS snoozed,
    kase.status NOT IN ('answered', 'resolved', 'dismissed', 'claimed')
        AND kase.branch_asked_at IS NOT NULL AND kase.branch_answered_at IS NULL AS waits_for_branch,
    waits_for_branch AND kase.branch_due_at <= seen_from AS branch_overdue,
    concat_ws(', ', replace(kase.status, '_', ' '),
        CASE WHEN doubtful THEN 'please check' END,
        CASE WHEN snoozed THEN 'snoozed' END,
        CASE WHEN overdue AND NOT snoozed THEN 'overdue' END,
        CASE WHEN branch_overdue THEN 'branch is late' END) AS standing,
    left(CASE
        WHEN len(prediction.evidence) > 0 THEN substring(
            review.text, prediction.evidence[1].start_char + 1,
            prediction.evidence[1].end_char - prediction.evidence[1].start_char
        )
        ELSE coalesce(nullif(review.text, ''), review.title)
    END, 200) AS hurts,
    review.url
FROM latest_cases AS kase
LEFT JOIN reviews AS review USING (source, review_id)
LEFT JOIN latest_predictions AS prediction USING (source, review_id)
LEFT JOIN listings AS listing ON listing.source = kase.source AND listing.listing_id = kase.listing_id
LEFT JOIN places AS place ON place.place_id = listing.place_id
LEFT JOIN campaign_members AS member ON member.source = kase.source AND member.review_id = kase.review_id
-- Under a name of its own: `waiting` above means the case.
LEFT JOIN (SELECT campaign_id, waiting AS voices FROM campaigns) AS campaign ON campaign.campaign_id = member.campaign_id
ORDER BY waiting DESC, doubtful, kase.severity DESC, kase.due_at, kase.risk DESC, kase.source, kase.review_id;
