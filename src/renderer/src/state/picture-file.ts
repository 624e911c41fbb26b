import type { PairDetail } from '#shared/domain.ts'
import { AppError } from '#shared/errors.ts'
import { pictureEnding, pictureFileName } from '#shared/picture-file-name.ts'
import { useClient } from '../bridge/client.ts'
import { baseName } from '../bridge/format.ts'
import { pictureUrl } from '../bridge/pictures.ts'
import { t } from '../texts/index.ts'
import { useSession } from './session.ts'
import { useUi } from './ui.ts'

/** A picture whose bytes the corpus holds. */
export type HeldPicture = Pick<PairDetail['image'], 'url' | 'mime'> & { sha256: string }

/** The picture of a pair; null where there are no bytes of it. */
export function heldPicture(pair: PairDetail | null): HeldPicture | null {
  const image = pair?.image
  return image?.status === 'ok' && image.sha256 !== null
    ? { url: image.url, mime: image.mime, sha256: image.sha256 }
    : null
}

/** Most pixels of a side that a canvas takes. */
const MOST_SIDE = 16_384

/** As PNG, since that is what clipboards take. It is decoded here, where it is shown anyway. */
async function toPng(address: string): Promise<Blob> {
  const image = new Image()
  image.crossOrigin = 'anonymous'
  image.src = address
  await image.decode()
  const { naturalWidth: width, naturalHeight: height } = image
  if (Math.max(width, height) > MOST_SIDE) {
    throw new AppError('invalid-input', t('ui.picture.tooLarge'), t('ui.picture.saveInstead'))
  }
  const canvas = new OffscreenCanvas(width, height)
  canvas.getContext('2d')?.drawImage(image, 0, 0)
  return canvas.convertToBlob({ type: 'image/png' })
}

/** Puts a picture on the clipboard, in its own size. */
export async function copyPicture(picture: HeldPicture): Promise<void> {
  const corpus = useSession().path
  if (corpus === null) return
  try {
    const png = toPng(pictureUrl(picture.sha256, corpus))
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })])
    useUi().note(t('ui.picture.copied'))
  } catch (error) {
    useUi().fail(error)
  }
}

/** Asks where, and writes the picture there as it was found, byte for byte. */
export async function savePicture(picture: HeldPicture): Promise<void> {
  const corpus = useSession().path
  if (corpus === null) return
  const { url, mime, sha256 } = picture
  const client = useClient()
  try {
    const out = await client.shell('shell.saveFile', {
      title: t('ui.picture.save'),
      suggested: pictureFileName(url, mime, sha256),
      kind: mime ?? t('ui.picture.kind'),
      extensions: [pictureEnding(mime)],
    })
    if (out === null) return
    await client.call('pictures.save', { corpus, sha256, out })
    useUi().note(t('ui.picture.saved', { name: baseName(out) }), {
      label: t('ui.job.show'),
      run: () => void client.shell('shell.showInFolder', { path: out }).catch(useUi().fail),
    })
  } catch (error) {
    useUi().fail(error)
  }
}

/** Drags a picture out of the window as a file. To be called as the drag begins. */
export function dragPicture(picture: HeldPicture): void {
  const corpus = useSession().path
  if (corpus === null) return
  const { url, sha256 } = picture
  useClient().shell('shell.dragPicture', { corpus, sha256, url }).catch(useUi().fail)
}
