import { findDuplicates } from '#shared/contract/jobs/duplicates.ts'
import type { DuplicatesInput } from '#shared/contract/jobs/duplicates.ts'
import { formatCount } from '#shared/format.ts'
import type { Corpus } from '../../store/open.ts'
import { implementJob } from '../run/implement.ts'
import type { JobContext } from '../run/job.ts'
import type { Found } from './duplicate-calls.ts'
import { startDuplicateThread } from './duplicate-thread.ts'
import type { DuplicateThread } from './duplicate-thread.ts'
import { checkThreshold } from './duplicate-threshold.ts'
import { makeFingerprints } from './make-fingerprints.ts'

/**
 * Looks for the duplicates of a kind in a corpus and keeps them in its duplicates.db; exact ones are
 * known without that. What there was before stays until the new ones are whole.
 *
 * @throws AppError `invalid-input` (threshold), `not-found` (no embeddings); an abort throws its reason
 */
export async function runDuplicates(
  corpus: Corpus,
  input: DuplicatesInput,
  ctx: JobContext,
): Promise<void> {
  const threshold = checkThreshold(input.kind, input.threshold)
  // Asked for now: what cannot be written to gets no file.
  void corpus.writer
  const thread = startDuplicateThread(ctx.entries)
  try {
    const found = await lookFor(corpus, input, threshold, thread, ctx)
    if (found) tell(found, ctx)
  } finally {
    await thread.close()
  }
  ctx.changed(['duplicates'])
}

async function lookFor(
  corpus: Corpus,
  input: DuplicatesInput,
  threshold: number,
  thread: DuplicateThread,
  ctx: JobContext,
): Promise<Found | null> {
  const { path } = corpus
  const options = {
    signal: ctx.signal,
    graceMs: 0,
    onEvent: ({ done, total, note }: { done: number; total: number; note: string }) =>
      ctx.progress({ done, total, unit: input.kind === 'text' ? 'texts' : 'pictures', note }),
  }
  switch (input.kind) {
    case 'exact':
      return null
    case 'perceptual':
      await makeFingerprints(corpus, thread, ctx)
      ctx.signal.throwIfAborted()
      return (await thread.call('perceptual', { path, threshold, colours: input.colours }, options))
        .value
    case 'semantic': {
      const model = input.model ?? null
      return (await thread.call('semantic', { path, threshold, model }, options)).value
    }
    case 'text':
      return (await thread.call('text', { path, threshold, text: input.text }, options)).value
  }
}

function tell({ things, groups, copies, leftOut, skipped }: Found, ctx: JobContext): void {
  ctx.result('Looked at', formatCount(things))
  ctx.result('Groups', formatCount(groups))
  ctx.result('Copies', formatCount(copies))
  for (const { reason, n } of leftOut) ctx.result(`Left out, ${reason}`, formatCount(n))
  if (skipped > 0) {
    ctx.warn(
      `${formatCount(skipped)} comparisons were left out, as too many look alike; some copies may be missing from their groups.`,
    )
  }
}

export const duplicatesJob = implementJob(findDuplicates, ({ corpus, input, context }) =>
  runDuplicates(corpus, input, context),
)
