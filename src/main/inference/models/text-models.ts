import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { basename, isAbsolute, join, resolve } from 'node:path'
import type { TextModelInfo } from '#shared/contract/training.ts'
import { AppError, toErrorValue } from '#shared/errors.ts'
import { createContextTokenizer } from '../tokenize/context-windows.ts'
import { createHashCache, digestOf, modelFiles } from './digest.ts'
import { headMarksOf } from '../tasks/head-features.ts'
import { inferTextManifest } from './infer-text-manifest.ts'
import { MANIFEST_FILE } from './manifest.ts'
import { readOnnxHeader } from '../onnx/onnx-header.ts'
import { readRegistered, writeRegistered } from './registered-folders.ts'
import {
  parseTextManifest,
  textBehaviourDigest,
  textKindOf,
  type TextKind,
  type TextManifest,
} from './text-manifest.ts'
import type { ManifestOf, ResolvedTextModel } from './text-types.ts'
import type { ModelsFolders } from './types.ts'

/** Folders of one's own that were added, by path. */
const REGISTERED_FILE = 'registered-text.json'
const HASHES_FILE = 'hashes.json'
/** Below the user's models folder: what was trained here. */
const TRAINED = 'text'

const WORDS: Record<TextKind, string> = {
  'text-encoder': 'text encoder',
  span: 'span model',
}

interface Found {
  folder: string
  /** `own`: added, stays where it is. `trained`: made by the program, below the models folder. */
  origin: 'bundled' | 'own' | 'trained'
}

/**
 * All text encoders and span models on this machine: those trained here, the newest first, those
 * that were added, those that come with the program. One that cannot be used is `broken`.
 */
export async function listTextModels(folders: ModelsFolders): Promise<TextModelInfo[]> {
  const infos: TextModelInfo[] = []
  const seen = new Set<string>()
  for (const found of findFolders(folders)) {
    const info = await describe(folders, found)
    if (seen.has(info.id)) continue
    seen.add(info.id)
    infos.push(info)
  }
  return infos
}

/**
 * The model meant by an id, a digest's beginning or a folder. Without one: the first that is not
 * for demonstration, else the demonstration's. Throws `not-found` (with what there is), `model` for
 * a broken one, `invalid-input` for one of the other kind.
 */
export async function resolveTextModel<K extends TextKind>(
  folders: ModelsFolders,
  wanted: string | undefined,
  kind: K,
): Promise<ResolvedTextModel<ManifestOf<K>>> {
  if (wanted !== undefined && looksLikeFolder(wanted)) {
    const folder = existingFolder(wanted)
    const known = findFolders(folders).find((found) => found.folder === folder)
    return ofKind(await resolveFound(folders, known ?? { folder, origin: 'own' }), kind)
  }
  const infos = await listTextModels(folders)
  const fitting = infos.filter((info) => info.kind === kind && info.state === 'installed')
  const info =
    wanted === undefined
      ? (fitting.find((one) => !one.isDemonstration) ?? fitting[0])
      : (infos.find((one) => one.id === wanted) ??
        infos.find((one) => wanted.length >= 8 && one.digest?.startsWith(wanted)))
  const ids = fitting.map(({ id }) => id)
  const have = ids.length > 0 ? `There are: ${ids.join(', ')}.` : 'There is none yet.'
  if (!info) {
    const what = wanted === undefined ? `no ${WORDS[kind]}` : `no ${WORDS[kind]} "${wanted}"`
    throw new AppError(
      'not-found',
      `There is ${what} on this machine`,
      kind === 'span'
        ? `${have} Train one, or add the folder of a fine-tuned one.`
        : `${have} Add the folder of a BERT-like encoder in ONNX.`,
    )
  }
  if (info.state === 'broken' || info.folder === null) {
    throw new AppError('model', `The model "${info.id}" cannot be used: ${info.problem ?? ''}`)
  }
  const { folder } = info
  const found = findFolders(folders).find((one) => one.folder === folder)
  return ofKind(await resolveFound(folders, found ?? { folder, origin: 'own' }), kind)
}

function ofKind<K extends TextKind>(
  model: ResolvedTextModel,
  kind: K,
): ResolvedTextModel<ManifestOf<K>> {
  if (model.manifest.kind === kind) return model as ResolvedTextModel<ManifestOf<K>>
  throw new AppError(
    'invalid-input',
    `"${model.id}" is a ${WORDS[model.manifest.kind]}, a ${WORDS[kind]} is needed`,
  )
}

