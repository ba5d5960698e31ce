# Makes of a report.json the summary of a job, in Markdown. Of what learners wrote it shows only
# their names and problems, and of these only letters that mean nothing in Markdown.
def plain: gsub("[^A-Za-z0-9 .,:/_+-]"; "?") | gsub("_"; "\\_") | .[:300];
def passed: [.tests[] | select(.verdict == "pass")] | length;

"# \([.learners[] | select(.points == .most)] | length) of \(.learners | length) with all points",
"",
(.warnings[] | "> Warning: \(plain)", ""),
(if .interrupted then "> Grading was interrupted: tests that are \"not run\" have no verdict.", "" else empty end),
"| learner | points | \([.steps[].name | split("-")[0]] | join(" | ")) |",
"| --- | --- | \([.steps[] | "---"] | join(" | ")) |",
(.learners[] | "| \(.name | plain) | \(.points // "–") of \(.most) | \([.steps[] | "\(passed)/\(.tests | length)"] | join(" | ")) |"),
"",
(.learners[] | select(.problem != "") | "- \(.name | plain): \(.problem | plain)"),
(if (.learners | length) == 1 then
  .steps as $steps | .learners[0].steps | to_entries[] |
  .key as $i | [.value.tests | to_entries[] | select(.value.verdict != "pass")][0] | select(. != null) |
  "- \($steps[$i].name), `\(.value.name)`, \(.value.verdict): \($steps[$i].tests[.key].requirement)"
else empty end)
