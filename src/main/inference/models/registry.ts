import { existsSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { ModelInfo, ModelKind as KindName } from '#shared/contract/models.ts'
import { AppError, errorLine } from '#shared/errors.ts'
import type { Hint } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import { cachedRepositories, removeCached } from '../hub/hub-cache.ts'
import type { AnyManifest, KnownModel, ModelKind, ResolvedModel } from '../kinds/define.ts'
import { KINDS } from '../kinds/index.ts'
import { createHashCache, modelBytes, modelDigest } from './digest.ts'
import {
  findFolder,
  findModels,
  idOf,
  kindOfBroken,
  looksLikeFolder,
  readModel,
  TRAINED_FOLDER,
  type FoundModel,
} from './find-models.ts'
import { readRegistered, writeRegistered } from './registered-folders.ts'
import type { ModelsFolders } from './types.ts'

const HASHES_FILE = 'hashes.json'

type DefaultModel = Pick<Settings, 'defaultModel'>

/**
 * All models of every kind: those trained here, one's own, those that come with the program, those
 * of the hub's cache, and the known ones that can be fetched. A folder that cannot be used is listed
 * as `broken` with the reason.
 */
export async function listModels(
  folders: ModelsFolders,
  settings: DefaultModel,
): Promise<ModelInfo[]> {
  const infos: ModelInfo[] = []
  const seen = new Set<string>()
  for (const found of findModels(folders)) {
    const info = await describe(folders, found)
    if (seen.has(`${info.kind} ${info.id}`)) continue
    seen.add(`${info.kind} ${info.id}`)
    infos.push(info)
  }
  for (const { kind, known } of KINDS) {
    for (const model of known) {
      if (!seen.has(`${kind} ${model.repository}`)) infos.push(availableInfo(model))
    }
  }
  // The one that scores unless told otherwise comes first.
  const first = defaultOf(infos, settings, 'picture-text')
  return first ? [first, ...infos.filter((info) => info !== first)] : infos
}

/** The model of a kind that is used unless told otherwise, or null where none is installed. */
export function defaultOf<K extends KindName>(
  infos: readonly ModelInfo[],
  settings: DefaultModel,
  kind: K,
): Extract<ModelInfo, { kind: K }> | null {
  const isOfKind = (info: ModelInfo): info is Extract<ModelInfo, { kind: K }> => info.kind === kind
  const installed = infos.filter(isOfKind).filter((info) => info.state === 'installed')
  return (
    installed.find((info) => info.id === settings.defaultModel) ??
    installed.find((info) => !info.isDemonstration) ??
    installed[0] ??
    null
  )
}

/**
 * The model of a kind that is meant by an id, a digest's beginning, or a folder; the default one
 * when `wanted` is undefined. Throws `not-found` (with what there is), `model` for a broken one,
 * `invalid-input` for one of another kind.
 */
export async function resolveModel<M extends AnyManifest, L>(
  folders: ModelsFolders,
  kind: ModelKind<M, L>,
  wanted?: string,
  settings: DefaultModel = { defaultModel: null },
): Promise<ResolvedModel<M, L>> {
  if (wanted !== undefined && looksLikeFolder(wanted)) return resolveFolder(folders, kind, wanted)
  const infos = await listModels(folders, settings)
  const ofKind = infos.filter((info) => info.kind === kind.kind)
  const info =
    wanted === undefined
      ? defaultOf(infos, settings, kind.kind)
      : (byName(ofKind, wanted) ?? byName(infos, wanted))
  return asKind(await resolveInfo(folders, info, { kind, wanted, infos: ofKind }), kind)
}

/** The same of any kind. */
export async function resolveAnyModel(
  folders: ModelsFolders,
  wanted: string,
): Promise<ResolvedModel> {
  if (looksLikeFolder(wanted)) return resolveFound(folders, findFolder(folders, wanted))
  const infos = await listModels(folders, { defaultModel: null })
  return resolveInfo(folders, byName(infos, wanted), { kind: null, wanted, infos })
}

/** A model folder, registered or not. Throws as `resolveModel`. */
export async function resolveFolder<M extends AnyManifest, L>(
  folders: ModelsFolders,
  kind: ModelKind<M, L>,
  folder: string,
): Promise<ResolvedModel<M, L>> {
  const found = findFolder(folders, folder)
  return asKind(await resolveFound(folders, found, kind as unknown as ModelKind), kind)
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
      'It needs ONNX graphs, tokenizer.json and config.json, and preprocessor_config.json where it takes pictures.',
    )
  }
  return resolveFound(folders, { ...found, origin: 'hub', registeredAs: null })
}

