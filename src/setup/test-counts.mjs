/**
 * The totals of a report of vitest's json reporter. A test file that could not even be loaded counts as one failed
 * test: it holds none, and "0 failed" would hide it.
 * @param {{ testResults: { status: string, assertionResults: { status: string }[] }[] }} report
 */
export function testCounts({ testResults }) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status, assertionResults } of testResults) {
    for (const result of assertionResults) {
      if (result.status === "passed") counts.passed++;
      else if (result.status === "failed") counts.failed++;
      else counts.skipped++;
    }
    if (status === "failed" && !assertionResults.some((result) => result.status === "failed")) counts.failed++;
  }
  return counts;
}
