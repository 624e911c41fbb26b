import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import type { ModelInfo } from '#shared/contract/models.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import { createHashCache, modelBytes, modelDigest } from './digest.ts'
import { cachedRepositories, isRepositoryId, removeCached } from '../hub/hub-cache.ts'
import { inferManifest } from './infer-manifest.ts'
import { KNOWN_MODELS, knownModel } from './known-models.ts'
import { describePreprocessing, MANIFEST_FILE, parseManifest, type Manifest } from './manifest.ts'
import { readRegistered, writeRegistered } from './registered-folders.ts'
import { isTextModelFolder } from './text-models.ts'
import type { ModelsFolders, ResolvedModel } from './types.ts'

/** Folders of one's own that were added, by path. */
const REGISTERED_FILE = 'registered.json'
const HASHES_FILE = 'hashes.json'

/** A model folder that was found, before anything in it is trusted. */
interface Found {
  folder: string
  origin: 'bundled' | 'own' | 'hub'
  /** Of a hub repository. */
  repository: string | null
}

/**
 * All models: those that come with the program, one's own, those of the hub cache, and the known
 * ones that can be fetched. A folder that cannot be used is listed as `broken` with the reason.
 */
export async function listModels(
  folders: ModelsFolders,
  settings: Pick<Settings, 'defaultModel'>,
): Promise<ModelInfo[]> {
  const infos: ModelInfo[] = []
  const seen = new Set<string>()
  for (const found of findFolders(folders)) {
    const info = await describe(folders, found)
    if (seen.has(info.id)) continue
    seen.add(info.id)
    infos.push(info)
  }
  for (const known of KNOWN_MODELS) {
    if (!seen.has(known.repository)) infos.push(availableInfo(known))
  }
  // The one that scores unless told otherwise comes first.
  const first = defaultOf(infos, settings)
  return first ? [first, ...infos.filter((info) => info !== first)] : infos
}

/** The model that scores unless told otherwise, or null where none is installed. */
export function defaultOf(
  infos: readonly ModelInfo[],
  settings: Pick<Settings, 'defaultModel'>,
): ModelInfo | null {
  const installed = infos.filter((info) => info.state === 'installed')
  return (
    installed.find((info) => info.id === settings.defaultModel) ??
    installed.find((info) => !info.isDemonstration) ??
    installed[0] ??
    null
  )
}

/**
 * The model meant by an id, a digest's beginning, or a folder; the default one when `wanted` is
 * undefined. Throws `not-found` (with what there is) or `model` for a broken one.
 */
export async function resolveModel(
  folders: ModelsFolders,
  settings: Pick<Settings, 'defaultModel'>,
  wanted?: string,
): Promise<ResolvedModel> {
  if (wanted !== undefined && looksLikeFolder(wanted)) return resolveFolder(folders, wanted)
  const infos = await listModels(folders, settings)
  const info =
    wanted === undefined
      ? defaultOf(infos, settings)
      : (infos.find((one) => one.id === wanted) ??
        infos.find((one) => wanted.length >= 8 && one.digest?.startsWith(wanted)))
  const installed = infos.filter((one) => one.state === 'installed').map((one) => one.id)
  const have = installed.length > 0 ? `Installed: ${installed.join(', ')}.` : 'None is installed.'
  if (!info) {
    throw new AppError(
      'not-found',
      wanted === undefined ? 'No model is installed' : `There is no model "${wanted}"`,
      `${have} gleaner models list shows all, gleaner models add fetches one or takes a folder.`,
    )
  }
  if (info.state === 'available') {
    throw new AppError(
      'not-found',
      `The model "${info.id}" is not on this machine yet`,
      `gleaner models add ${info.id} fetches it. ${have}`,
    )
  }
  if (info.state === 'broken' || info.folder === null) {
    throw new AppError('model', `The model "${info.id}" cannot be used: ${info.problem ?? ''}`)
  }
  const found = findFolders(folders).find(({ folder }) => folder === info.folder)
  return resolveFound(folders, found ?? { folder: info.folder, origin: 'own', repository: null })
}

/** A model folder, registered or not. */
export async function resolveFolder(
  folders: ModelsFolders,
  folder: string,
): Promise<ResolvedModel> {
  const full = resolve(folder)
  if (!existsSync(full) || !statSync(full).isDirectory()) {
    throw new AppError('not-found', `There is no folder ${full}`, 'docs/models.md describes one.')
  }
  return resolveFound(folders, { folder: full, origin: 'own', repository: null })
}

/** A repository of the hub cache. Throws `not-found` where it is not there, `invalid-input` or `model` for what is no model. */
export async function resolveRepository(
  folders: ModelsFolders,
  repository: string,
): Promise<ResolvedModel> {
  const found = cachedRepositories(folders.hubCache).find((one) => one.repository === repository)
  if (!found) {
    throw new AppError(
      'not-found',
      `${repository} holds no model that Gleaner can run`,
      'It needs ONNX graphs, tokenizer.json, preprocessor_config.json and config.json.',
    )
  }
  return resolveFound(folders, { ...found, origin: 'hub' })
}

/**
 * Registers a folder of one's own; it stays where it is. Throws `invalid-input` for what is no
 * model, `conflict` when another folder has its id.
 */