/**
 * Registers a folder of one's own, with gleaner.json or as transformers and optimum export it; it
 * stays where it is. Throws `invalid-input` for what is no model, `conflict` when another folder
 * has its id.
 */
export async function addTextModelFolder(
  folders: ModelsFolders,
  folder: string,
): Promise<TextModelInfo> {
  const full = existingFolder(folder)
  const found = findFolders(folders)
  const known = found.find((one) => one.folder === full)
  const model = await resolveFound(folders, known ?? { folder: full, origin: 'own' })
  checkFiles(model)
  for (const other of found) {
    if (other.folder === full) continue
    const info = await describe(folders, other)
    if (info.id === model.id && info.state === 'installed') {
      throw new AppError(
        'conflict',
        `There is another model "${model.id}", in ${other.folder}`,
        'Rename the folder, give one of them another id in its gleaner.json, or remove the other one.',
      )
    }
  }
  if (!known)
    writeRegistered(join(folders.user, REGISTERED_FILE), [
      ...readRegistered(join(folders.user, REGISTERED_FILE)),
      full,
    ])
  return model.info
}

/** What a listing does not look at: the tokenizer's template, and the graph's names. */
function checkFiles({ folder, manifest }: ResolvedTextModel): void {
  const { graph, text } = manifest
  headMarksOf(
    manifest,
    createContextTokenizer(readFileSync(join(folder, text.tokenizer), 'utf8'), text.padId),
  )
  const header = readOnnxHeader(join(folder, graph.file))
  const wanted = {
    input: [graph.ids, graph.mask, graph.types].filter((name) => name !== null),
    output:
      manifest.kind === 'span'
        ? [manifest.graph.start, manifest.graph.end]
        : [manifest.graph.hidden],
  }
  for (const [side, names] of Object.entries(wanted)) {
    const there = (side === 'input' ? header.inputs : header.outputs).map(({ name }) => name)
    const gone = names.find((name) => !there.includes(name))
    if (gone === undefined) continue
    throw new AppError(
      'invalid-input',
      `${graph.file} in ${folder} has no ${side} "${gone}"`,
      `Its ${side}s are ${there.join(', ')}; correct gleaner.json.`,
    )
  }
}

/**
 * Forgets a folder that was added, and deletes a model that was trained here; those that come with
 * the program stay (`refused`). Spans that it predicted stay in every corpus.
 */
export async function removeTextModel(folders: ModelsFolders, id: string): Promise<void> {
  for (const found of findFolders(folders)) {
    const info = await describe(folders, found)
    if (info.id !== id) continue
    if (found.origin === 'bundled') {
      throw new AppError('refused', `"${id}" comes with the program and cannot be removed`)
    }
    if (found.origin === 'trained') rmSync(found.folder, { recursive: true, force: true })
    else {
      writeRegistered(
        join(folders.user, REGISTERED_FILE),
        readRegistered(join(folders.user, REGISTERED_FILE)).filter(
          (folder) => folder !== found.folder,
        ),
      )
    }
    return
  }
  throw new AppError('not-found', `There is no text encoder or span model "${id}"`)
}

/**
 * A free id and folder for a model that is made here; `listTextModels` finds it there once it is
 * written.
 */
