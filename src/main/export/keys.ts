/** Samples a shard, and pictures a folder: what img2dataset does and the hub allows. */
export const SHARD_SIZE = 10_000

/** img2dataset's name of a shard: five digits. */
export const shardName = (shard: number): string => String(shard).padStart(5, '0')

/**
 * img2dataset's key: five digits for the shard and four for the place in it. Names of files are
 * made of keys only, never of anything from the web.
 */
export function sampleKey(index: number, shardSize = SHARD_SIZE): string {
  return shardName(Math.floor(index / shardSize)) + String(index % shardSize).padStart(4, '0')
}
