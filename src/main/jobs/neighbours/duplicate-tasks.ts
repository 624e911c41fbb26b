import { randomUUID } from 'node:crypto'
import { fingerprint } from '../../search/duplicates/fingerprint.ts'
import { perceptualGroups } from '../../search/duplicates/perceptual.ts'
import { plainText, textGroups } from '../../search/duplicates/texts.ts'
import type { CallIo, Tasks } from '../../processes/peer.ts'
import { openReader } from '../../store/open.ts'
import type { ReaderDb } from '../../store/open.ts'
import { writeDuplicates } from '../../store/open-duplicates.ts'
import type { DuplicatesDb } from '../../store/open-duplicates.ts'
import {
  hasFingerprint,
  putFingerprints,
  replaceGrouping,
} from '../../store/repositories/duplicate-files.ts'
import type { KeptFingerprint, PictureMember } from '../../store/repositories/duplicate-files.ts'
import { bestFirst } from '../../store/repositories/picture-merits.ts'
import { keptPictures } from '../../store/repositories/picture-set.ts'
import { textKey } from '../../store/repositories/models.ts'
import { semanticGroups } from '../../search/duplicates/semantic.ts'
import { embeddedModel, pictureIndex } from './picture-index.ts'
import { eachText } from '../../store/repositories/text-draw.ts'
import { lastPair } from '../../store/repositories/version-rows.ts'
import type { DuplicateCalls, Found } from './duplicate-calls.ts'
import { coarseTable, sureReader } from './fingerprint-table.ts'
import { findLeaks } from './leak-tasks.ts'

export const duplicateTasks: Tasks<DuplicateCalls> = {
  missing,
  fingerprint: keepFingerprints,
  perceptual,
  semantic,
  text,
  pictures: ({ path, ids }) => {
    const db = openReader(path)
    try {
      return keptPictures(db, new Set(ids)).map(({ sha256, width, height }) => ({
        ...{ sha256, width: width ?? 0, height: height ?? 0 },
      }))
    } finally {
      db.close()
    }
  },
  prints: (pictures) =>
    pictures.map((picture) => {
      const { sha256, pixels, reason } = picture
      const print = pixels ? fingerprint(pixels, picture) : (reason ?? 'damaged')
      return typeof print === 'string'
        ? { sha256, print: null, reason: print }
        : { sha256, print, reason: null }
    }),
  leaks: findLeaks,
}

/** Both are opened for one task: a thread that is ended between two holds nothing open. */
function within<T>(
  path: string,
  work: (db: ReaderDb, files: DuplicatesDb, note: string | null) => T,
): T {
  const db = openReader(path)
  try {
    const { db: files, note } = writeDuplicates(path)
    try {
      return work(db, files, note)
    } finally {
      files.close()
    }
  } finally {
    db.close()
  }
}

function missing({
  path,
  after,
  limit,
}: DuplicateCalls['missing']['input']): DuplicateCalls['missing']['value'] {
  return within(path, (db, files, note) => {
    const pictures: DuplicateCalls['missing']['value']['pictures'] = []
    let total = 0
    for (const { sha256, width, height } of keptPictures(db)) {
      if (sha256 <= after || hasFingerprint(files, sha256)) continue
      total++
      if (pictures.length < limit) pictures.push({ sha256, width: width ?? 0, height: height ?? 0 })
    }
    return { pictures, total, note }
  })
}

function keepFingerprints({ path, pictures }: DuplicateCalls['fingerprint']['input']): null {
  return within(path, (_db, files) => {
    const made = pictures.map((picture): KeptFingerprint => {
      const { sha256, pixels, reason } = picture
      if (!pixels) return { sha256, reason: reason ?? 'damaged' }
      const found = fingerprint(pixels, picture)
      return typeof found === 'string'
        ? { sha256, reason: found }
        : { sha256, ...found, reason: null }
    })
    putFingerprints(files, made)
    return null
  })
}

function perceptual(
  { path, threshold, colours }: DuplicateCalls['perceptual']['input'],
  io: CallIo<DuplicateCalls['perceptual']['event']>,
): Found {
  return within(path, (db, files) => {
    const all = bestFirst(keptPictures(db))
    const { coarse, names, leftOut } = coarseTable(files, all)
    const groups = perceptualGroups(coarse, sureReader(files, names), {
      ...{ threshold, colours },
      progress: (done) =>
        void io.emit({
          done,
          total: names.length,
          note: 'looking for pictures that look the same',
        }),
    })
    const members = membersOf(
      groups.joined.map(({ member, leader, distance, view, colour }) => ({
        sha256: names[member] as string,
        leader: names[leader] as string,
        ...{ distance, view, colour },
      })),
    )
    replaceGrouping(
      files,
      'perceptual',
      { ...made(db), threshold, by: null, colours, things: all.length, leftOut },
      { pictures: members.values() },
    )
    const copies = groups.joined.length
    return {
      things: all.length,
      groups: members.size - copies,
      ...{ copies, leftOut, skipped: groups.skipped },
    }
  })
}