export function newTextModelFolder(
  folders: ModelsFolders,
  name: string,
): { id: string; folder: string } {
  const base =
    name
      .normalize('NFKD')
      .replace(/\p{M}+/gu, '')
      .replace(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, '')
      .toLowerCase()
      .slice(0, 80) || 'span-model'
  const taken = new Set(findFolders(folders).map((found) => idOf(found).toLowerCase()))
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`
    const folder = join(folders.user, TRAINED, id)
    if (!taken.has(id) && !existsSync(folder)) return { id, folder }
  }
}

/** The id that a folder's gleaner.json names, else its own name; nothing is checked. */
function idOf({ folder }: Found): string {
  try {
    const json = JSON.parse(readFileSync(join(folder, MANIFEST_FILE), 'utf8')) as { id?: unknown }
    if (typeof json.id === 'string') return json.id
  } catch {
    // Described as broken where it is listed.
  }
  return basename(folder)
}

/** Whether a folder's gleaner.json is that of a text model; the registry of the others skips it. */
export function isTextModelFolder(folder: string): boolean {
  try {
    return textKindOf(readFileSync(join(folder, MANIFEST_FILE), 'utf8')) !== null
  } catch {
    return false
  }
}

function existingFolder(folder: string): string {
  const full = resolve(folder)
  if (!existsSync(full) || !statSync(full).isDirectory()) {
    throw new AppError('not-found', `There is no folder ${full}`, 'docs/models.md describes one.')
  }
  return full
}

function looksLikeFolder(wanted: string): boolean {
  if (isAbsolute(wanted) || /^\.{1,2}([/\\]|$)/.test(wanted)) return true
  return existsSync(join(wanted, MANIFEST_FILE)) || existsSync(join(wanted, 'config.json'))
}

function findFolders(folders: ModelsFolders): Found[] {
  const trained = textFoldersBelow(join(folders.user, TRAINED)).sort(
    (a, b) => changedAt(b) - changedAt(a),
  )
  return [
    ...trained.map((folder): Found => ({ folder, origin: 'trained' })),
    ...readRegistered(join(folders.user, REGISTERED_FILE)).map((folder): Found => ({
      folder,
      origin: 'own',
    })),
    ...textFoldersBelow(folders.bundled)
      .sort()
      .map((folder): Found => ({ folder, origin: 'bundled' })),
  ]
}

function textFoldersBelow(parent: string): string[] {
  if (!existsSync(parent)) return []
  return readdirSync(parent, { withFileTypes: true })
    .filter(({ name }) => !name.endsWith('.tmp'))
    .filter((entry) => entry.isDirectory() && isTextModelFolder(join(parent, entry.name)))
    .map((entry) => join(parent, entry.name))
}

function changedAt(folder: string): number {
  return statSync(join(folder, MANIFEST_FILE)).mtimeMs
}

function manifestOf({ folder }: Found): TextManifest {
  const path = join(folder, MANIFEST_FILE)
  if (existsSync(path)) return parseTextManifest(readFileSync(path, 'utf8'), path)
  const name = basename(folder)
  const safe = name.replace(/[^A-Za-z0-9._-]/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return inferTextManifest(folder, safe.slice(0, 120) || 'text-model', name || 'text model')
}

async function resolveFound(folders: ModelsFolders, found: Found): Promise<ResolvedTextModel> {
  const manifest = manifestOf(found)
  const { folder, origin } = found
  const files = modelFiles(folder, [manifest.graph.file], manifest.text.tokenizer)
  const digest = await digestOf(
    folder,
    files,
    textBehaviourDigest(manifest),
    createHashCache(join(folders.user, HASHES_FILE)),
  )
  const info: TextModelInfo = {
    id: manifest.id,
    kind: manifest.kind,
    name: manifest.name,
    state: 'installed',
    problem: null,
    license: manifest.license,
    description: manifest.description,
    digest,
    dim: manifest.dim,
    maxLength: manifest.text.maxLength,
    bytes: files.reduce((sum, file) => sum + statSync(join(folder, file)).size, 0),
    folder,
    isDemonstration: manifest.demonstration,
    isBundled: origin === 'bundled',
  }
  return { id: manifest.id, folder, digest, manifest, info }
}

async function describe(folders: ModelsFolders, found: Found): Promise<TextModelInfo> {
  try {
    if (!existsSync(found.folder)) {
      throw new AppError('not-found', 'the folder is gone; bring it back, or remove the model')
    }
    return (await resolveFound(folders, found)).info
  } catch (error) {
    const id = idOf(found)
    return {
      id,
      kind: kindOf(found.folder),
      name: id,
      state: 'broken',
      problem: toErrorValue(error).message,
      license: null,
      description: '',
      digest: null,
      dim: null,
      maxLength: null,
      bytes: null,
      folder: found.folder,
      isDemonstration: false,
      isBundled: found.origin === 'bundled',
    }
  }
}

function kindOf(folder: string): TextKind {
  try {
    return textKindOf(readFileSync(join(folder, MANIFEST_FILE), 'utf8')) ?? 'text-encoder'
  } catch {
    return 'text-encoder'
  }
}