export async function addModelFolder(folders: ModelsFolders, folder: string): Promise<ModelInfo> {
  const model = await resolveFolder(folders, folder)
  for (const other of findFolders(folders)) {
    if (other.folder === model.folder) continue
    const info = await describe(folders, other)
    if (info.id === model.id && info.state === 'installed') {
      throw new AppError(
        'conflict',
        `There is another model "${model.id}", in ${other.folder}`,
        'Give one of them another id in its gleaner.json, or remove the other one.',
      )
    }
  }
  const registered = readRegistered(join(folders.user, REGISTERED_FILE))
  if (!registered.includes(model.folder))
    writeRegistered(join(folders.user, REGISTERED_FILE), [...registered, model.folder])
  return model.info
}

/**
 * Forgets a model. A folder of one's own is left alone; a fetched one is deleted from the hub
 * cache; those that come with the program stay (`refused`). Scores stay in every corpus.
 */
export async function removeModel(folders: ModelsFolders, id: string): Promise<void> {
  for (const found of findFolders(folders)) {
    const info = await describe(folders, found)
    if (info.id !== id) continue
    if (found.origin === 'bundled') {
      throw new AppError('refused', `"${id}" comes with the program and cannot be removed`)
    }
    if (found.repository !== null) removeCached(folders.hubCache, found.repository)
    else
      writeRegistered(
        join(folders.user, REGISTERED_FILE),
        readRegistered(join(folders.user, REGISTERED_FILE)).filter((f) => f !== found.folder),
      )
    return
  }
  throw new AppError('not-found', `There is no model "${id}" on this machine`)
}

function looksLikeFolder(wanted: string): boolean {
  if (isAbsolute(wanted) || /^\.{1,2}([/\\]|$)/.test(wanted)) return true
  return existsSync(join(wanted, MANIFEST_FILE)) || existsSync(join(wanted, 'config.json'))
}

function findFolders(folders: ModelsFolders): Found[] {
  const found: Found[] = []
  if (existsSync(folders.bundled)) {
    for (const entry of readdirSync(folders.bundled, { withFileTypes: true })) {
      const folder = join(folders.bundled, entry.name)
      if (
        entry.isDirectory() &&
        existsSync(join(folder, MANIFEST_FILE)) &&
        !isTextModelFolder(folder)
      ) {
        found.push({ folder, origin: 'bundled', repository: null })
      }
    }
  }
  for (const folder of readRegistered(join(folders.user, REGISTERED_FILE))) {
    found.push({ folder, origin: 'own', repository: null })
  }
  for (const { repository, folder } of cachedRepositories(folders.hubCache)) {
    found.push({ folder, origin: 'hub', repository })
  }
  return found
}

function manifestOf(found: Found): Manifest {
  const path = join(found.folder, MANIFEST_FILE)
  const known = found.repository === null ? null : knownModel(found.repository)
  if (existsSync(path)) {
    if (isTextModelFolder(found.folder)) {
      throw new AppError(
        'invalid-input',
        `${found.folder} holds a model of text alone, which cannot score pictures`,
        'Text encoders and span models are added in the training view.',
      )
    }
    return parseManifest(readFileSync(path, 'utf8'), path)
  }
  const name = found.repository ?? basename(found.folder)
  const id = isRepositoryId(name) || /^[A-Za-z0-9]/.test(name) ? name : `model-${name}`
  const safe = id.replace(/[^A-Za-z0-9._/-]/g, '-').slice(0, 120)
  const manifest = inferManifest(found.folder, safe, known?.name ?? name)
  if (!known) return manifest
  return {
    ...manifest,
    description: known.description,
    license: known.license,
    cutoffs: known.cutoffs,
    logits: known.logits,
  }
}

async function resolveFound(folders: ModelsFolders, found: Found): Promise<ResolvedModel> {
  const manifest = manifestOf(found)
  const { folder } = found
  const digest = await modelDigest(
    folder,
    manifest,
    createHashCache(join(folders.user, HASHES_FILE)),
  )
  const info: ModelInfo = {
    id: manifest.id,
    name: manifest.name,
    family: manifest.family,
    state: 'installed',
    problem: null,
    license: manifest.license,
    bytes: modelBytes(folder, manifest),
    digest,
    embeddingDim: manifest.embeddingDim,
    imageSize: manifest.image.width,
    dtype: manifest.dtype,
    description: manifest.description,
    cutoffs: manifest.cutoffs,
    preprocessing: describePreprocessing(manifest),
    folder,
    isDemonstration: manifest.demonstration,
    isBundled: found.origin === 'bundled',
  }
  return { id: manifest.id, folder, digest, manifest, info }
}

async function describe(folders: ModelsFolders, found: Found): Promise<ModelInfo> {
  try {
    if (!existsSync(found.folder)) {
      throw new AppError('not-found', 'the folder is gone; bring it back, or remove the model')
    }
    return (await resolveFound(folders, found)).info
  } catch (error) {
    const id = found.repository ?? basename(found.folder)
    return {
      id,
      name: id,
      family: 'clip',
      state: 'broken',
      problem: toErrorValue(error).message,
      license: null,
      bytes: null,
      digest: null,
      embeddingDim: null,
      imageSize: null,
      dtype: null,
      description: '',
      cutoffs: [],
      preprocessing: [],
      folder: found.folder,
      isDemonstration: false,
      isBundled: found.origin === 'bundled',
    }
  }
}

function availableInfo(known: (typeof KNOWN_MODELS)[number]): ModelInfo {
  return {
    id: known.repository,
    name: known.name,
    family: known.family,
    state: 'available',
    problem: null,
    license: known.license,
    bytes: known.bytes,
    digest: null,
    embeddingDim: known.embeddingDim,
    imageSize: known.imageSize,
    dtype: known.dtype,
    description: known.description,
    cutoffs: known.cutoffs,
    preprocessing: [],
    folder: null,
    isDemonstration: false,
    isBundled: false,
  }
}
