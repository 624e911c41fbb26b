import { createHash } from 'node:crypto'
import { createReadStream, writeFileSync } from 'node:fs'
import { mkdir, open, rm, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sha256Of } from '../files/digest.ts'

export interface FileEntry {
  /** Relative to the dataset, with `/`. */
  path: string
  bytes: number
  sha256: string
}

export const CHECKSUMS = 'SHA256SUMS'
/** So many files are listed one by one in the manifest; `SHA256SUMS` always holds all. */
const MAX_LISTED = 10_000

const BUFFER = 1 << 20
/** Characters that are made into bytes together. */
const TEXT = 1 << 16
const SYNC_EVERY = 256
/** Below, a synchronous write takes a tenth of the time of one through the thread pool. */
const SMALL = 256 << 10

/** A file that is written from its beginning to its end, hashed on the way. */
export class OutputFile {
  readonly path: string
  private readonly handle: FileHandle
  private readonly done: (entry: FileEntry, file: OutputFile) => Promise<void>
  private readonly hash = createHash('sha256')
  private chunks: Uint8Array[] = []
  /** Written last, not yet among the chunks: a row by itself is too small for bytes of its own. */
  private text = ''
  private buffered = 0
  private total = 0

  constructor(
    path: string,
    handle: FileHandle,
    done: (entry: FileEntry, file: OutputFile) => Promise<void>,
  ) {
    this.path = path
    this.handle = handle
    this.done = done
  }

  get bytes(): number {
    return this.total
  }

  /** Takes the bytes as they are: the caller must not change them afterwards. */
  async write(data: Uint8Array | string): Promise<void> {
    const size = Buffer.byteLength(data)
    if (typeof data === 'string') {
      this.text += data
      if (this.text.length >= TEXT) this.takeText()
    } else {
      this.takeText()
      this.take(data)
    }
    this.buffered += size
    this.total += size
    if (this.buffered >= BUFFER) await this.flush()
  }

  private take(bytes: Uint8Array): void {
    this.hash.update(bytes)
    this.chunks.push(bytes)
  }

  private takeText(): void {
    if (this.text === '') return
    this.take(Buffer.from(this.text, 'utf8'))
    this.text = ''
  }

  async close(): Promise<FileEntry> {
    await this.flush()
    await this.handle.sync()
    await this.handle.close()
    const entry = { path: this.path, bytes: this.total, sha256: this.hash.digest('hex') }
    await this.done(entry, this)
    return entry
  }

  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined)
  }

  private async flush(): Promise<void> {
    if (this.buffered === 0) return
    this.takeText()
    const chunks = this.chunks
    this.chunks = []
    this.buffered = 0
    // writev may write a part only, and gives no hint where: one buffer, written to its end.
    const all = chunks.length === 1 ? (chunks[0] as Uint8Array) : Buffer.concat(chunks)
    let at = 0
    while (at < all.byteLength) {
      const { bytesWritten } = await this.handle.write(all, at, all.byteLength - at)
      at += bytesWritten
    }
  }
}

/** Where a format writes: the folder that becomes a dataset, or a part of it. */
export interface DatasetFolder {
  open(path: string): Promise<OutputFile>
  put(path: string, data: Uint8Array | string): Promise<FileEntry>
  /** A file beside the dataset's own, to be read back with `drain` and gone afterwards. */
  scratch(name: string): Promise<OutputFile>
  drain(scratch: string, into: OutputFile): Promise<void>
}

/** A folder within the dataset's, as a dataset of its own. */
export function within(folder: DatasetFolder, name: string): DatasetFolder {
  const at = (path: string): string => `${name}/${path}`
  return {
    open: (path) => folder.open(at(path)),
    put: (path, data) => folder.put(at(path), data),
    scratch: (path) => folder.scratch(at(path)),
    drain: (scratch, into) => folder.drain(at(scratch), into),
  }
}

/**
 * The folder that becomes a dataset. Knows every file of it by size and SHA-256, in the order in
 * which they were finished; nothing is final before `finish`.
 */
