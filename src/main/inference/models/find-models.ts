import { existsSync, readdirSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import type { ModelKind as KindName } from '#shared/contract/models.ts'
import { AppError, errorLine } from '#shared/errors.ts'
import { cachedRepositories, isRepositoryId } from '../hub/hub-cache.ts'
import type { AnyManifest, KnownModel, ModelKind } from '../kinds/define.ts'
import { UnusableFolder } from '../kinds/hub-layout.ts'
import { kindNamed, KINDS } from '../kinds/index.ts'
import { MANIFEST_FILE, parseJson, parseManifest } from '../kinds/manifest.ts'
import type { Tokenizers } from '../tokenize/tokenizers.ts'
import { readRegistered } from './registered-folders.ts'
import type { ModelsFolders } from './types.ts'
import { readSmall } from '../../files/read-small.ts'

/** Below the user's models folder: what was trained here. Of text, as yet. */
export const TRAINED_FOLDER = 'text'
/** That of manifests which were written before there were others. */
const OLDEST_KIND: KindName = 'picture-text'

/** A model folder that was found, before anything in it is trusted. */
export interface FoundModel {
  folder: string
  /** `own`: added, stays where it is. `trained`: made by the program, below the models folder. */
  origin: 'trained' | 'own' | 'bundled' | 'hub'
  /** Of a hub repository. */
  repository: string | null
  /** What it was when it was added, where that is written down. */
  registeredAs: KindName | null
}

/** A manifest with the kind that it is of. */
export interface ReadModel<M extends AnyManifest = AnyManifest> {
  kind: ModelKind<M>
  manifest: M
}

/**
 * All folders of models: those trained here, the newest first, those that were added, those that
 * come with the program, those of the hub's cache.
 */
export function findModels(folders: ModelsFolders): FoundModel[] {
  const trained = manifestsBelow(join(folders.user, TRAINED_FOLDER))
    .map((folder) => ({ folder, changed: statSync(join(folder, MANIFEST_FILE)).mtimeMs }))
    .sort((a, b) => b.changed - a.changed)
  return [
    ...trained.map(({ folder }) => found(folder, 'trained')),
    ...readRegistered(folders.user).map(({ folder, kind }) => ({
      ...found(folder, 'own'),
      registeredAs: kind,
    })),
    ...manifestsBelow(folders.bundled)
      .sort()
      .map((folder) => found(folder, 'bundled')),
    ...cachedRepositories(folders.hubCache)
      .filter(({ folder }) => existsSync(join(folder, MANIFEST_FILE)) || kindThatClaims(folder))
      .map(({ repository, folder }) => ({ ...found(folder, 'hub'), repository })),
  ]
}

/** A folder that somebody named, known or not. Throws `not-found`. */
export function findFolder(folders: ModelsFolders, folder: string): FoundModel {
  const full = resolve(folder)
  if (!existsSync(full) || !statSync(full).isDirectory()) {
    throw new AppError('not-found', `There is no folder ${full}`, 'docs/models.md describes one.')
  }
  return findModels(folders).find((one) => one.folder === full) ?? found(full, 'own')
}

/** Whether what somebody wants is a path and no id. */
export function looksLikeFolder(wanted: string): boolean {
  if (isAbsolute(wanted) || /^\.{1,2}([/\\]|$)/.test(wanted)) return true
  return [MANIFEST_FILE, 'config.json', 'model_index.json'].some((name) =>
    existsSync(join(wanted, name)),
  )
}

/**
 * Reads `gleaner.json`, or works out what it would say.
 * @param kind the kind that is meant, where it is known: then the error says what that one lacks
 * @throws AppError `invalid-input`, `unsupported`, `model`
 */
export async function readModel(
  { folder, repository }: FoundModel,
  tokenizers: Tokenizers,
  kind?: ModelKind,
): Promise<ReadModel> {
  const path = join(folder, MANIFEST_FILE)
  if (existsSync(path)) {
    const json = readSmall(path, 'manifest')
    const named = (parseJson(json, path) as { kind?: unknown } | null)?.kind ?? OLDEST_KIND
    const own = kindNamed(String(named))
    if (own === null) {
      throw new AppError(
        'unsupported',
        `${path} names the kind "${String(named)}", which this version does not know`,
        `It knows ${KINDS.map((one) => one.kind).join(', ')}.`,
      )
    }
    return { kind: own, manifest: parseManifest(own.manifest, json, path) }
  }
  const name = repository ?? basename(folder)
  const own = kindThatClaims(folder) ?? kind
  if (!own) throw await nobodyClaims(folder, tokenizers)
  const known = repository === null ? null : knownModel(own, repository)
  const manifest = await own.infer(folder, idOfName(name), known?.name ?? name, tokenizers)
  return { kind: own, manifest: known ? known.describe(manifest) : manifest }
}

/** What is known of a repository of the hub. */
function knownModel(kind: ModelKind, repository: string): KnownModel | null {
  return kind.known.find((model) => model.repository === repository) ?? null
}

/** The id that a folder's `gleaner.json` names, else that of its name; nothing is checked. */
export function idOf({ folder, repository }: FoundModel): string {
  const named = manifestValue(folder)?.id
  return typeof named === 'string' ? named : (repository ?? basename(folder))
}

/** The kind that a folder is of, as far as one can say of one that cannot be read. */
export function kindOfBroken({ folder, registeredAs }: FoundModel): ModelKind {
  const named = manifestValue(folder)?.kind
  const kind =
    (typeof named === 'string' ? kindNamed(named) : null) ??
    (registeredAs === null ? null : kindNamed(registeredAs)) ??
    kindThatClaims(folder) ??
    kindNamed(OLDEST_KIND)
  return kind as ModelKind
}

function found(folder: string, origin: FoundModel['origin']): FoundModel {
  return { folder, origin, repository: null, registeredAs: null }
}

function manifestsBelow(parent: string): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.endsWith('.tmp'))
    .map(({ name }) => join(parent, name))
    .filter((folder) => existsSync(join(folder, MANIFEST_FILE)))
}

function manifestValue(folder: string): { id?: unknown; kind?: unknown } | null {
  try {
    const value: unknown = JSON.parse(readSmall(join(folder, MANIFEST_FILE), 'manifest'))
    return typeof value === 'object' ? value : null
  } catch {
    return null
  }
}

function kindThatClaims(folder: string): ModelKind | null {
  return KINDS.find((kind) => kind.claims(folder)) ?? null
}

/** Says of every kind why a folder is none of it. */
async function nobodyClaims(folder: string, tokenizers: Tokenizers): Promise<AppError> {
  const reasons = new Map<string, string[]>()
  for (const kind of KINDS) {
    let reason = ''
    try {
      await kind.infer(folder, 'none', 'none', tokenizers)
    } catch (error) {
      reason = error instanceof UnusableFolder ? error.lacks.join('; ') : errorLine(error)
    }
    reasons.set(reason, [...(reasons.get(reason) ?? []), kind.title])
  }
  const all = [...reasons].map(([reason, titles]) => `As ${titles.join(' or ')}: ${reason}.`)
  return new AppError(
    'invalid-input',
    `${folder} is not a model that can be used. ${all.join(' ')}`,
    'docs/models.md describes what a model folder holds.',
  )
}

function idOfName(name: string): string {
  const id = isRepositoryId(name) || /^[A-Za-z0-9]/.test(name) ? name : `model-${name}`
  return id.replace(/[^A-Za-z0-9._/-]/g, '-').slice(0, 120)
}
