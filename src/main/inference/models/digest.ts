import { existsSync, statSync } from 'node:fs'
import { join, posix, relative, resolve } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { AnyManifest, ModelKind } from '../kinds/define.ts'
import { behaviourDigest } from '../kinds/manifest.ts'
import { readOnnxHeader } from '../onnx/onnx-header.ts'
import { sha256Of, sha256OfFile } from '../../files/digest.ts'
import { writeWhole } from '../../files/write-whole.ts'
import { readSmall } from '../../files/read-small.ts'

/**
 * Files whose bytes can change what comes out: graphs, the external data that these name, and what
 * the kind names besides. Relative to the folder, sorted. Throws `not-found`, `refused`.
 */
function modelFiles<M extends AnyManifest>(
  kind: ModelKind<M>,
  folder: string,
  manifest: M,
): string[] {
  const { graphs, others } = kind.files(manifest)
  const files = new Set(others)
  for (const graph of graphs) {
    files.add(graph)
    const path = join(folder, graph)
    if (!existsSync(path)) continue
    for (const external of readOnnxHeader(path).externalFiles) {
      const file = posix.join(posix.dirname(graph), external)
      // ONNX allows any path here; a model from elsewhere may not reach out of its folder.
      if (posix.isAbsolute(external) || relative(folder, resolve(folder, file)).startsWith('..')) {
        throw new AppError('refused', `${graph} wants a file outside its folder: ${external}`)
      }
      files.add(file)
    }
  }
  const sorted = [...files].sort()
  const gone = sorted.filter((file) => !existsSync(join(folder, file)))
  if (gone.length > 0) {
    throw new AppError(
      'not-found',
      `The model in ${folder} lacks ${gone.join(', ')}`,
      'Fetch or copy the whole folder again.',
    )
  }
  return sorted
}

/** Remembers SHA-256 by path, size and time of change, so that a listing reads no gigabytes. */
export interface HashCache {
  sha256(path: string): Promise<string>
}

export function createHashCache(file: string): HashCache {
  let known: Record<string, string> = {}
  try {
    known = JSON.parse(readSmall(file, 'list')) as Record<string, string>
  } catch {
    // None yet, or unreadable: everything is hashed anew.
  }
  return {
    async sha256(path) {
      const { size, mtimeMs } = statSync(path)
      const key = `${path}\n${size}\n${mtimeMs}`
      const found = known[key]
      if (typeof found === 'string') return found
      const hash = await sha256OfFile(path)
      known[key] = hash
      try {
        writeWhole(file, JSON.stringify(known))
      } catch {
        // Only a cache.
      }
      return hash
    },
  }
}

/**
 * SHA-256 over the sorted lines `name sha256` of the files that matter and of `manifest`, the part
 * of the manifest that can change what comes out. Two folders that give the same have the same
 * digest whether the manifest was written or worked out. What models made is kept under it.
 */
export async function modelDigest<M extends AnyManifest>(
  kind: ModelKind<M>,
  folder: string,
  manifest: M,
  cache: HashCache,
): Promise<string> {
  const lines = [`manifest ${behaviourDigest(kind.behaviour(manifest))}`]
  for (const file of modelFiles(kind, folder, manifest)) {
    lines.push(`${file} ${await cache.sha256(join(folder, file))}`)
  }
  return sha256Of(
    lines
      .sort()
      .map((line) => `${line}\n`)
      .join(''),
  )
}

/** Bytes of the files that matter. */
export function modelBytes<M extends AnyManifest>(
  kind: ModelKind<M>,
  folder: string,
  manifest: M,
): number {
  return modelFiles(kind, folder, manifest).reduce(
    (sum, file) => sum + statSync(join(folder, file)).size,
    0,
  )
}
