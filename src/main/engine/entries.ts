import type { Entries } from '../jobs/run/job.ts'

/**
 * Programs that the engine starts as a worker or a process. Run from the sources they lie in their
 * rooms; in the build they lie beside the bundle (electron.vite.config.ts names them).
 */
export function findEntries(from = import.meta.url): Entries {
  if (from.endsWith('.ts')) {
    return {
      extractWorker: new URL('../jobs/ingest/extract-worker.ts', from),
      queryWorker: new URL('../store/reads/query-worker.ts', from),
      inferenceHost: new URL('../inference/host/host.ts', from),
      pictureHost: new URL('../images/picture-host.ts', from),
      spanWorker: new URL('../jobs/spans/span-worker.ts', from),
    }
  }
  // A bundler may have put this module into a chunk below the entries.
  const base = new URL(from.includes('/chunks/') ? '../' : './', from)
  return {
    extractWorker: new URL('extract-worker.js', base),
    queryWorker: new URL('query-worker.js', base),
    inferenceHost: new URL('inference-host.js', base),
    pictureHost: new URL('picture-host.js', base),
    spanWorker: new URL('span-worker.js', base),
  }
}
