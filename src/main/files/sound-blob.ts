import { readFile } from 'node:fs/promises'
import { sha256Of } from './digest.ts'
import { setAside } from './set-aside.ts'

/** `blobs/ab/<sha256>`: the path says which bytes belong there. */
const BLOB = /[\\/]blobs[\\/]([0-9a-f]{2})[\\/](\1[0-9a-f]{62})$/

/** The bytes of a blob are not those that its name says: a power cut, a bad disk, a copy that broke off. */
export class BlobDamage extends Error {
  readonly reason = 'blob-damaged'
  constructor(path: string, aside: string | null) {
    super(
      `${path} is not what its name says${aside === null ? '' : `; it was set aside as ${aside}`}`,
    )
    this.name = 'BlobDamage'
  }
}

/**
 * Reads a file. A blob of a corpus is checked against its name; one that is wrong is set aside, so
 * that looking for pictures finds it gone and brings it back. Files elsewhere are read as they are.
 * @throws BlobDamage, and what the file system says
 */
export async function readSound(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path)
  const name = BLOB.exec(path)?.[2]
  if (name === undefined || sha256Of(bytes) === name) return bytes
  // A share that hiccups is no damage.
  const again = await readFile(path)
  if (sha256Of(again) === name) return again
  throw new BlobDamage(path, setAside(path))
}
