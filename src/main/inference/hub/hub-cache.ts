import { existsSync, readdirSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { readSmall } from '../../files/read-small.ts'

/**
 * The layout that huggingface_hub keeps and every other program of that world reads:
 * `models--ORG--NAME/{blobs/<etag>, snapshots/<commit>/<file> -> ../../blobs/<etag>, refs/<revision>}`.
 */

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,95}(\/[A-Za-z0-9][A-Za-z0-9._-]{0,95})?$/

/** `NAME` or `ORG/NAME` as the hub allows them: no `--`, no `..`. */
export function isRepositoryId(id: string): boolean {
  return ID.test(id) && !id.includes('--') && !id.includes('..')
}

/** HF_HUB_CACHE, else HF_HOME/hub, else XDG_CACHE_HOME or ~/.cache, then huggingface/hub. */
export function hubCacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.HF_HUB_CACHE) return env.HF_HUB_CACHE
  if (env.HF_HOME) return join(env.HF_HOME, 'hub')
  return join(env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'huggingface', 'hub')
}

export function repositoryFolder(cache: string, repository: string): string {
  if (!isRepositoryId(repository)) {
    throw new AppError('invalid-input', `"${repository}" is no name of a hub repository`)
  }
  return join(cache, `models--${repository.replace('/', '--')}`)
}

/** The snapshot that a revision points to, or null. */
function cachedSnapshot(cache: string, repository: string, revision = 'main'): string | null {
  const folder = repositoryFolder(cache, repository)
  const ref = join(folder, 'refs', revision)
  if (!existsSync(ref)) return null
  const commit = readSmall(ref, 'manifest').trim()
  if (!/^[0-9a-f]{6,64}$/i.test(commit)) return null
  const snapshot = join(folder, 'snapshots', commit)
  return existsSync(snapshot) ? snapshot : null
}

/**
 * Repositories in the cache that hold ONNX graphs beside a tokenizer, beside what prepares pictures, or
 * in a pipeline, or a model of ours.
 */
export function cachedRepositories(cache: string): { repository: string; folder: string }[] {
  if (!existsSync(cache)) return []
  const found: { repository: string; folder: string }[] = []
  for (const name of readdirSync(cache)) {
    if (!name.startsWith('models--')) continue
    const repository = name.slice('models--'.length).replace('--', '/')
    if (!isRepositoryId(repository)) continue
    const folder = cachedSnapshot(cache, repository)
    // The cache is shared with other programs: most of what lies there is none of ours.
    if (folder !== null && hasGraphs(folder)) found.push({ repository, folder })
  }
  return found
}

function hasGraphs(folder: string): boolean {
  if (existsSync(join(folder, 'gleaner.json'))) return true
  const holdsGraph = (place: string): boolean =>
    existsSync(place) && readdirSync(place).some((name) => name.endsWith('.onnx'))
  // A pipeline that makes pictures; those for PyTorch have no graph.
  if (existsSync(join(folder, 'model_index.json'))) return holdsGraph(join(folder, 'unet'))
  const beside = ['tokenizer.json', 'preprocessor_config.json']
  if (!beside.some((name) => existsSync(join(folder, name)))) return false
  return [folder, join(folder, 'onnx')].some(holdsGraph)
}

export function removeCached(cache: string, repository: string): void {
  rmSync(repositoryFolder(cache, repository), { recursive: true, force: true })
}
