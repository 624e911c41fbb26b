import { hostOf } from '#shared/address.ts'
import { ALT_KINDS } from '#shared/alt-kinds.ts'
import { countTemplates } from '../../labeling/alt-templates.ts'
import type { PlacedAlt } from '../../labeling/alt-templates.ts'
import { altSorter, REPEATED } from '../../labeling/sort-alts.ts'
import { siteOf } from '../../labeling/split-by-site.ts'
import { parseUselessAltRules } from '../../labeling/useless-alts.ts'
import type { CallIo } from '../../processes/peer.ts'
import { openReader } from '../../store/open.ts'
import { eachPlacedAlt } from '../../store/repositories/alt-kinds.ts'
import { beginSnapshot } from '../../store/statements.ts'
import type { SortedBatch, SpanCalls } from './span-calls.ts'

const BATCH = 20_000
/** Alts whose kind is remembered: many pairs share one. */
const KNOWN = 100_000

/**
 * Sorts the alts of all pairs as they are at the start: two looks count what stands on many sites,
 * a third sorts. Emits each batch in order of id. Canceled: what came so far.
 */
export async function sortAlts(
  args: SpanCalls['sortAlts']['input'],
  io: CallIo<SortedBatch>,
): Promise<SpanCalls['sortAlts']['value']> {
  const { minWords } = args.repeated
  const db = openReader(args.path)
  try {
    beginSnapshot(db)
    const sites = new Map<string, string>()
    const siteOfHost = (host: string): string => {
      let site = sites.get(host)
      if (site === undefined) sites.set(host, (site = siteOf(`http://${host}/`)))
      return site
    }
    function* placed(): Generator<PlacedAlt> {
      for (const { alt, host, picture, url } of eachPlacedAlt(db)) {
        if (io.signal.aborted) return
        // Rows of tables without a page: who serves the picture stands for the site.
        const of = host === '' ? hostOf(url) : host
        if (alt !== null && of !== '') yield { alt, site: siteOfHost(of), picture }
      }
    }
    const templates = await countTemplates(placed, args.repeated)
    const machine = parseUselessAltRules(args.machine)
    const useless = parseUselessAltRules(args.useless)
    const rules = [
      ...machine.map(({ name, explanation }) => ({ kind: 'machine' as const, name, explanation })),
      { kind: 'machine' as const, name: REPEATED, explanation: args.repeatedMeans },
      ...useless.map(({ name, explanation }) => ({
        kind: 'uninformative' as const,
        name,
        explanation,
      })),
    ]
    const places = new Map(rules.map(({ kind, name }, i) => [`${kind} ${name}`, i]))
    const sort = altSorter(
      { machine, useless },
      new Set(templates.map(({ text }) => text)),
      minWords,
    )
    const known = new Map<string, ReturnType<typeof sort>>()
    const kindOf = (alt: string | null): ReturnType<typeof sort> => {
      const found = alt === null ? undefined : known.get(alt)
      if (found) return found
      const made = sort(alt)
      if (known.size >= KNOWN) known.clear()
      if (alt !== null) known.set(alt, made)
      return made
    }
    const begin = (): SortedBatch => ({ ids: [], kinds: [], rules: [] })
    let batch = begin()
    await io.emit({ ...begin(), head: { rules, templates } })
    for (const { id, alt } of eachPlacedAlt(db)) {
      const { kind, rule } = kindOf(alt)
      batch.ids.push(id)
      batch.kinds.push(ALT_KINDS.indexOf(kind))
      batch.rules.push(rule === null ? -1 : (places.get(`${kind} ${rule}`) ?? -1))
      if (batch.ids.length < BATCH) continue
      await io.emit(batch)
      batch = begin()
      if (io.signal.aborted) break
    }
    if (batch.ids.length > 0) await io.emit(batch)
    return {}
  } finally {
    db.close()
  }
}
