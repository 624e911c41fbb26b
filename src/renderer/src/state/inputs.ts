/** What was dropped or chosen, and into which import it goes. */
export interface SortedInputs {
  tables: string[]
  archives: string[]
}

const TABLE = /\.(parquet|pq|csv|tsv|jsonl|ndjson|json)(\.(gz|zst))?$/i
const ARCHIVE = /\.(warc|wacz)(\.gz)?$/i
const EMBEDDINGS = /\.npy$/i

/**
 * Tells tables from archives by their endings. Embeddings stand for the folder in which they lie
 * beside their table. What bears no ending that is known, such as a folder, is a table if there
 * are tables in it, else it is taken for an archive, or a folder of them.
 * @param holdsTables looks into a path
 */
export async function sortInputs(
  paths: readonly string[],
  holdsTables: (path: string) => Promise<boolean>,
): Promise<SortedInputs> {
  const tables = new Set<string>()
  const archives = new Set<string>()
  for (const path of paths) {
    if (EMBEDDINGS.test(path)) tables.add(folderOf(path))
    else if (TABLE.test(path)) tables.add(path)
    else if (ARCHIVE.test(path)) archives.add(path)
    else if (await holdsTables(path)) tables.add(path)
    else archives.add(path)
  }
  // A table beside embeddings that were chosen with it is in their folder.
  const folders = [...tables].filter((path) => !TABLE.test(path))
  return {
    tables: [...tables].filter((path) => !TABLE.test(path) || !folders.includes(folderOf(path))),
    archives: [...archives],
  }
}

function folderOf(path: string): string {
  return path.replace(/[\\/][^\\/]*$/, '') || path
}
