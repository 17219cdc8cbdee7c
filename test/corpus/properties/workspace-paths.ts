import { normalisePath } from '@agent-claw/core';
import type { Property } from '../property.ts';

/** Accepted paths have one spelling that stays as it is, and refused ones are refused. */
export const workspacePaths: Property = {
  corpus: 'workspace-paths',
  statement: 'is refused, or has the one spelling named, which normalises to itself',
  check(testCase) {
    const result = normalisePath(testCase['path']);
    if (result.kind === 'refused')
      return testCase['expect'] === 'reject'
        ? null
        : `refused (${result.reason}), expected "${String(testCase['normalized'])}"`;
    if (testCase['expect'] === 'reject') return `accepted as "${result.path}"`;
    if (testCase['normalized'] !== undefined && result.path !== testCase['normalized'])
      return `normalised to "${result.path}"`;
    const again = normalisePath(result.path);
    return again.kind === 'ok' && again.path === result.path ? null : 'does not normalise to itself';
  },
};
