import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { app, nativeImage } from 'electron'
import type { WebContents } from 'electron'
import { AppError } from '#shared/errors.ts'
import { pictureFileName } from '#shared/picture-file-name.ts'
import type { EngineProcess } from './engine-process.ts'

/** What is seen below the pointer: a grey square. The picture itself is not decoded here. */
const ICON =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABgAAAAYCAAAAADFHGIkAAAAGElEQVR42mOowAEY9uEAoxKjEggJXMkHALdDnnDcJQdDAAAAAElFTkSuQmCC'

export interface DraggedPicture {
  corpus: string
  sha256: string
  url: string
}

/** Drags pictures of known corpora out of the window. The window names a picture, never a file. */
export interface PictureDrags {
  /** @throws AppError `refused` (an unknown corpus), `not-found` */
  start(picture: DraggedPicture, contents: WebContents): Promise<void>
}

/**
 * The file that is dragged is a copy in a folder of its own, which goes when the program ends:
 * another program may read it long after it was dropped.
 */
export function createPictureDrags(
  engine: EngineProcess,
  knowsCorpus: (path: string) => Promise<boolean>,
): PictureDrags {
  let folder: string | null = null
  let count = 0
  app.on('will-quit', () => {
    if (folder !== null) rmSync(folder, { recursive: true, force: true })
  })

  return {
    async start({ corpus, sha256, url }, contents) {
      if (!(await knowsCorpus(corpus))) {
        throw new AppError('refused', `${corpus} is no corpus that was opened here.`)
      }
      const { value, bytes } = await engine.call('pictures.original', { corpus, sha256 })
      folder ??= mkdtempSync(join(app.getPath('temp'), 'gleaner-drag-'))
      // Two pictures may have the same name.
      const place = join(folder, String(++count))
      mkdirSync(place)
      const file = join(place, pictureFileName(url, (value as { mime: string }).mime, sha256))
      writeFileSync(file, bytes)
      contents.startDrag({ file, icon: nativeImage.createFromDataURL(ICON) })
    },
  }
}
