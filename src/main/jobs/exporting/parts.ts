import { setImmediate } from 'node:timers/promises'
import type { TextSource } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { isBlank } from '#shared/export-needs.ts'
import type { ExportItem } from '../../export/types.ts'
import { splitBySite } from '../../labeling/split-by-site.ts'
import type { SplitItem } from '../../labeling/split-by-site.ts'
import type { ReaderDb } from '../../store/open.ts'
import { versionRows } from '../../store/repositories/version-rows.ts'

/**
 * The part of each pair, dealt by site.
 * @param ids rising
 */
export async function partsOf(
  db: ReaderDb,
  ids: Int32Array,
  texts: readonly TextSource[],
  shares: { train: number; validation: number; test: number; seed: number },
  hooks: { signal: AbortSignal; warn(message: string): void },
): Promise<(id: number) => ExportItem['split']> {
  const row = versionRows(db, ids, texts)
  const items: SplitItem[] = []
  const places = new Map<number, number>()
  for (const [at, id] of ids.entries()) {
    if (at % 2048 === 0) {
      if (hooks.signal.aborted) throw new AppError('canceled', 'The export was canceled.')
      await setImmediate()
    }
    const found = row(id)
    if (!found) continue
    const source = texts.find((text) => !isBlank(found.texts[text] ?? ''))
    places.set(id, items.length)
    items.push({
      id,
      pageUrl: found.page,
      texts: source === undefined ? [] : [found.texts[source] ?? ''],
    })
  }
  const { splits, sites, warnings } = splitBySite(items, shares)
  for (const warning of warnings) hooks.warn(warning)
  return (id) => {
    const place = places.get(id)
    const part = place === undefined ? undefined : splits[place]
    return part === undefined || place === undefined
      ? undefined
      : { part, site: sites[place] as string }
  }
}