function semantic(
  { path, threshold, model: asked }: DuplicateCalls['semantic']['input'],
  io: CallIo<DuplicateCalls['semantic']['event']>,
): Found & { model: string } {
  return within(path, (db, files) => {
    const model = embeddedModel(db, asked)
    const all = bestFirst(keptPictures(db))
    const { index, names } = pictureIndex(db, model.id, all)
    const joined = semanticGroups(index, {
      threshold,
      progress: (done, total, note) => void io.emit({ done, total, note }),
    })
    const members = membersOf(
      joined.map(({ member, leader, cosine }) => ({
        sha256: names[member] as string,
        leader: names[leader] as string,
        ...{ distance: Math.max(0, 1 - cosine), view: null, colour: null },
      })),
    )
    const without = all.length - names.length
    const leftOut = without > 0 ? [{ reason: 'no-embedding', n: without }] : []
    replaceGrouping(
      files,
      'semantic',
      {
        ...{ ...made(db), threshold, by: model.publicId, colours: null },
        ...{ things: all.length, leftOut },
      },
      { pictures: members.values() },
    )
    const copies = joined.length
    const groups = members.size - copies
    return { things: all.length, groups, copies, leftOut, skipped: 0, model: model.publicId }
  })
}

/** With their leaders, by name. */
function membersOf(joined: readonly PictureMember[]): Map<string, PictureMember> {
  const members = new Map<string, PictureMember>()
  for (const one of joined) {
    members.set(one.sha256, one)
    const { leader } = one
    if (!members.has(leader)) {
      members.set(leader, { sha256: leader, leader, distance: 0, view: null, colour: null })
    }
  }
  return members
}

const made = (db: ReaderDb): { uid: string; madeAt: string; upTo: number } => ({
  uid: randomUUID(),
  madeAt: new Date().toISOString(),
  upTo: lastPair(db),
})

function text(
  { path, threshold, text: source }: DuplicateCalls['text']['input'],
  io: CallIo<DuplicateCalls['text']['event']>,
): Found {
  return within(path, (db, files) => {
    const pairsOf = new Map<string, number[]>()
    let empty = 0
    for (const { id, text: words } of eachText(db, textKey(db, source))) {
      const plain = plainText(words)
      if (plain === '') empty++
      else {
        const pairs = pairsOf.get(plain)
        if (pairs) pairs.push(id)
        else pairsOf.set(plain, [id])
      }
    }
    // What is longest says most.
    const texts = [...pairsOf.keys()].sort((a, b) => b.length - a.length || firstOf(a) - firstOf(b))
    function firstOf(plain: string): number {
      return pairsOf.get(plain)?.[0] ?? 0
    }
    const groups = textGroups(texts, {
      threshold,
      progress: (done) =>
        void io.emit({
          done,
          total: texts.length,
          note: 'looking for texts that are nearly the same',
        }),
    })
    const away = new Map<number, { leader: number; distance: number }>()
    const leads = new Set<number>()
    for (const { member, leader, similarity } of groups.joined) {
      away.set(member, { leader, distance: 1 - similarity })
      leads.add(leader)
    }
    let [pairs, count] = [0, 0]
    function* members() {
      for (const [i, plain] of texts.entries()) {
        const ids = pairsOf.get(plain) as number[]
        const joins = away.get(i)
        if (!joins && !leads.has(i) && ids.length < 2) continue
        if (!joins) count++
        const leader = firstOf(texts[joins?.leader ?? i] as string)
        for (const pairId of ids) {
          pairs++
          yield { pairId, leader, distance: joins?.distance ?? 0 }
        }
      }
    }
    const leftOut = empty > 0 ? [{ reason: 'no-letters', n: empty }] : []
    replaceGrouping(
      files,
      'text',
      { ...made(db), threshold, by: source, colours: null, things: texts.length, leftOut },
      { texts: members() },
    )
    const copies = pairs - count
    return { things: texts.length, groups: count, copies, leftOut, skipped: groups.skipped }
  })
}