/**
 * Registers a folder of one's own, with `gleaner.json` or as exporters write it; it stays where it
 * is. Throws `invalid-input` for what is no model, `conflict` when another folder has its id.
 *
 * @param kinds those that it may be of; without them any
 */
export async function addModelFolder(
  folders: ModelsFolders,
  folder: string,
  kinds?: readonly ModelKind[],
): Promise<ResolvedModel> {
  const found = findFolder(folders, folder)
  const model = await resolveFound(folders, found, kinds?.at(-1))
  if (kinds && !kinds.some(({ kind }) => kind === model.kind.kind)) {
    throw wrongKind(model, kinds.map(({ title }) => title).join(' or '))
  }
  await model.kind.check(model.folder, model.manifest, folders.tokenizers)
  for (const other of findModels(folders)) {
    if (other.folder === model.folder) continue
    const info = await describe(folders, other)
    if (info.id === model.id && info.state === 'installed') {
      throw new AppError(
        'conflict',
        `There is another model "${model.id}", in ${other.folder}`,
        'Rename the folder, give one of them another id in its gleaner.json, or remove the other one.',
      )
    }
  }
  const isKnown = findModels(folders).some((one) => one.folder === model.folder)
  if (!isKnown) {
    const registered = readRegistered(folders.user)
    writeRegistered(folders.user, [...registered, { folder: model.folder, kind: model.kind.kind }])
  }
  return model
}

/**
 * Forgets a model. A folder of one's own is left alone; one that was trained here is deleted, one
 * that was fetched from the hub's cache, too; those that come with the program stay (`refused`).
 * What it made stays in every corpus.
 */
export async function removeModel(folders: ModelsFolders, id: string): Promise<void> {
  for (const found of findModels(folders)) {
    const info = await describe(folders, found)
    if (info.id !== id) continue
    if (found.origin === 'bundled') {
      throw new AppError('refused', `"${id}" comes with the program and cannot be removed`)
    }
    if (found.repository !== null) removeCached(folders.hubCache, found.repository)
    else if (found.origin === 'trained') rmSync(found.folder, { recursive: true, force: true })
    else {
      writeRegistered(
        folders.user,
        readRegistered(folders.user).filter(({ folder }) => folder !== found.folder),
      )
    }
    return
  }
  throw new AppError('not-found', `There is no model "${id}" on this machine`)
}

/**
 * A free id and folder for a model that is made here; `listModels` finds it there once it is
 * written.
 *
 * @param otherwise what it is called where nothing of the name can be part of an id
 */