export class OutputFolder implements DatasetFolder {
  readonly root: string
  /** The first MAX_LISTED files. */
  readonly listed: FileEntry[] = []
  files = 0
  bytes = 0
  private readonly openFiles = new Set<OutputFile>()
  private readonly made = new Set<string>()
  private unsynced: string[] = []
  private checksums: OutputFile | null = null

  constructor(root: string) {
    this.root = root
  }

  /** Opens a new file of the dataset. */
  async open(path: string): Promise<OutputFile> {
    return this.create(path, (entry) => this.enter(entry))
  }

  /** A file beside the dataset's own, to be read back with `drain` and gone afterwards. */
  async scratch(name: string): Promise<OutputFile> {
    return this.create(name, () => Promise.resolve())
  }

  /** Copies a closed scratch file into a file of the dataset and removes it. */
  async drain(scratch: string, into: OutputFile): Promise<void> {
    for await (const chunk of createReadStream(join(this.root, scratch), {
      highWaterMark: BUFFER,
    })) {
      await into.write(chunk as Buffer)
    }
    await rm(join(this.root, scratch))
  }

  /** Writes a small file at once. Reaches the disk for certain at `finish`. */
  async put(path: string, data: Uint8Array | string): Promise<FileEntry> {
    const bytes = typeof data === 'string' ? Buffer.from(data, 'utf8') : data
    await this.makeFolder(path)
    const full = join(this.root, path)
    if (bytes.byteLength <= SMALL) writeFileSync(full, bytes, { flag: 'wx' })
    else await writeFile(full, bytes, { flag: 'wx' })
    this.unsynced.push(path)
    const sha256 = sha256Of(bytes)
    const entry = { path, bytes: bytes.byteLength, sha256 }
    await this.enter(entry)
    if (this.unsynced.length >= SYNC_EVERY) await this.sync()
    return entry
  }

  /** Closes the list of checksums. Returns its entry; the manifest is written after it. */
  async finish(): Promise<FileEntry> {
    const sums = this.checksums ?? (await this.scratch(CHECKSUMS))
    this.checksums = null
    const entry = await sums.close()
    await this.sync()
    return entry
  }

  /** Makes names durable: a folder's own entry counts, not only the files in it. */
  async syncFolders(): Promise<void> {
    for (const folder of ['', ...this.made]) await syncFolder(join(this.root, folder))
  }

  async abandon(): Promise<void> {
    for (const file of this.openFiles) await file.abandon()
  }

  private async create(
    path: string,
    done: (entry: FileEntry) => Promise<void>,
  ): Promise<OutputFile> {
    await this.makeFolder(path)
    const handle = await open(join(this.root, path), 'wx')
    const file = new OutputFile(path, handle, (entry, self) => {
      this.openFiles.delete(self)
      return done(entry)
    })
    this.openFiles.add(file)
    return file
  }

  private async enter(entry: FileEntry): Promise<void> {
    this.files++
    this.bytes += entry.bytes
    if (this.listed.length < MAX_LISTED) this.listed.push(entry)
    this.checksums ??= await this.scratch(CHECKSUMS)
    await this.checksums.write(`${entry.sha256}  ${entry.path}\n`)
  }

  private async makeFolder(path: string): Promise<void> {
    const folder = dirname(path)
    if (folder === '.' || this.made.has(folder)) return
    await mkdir(join(this.root, folder), { recursive: true })
    for (let at = folder; at !== '.'; at = dirname(at)) this.made.add(at)
  }

  /** In groups: the first sync of a group carries most of the others along. */
  private async sync(): Promise<void> {
    const paths = this.unsynced
    this.unsynced = []
    for (let at = 0; at < paths.length; at += 16) {
      await Promise.all(
        paths.slice(at, at + 16).map(async (path) => {
          const handle = await open(join(this.root, path), 'r+')
          try {
            await handle.sync()
          } finally {
            await handle.close()
          }
        }),
      )
    }
  }
}

/** Windows cannot open a folder for this; there the rename itself is journaled. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
