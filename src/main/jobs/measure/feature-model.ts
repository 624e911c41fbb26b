import { createHash } from 'node:crypto'
import type { FEATURE_RESIZES } from '#shared/contract/choices.ts'
import { AppError } from '#shared/errors.ts'
import type { Settings } from '#shared/settings.ts'
import type { Device } from '#shared/contract/jobs.ts'
import type { InferenceHost } from '../../inference/host/client.ts'
import { imageFeatures } from '../../inference/kinds/image-features/kind.ts'
import type { ImageFeaturesModel } from '../../inference/kinds/image-features/types.ts'
import { pictureText } from '../../inference/kinds/picture-text/kind.ts'
import type { PictureTextModel } from '../../inference/kinds/picture-text/types.ts'
import {
  defaultOf,
  listModels,
  resolveAnyModel,
  resolveModel,
} from '../../inference/models/registry.ts'
import type { ModelsFolders } from '../../inference/models/types.ts'
import { resizeName } from '../../inference/pictures/feature-recipe.ts'
import type { PictureSource } from '../../inference/pictures/picture-source.ts'

/** A model by whose features pictures are compared. */
export interface FeatureModel {
  id: string
  /** Keys what it makes, another way of resizing included. */
  digest: string
  name: string
  title: string
  /** JSON. */
  manifest: string
  dim: number
  /** How it resizes pictures, as it is stamped. */
  resize: string
  /** What a Frechet distance of its features is called; null where its kind has no name for one. */
  measure: string | null
  isDemonstration: boolean
  open(host: InferenceHost, device: Device): Promise<LoadedFeatures>
}

export interface LoadedFeatures {
  device: string
  /** Rows; those of pictures named in `failures` are zero. */
  encode(
    pictures: PictureSource[],
  ): Promise<{ vectors: Float32Array; failures: Map<number, string> }>
}

/**
 * The model that is meant, or the best that is installed: one of picture features, else one of
 * pictures and texts, whose picture encoder gives rows of unit length.
 *
 * @param resize another way of resizing than the model's own
 * @throws AppError as `resolveAnyModel`; `invalid-input` for a model of texts, and for `resize` with
 *   a model of pictures and texts
 */
export async function resolveFeatureModel(
  folders: ModelsFolders,
  wanted: string | undefined,
  resize: (typeof FEATURE_RESIZES)[number] | undefined,
  settings: Settings,
): Promise<FeatureModel> {
  const model =
    wanted === undefined
      ? await defaultModel(folders, settings)
      : await resolveAnyModel(folders, wanted)
  if (model.kind.kind === 'image-features') {
    return ofFeatures(model as unknown as ImageFeaturesModel, resize)
  }
  if (model.kind.kind === 'picture-text') {
    if (resize !== undefined) {
      throw new AppError(
        'invalid-input',
        `"${model.id}" prepares pictures in its own way; --resize is for models of picture features`,
        'Leave it out.',
      )
    }
    return ofPictureText(model as unknown as PictureTextModel)
  }
  throw new AppError(
    'invalid-input',
    `"${model.id}" is ${model.kind.title}; pictures are compared by ${imageFeatures.title} or ${pictureText.title}`,
  )
}

async function defaultModel(
  folders: ModelsFolders,
  settings: Settings,
): Promise<ImageFeaturesModel | PictureTextModel> {
  const infos = await listModels(folders, settings)
  const own = defaultOf(infos, settings, 'image-features')
  if (own !== null) return resolveModel(folders, imageFeatures, own.id)
  return resolveModel(folders, pictureText, undefined, settings)
}

function ofFeatures(
  model: ImageFeaturesModel,
  resize: (typeof FEATURE_RESIZES)[number] | undefined,
): FeatureModel {
  const own = resizeName(model.manifest.image)
  const isOther = resize !== undefined && resize !== own
  const manifest = isOther
    ? { ...model.manifest, image: { ...model.manifest.image, resize: { mode: resize } } }
    : model.manifest
  const digest = isOther
    ? createHash('sha256').update(`${model.digest} ${resize}`).digest('hex')
    : model.digest
  return {
    id: model.id,
    digest,
    name: model.id,
    title: manifest.name,
    manifest: JSON.stringify(manifest),
    dim: manifest.dim,
    resize: resizeName(manifest.image),
    measure: isOther ? null : manifest.measure,
    isDemonstration: manifest.demonstration,
    async open(host, device) {
      const loaded = await host.open({ ...model, manifest, digest }, device)
      return { device: loaded.device, encode: (pictures) => loaded.encodeImages(pictures) }
    },
  }
}

function ofPictureText(model: PictureTextModel): FeatureModel {
  const { manifest, digest, id } = model
  return {
    id,
    digest,
    name: id,
    title: manifest.name,
    manifest: JSON.stringify(manifest),
    dim: manifest.embeddingDim,
    resize: resizeName(manifest.image),
    measure: null,
    isDemonstration: manifest.demonstration,
    async open(host, device) {
      const loaded = await host.open(model, device)
      return { device: loaded.device, encode: (pictures) => loaded.encodeImages(pictures) }
    },
  }
}