export function newModelFolder(
  folders: ModelsFolders,
  name: string,
  otherwise: string,
): { id: string; folder: string } {
  const base =
    name
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
      .toLowerCase()
      .slice(0, 80) || otherwise
  const taken = new Set(findModels(folders).map((found) => idOf(found).toLowerCase()))
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`
    const folder = join(folders.user, TRAINED_FOLDER, id)
    if (!taken.has(id) && !existsSync(folder)) return { id, folder }
  }
}

function byName(infos: readonly ModelInfo[], wanted: string): ModelInfo | null {
  return (
    infos.find((one) => one.id === wanted) ??
    infos.find((one) => wanted.length >= 8 && one.digest?.startsWith(wanted)) ??
    null
  )
}

async function resolveInfo(
  folders: ModelsFolders,
  info: ModelInfo | null,
  sought: { kind: ModelKind | null; wanted: string | undefined; infos: readonly ModelInfo[] },
): Promise<ResolvedModel> {
  const { kind, wanted, infos } = sought
  const installed = infos.filter((one) => one.state === 'installed').map((one) => one.id)
  const have = installed.length > 0 ? `Installed: ${installed.join(', ')}.` : 'None is installed.'
  if (!info) {
    const what = kind === null ? 'model' : nounOf(kind)
    throw new AppError(
      'not-found',
      `There is no ${what}${wanted === undefined ? '' : ` "${wanted}"`} on this machine`,
      prefixed(have, kind?.howToGet ?? SHOWS_ALL),
    )
  }
  if (info.state === 'available') {
    throw new AppError('not-found', `The model "${info.id}" is not on this machine yet`, {
      window: `Fetch it in Settings. ${have}`,
      command: `gleaner models add ${info.id} fetches it. ${have}`,
    })
  }
  if (info.state === 'broken' || info.folder === null) {
    throw new AppError('model', `The model "${info.id}" cannot be used: ${info.problem ?? ''}`)
  }
  return resolveFound(folders, findFolder(folders, info.folder))
}

const SHOWS_ALL: Hint = {
  window: 'Settings shows all.',
  command: 'gleaner models list shows all.',
}

function prefixed(words: string, hint: Hint): Hint {
  return typeof hint === 'string'
    ? `${words} ${hint}`
    : { window: `${words} ${hint.window}`, command: `${words} ${hint.command}` }
}

/** "a span model" without its article. */
function nounOf({ title }: ModelKind): string {
  return title.replace(/^an? /, '')
}

function asKind<M extends AnyManifest, L>(
  model: ResolvedModel,
  kind: ModelKind<M, L>,
): ResolvedModel<M, L> {
  if (model.kind.kind === kind.kind) return model as unknown as ResolvedModel<M, L>
  throw wrongKind(model, kind.title)
}

function wrongKind({ id, kind }: ResolvedModel, needed: string): AppError {
  return new AppError('invalid-input', `"${id}" is ${kind.title}, ${needed} is needed`)
}

async function resolveFound(
  folders: ModelsFolders,
  found: FoundModel,
  meant?: ModelKind,
): Promise<ResolvedModel> {
  const { kind, manifest } = await readModel(found, folders.tokenizers, meant)
  const { folder } = found
  const cache = createHashCache(join(folders.user, HASHES_FILE))
  const digest = await modelDigest(kind, folder, manifest, cache)
  const { id, name, license, description } = manifest
  const info: ModelInfo = {
    ...kind.facts(manifest),
    id,
    name,
    state: 'installed',
    problem: null,
    license,
    description,
    digest,
    bytes: modelBytes(kind, folder, manifest),
    folder,
    isDemonstration: manifest.demonstration,
    isBundled: found.origin === 'bundled',
  }
  return { kind, id, folder, digest, manifest, info }
}

async function describe(folders: ModelsFolders, found: FoundModel): Promise<ModelInfo> {
  try {
    if (!existsSync(found.folder)) {
      throw new AppError('not-found', 'the folder is gone; bring it back, or remove the model')
    }
    return (await resolveFound(folders, found)).info
  } catch (error) {
    const id = idOf(found)
    return {
      ...kindOfBroken(found).facts(null),
      id,
      name: id,
      state: 'broken',
      problem: errorLine(error),
      license: null,
      description: '',
      digest: null,
      bytes: null,
      folder: found.folder,
      isDemonstration: false,
      isBundled: found.origin === 'bundled',
    }
  }
}

function availableInfo({
  repository,
  name,
  license,
  description,
  bytes,
  variants,
  facts,
}: KnownModel): ModelInfo {
  return {
    ...facts,
    id: repository,
    name,
    state: 'available',
    problem: null,
    license,
    description,
    digest: null,
    bytes,
    variants: [...variants],
    folder: null,
    isDemonstration: false,
    isBundled: false,
  }
}
