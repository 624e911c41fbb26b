/** Keeps the values that were used last. */
export interface Lru<V> {
  get(key: string, make: () => V): V
  clear(): void
}

export function lru<V>(size: number): Lru<V> {
  const values = new Map<string, V>()
  return {
    get(key, make) {
      let value = values.get(key)
      if (value === undefined) {
        value = make()
      } else {
        values.delete(key)
      }
      values.set(key, value)
      while (values.size > size) values.delete(values.keys().next().value as string)
      return value
    },
    clear: () => values.clear(),
  }
}
